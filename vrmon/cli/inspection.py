"""One device looked at directly: what it says, whom it is, and whether each channel's source could record."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from vrmon.cli.findings import Finding
from vrmon.devices.endpoint import Endpoint
from vrmon.devices.movierecorder import MovieRecorder
from vrmon.devices.playbox import PlayBox
from vrmon.errors import DeviceError, PasswordRefused
from vrmon.model import Destination, Problem, Source
from vrmon.plan.problems import before_start, destination_warnings
from vrmon.plan.sources import resolve
from vrmon.settings import Channel, Device
from vrmon.words import sentence


def inspect_primary(device: Device) -> list[Finding]:
    client = PlayBox(Endpoint(device))
    began = time.monotonic()
    try:
        jobs = client.jobs()
    except DeviceError as error:
        return [_failed(device, error)]
    finally:
        client.close()
    running = f"{len(jobs)} active job{'' if len(jobs) == 1 else 's'}"
    return [_reached(device, began, running), *_certificate(device)]


def inspect_dvr(device: Device, channels: Sequence[Channel]) -> list[Finding]:
    """`channels` are those that record on it."""
    client = MovieRecorder(Endpoint(device))
    began = time.monotonic()
    try:
        sources = client.sources()
        findings = [_reached(device, began, f"{len(sources)} sources"), *_certificate(device)]
        if device.password:
            findings.append(Finding(True, device.name, "takes the password."))
        destinations = _destinations(client)
    except DeviceError as error:
        return [_failed(device, error)]
    finally:
        client.close()
    for channel in channels:
        findings += _channel(channel, sources, destinations)
    return findings


def _destinations(client: MovieRecorder) -> tuple[Destination, ...]:
    """None of them where the DVR is of a build that does not tell."""
    try:
        return client.destinations()
    except PasswordRefused:
        raise
    except DeviceError:
        return ()


def _reached(device: Device, began: float, what: str) -> Finding:
    taken = (time.monotonic() - began) * 1000
    return Finding(True, device.name, f"answers at {device.url} in {taken:.0f} ms: {what}.")


def _failed(device: Device, error: DeviceError) -> Finding:
    hint = ""
    if isinstance(error, PasswordRefused) and not device.password:
        hint = "If there is one in the credentials' folder: check as root, who may read it."
    elif "vrmon trust" not in str(error) and not isinstance(error, PasswordRefused):
        hint = "Look at its power, its network, and its address in vrmon.toml."
    return Finding(False, device.name, sentence(str(error)), hint)


def _certificate(device: Device) -> Iterator[Finding]:
    if not device.url.startswith("https:"):
        return
    if device.tls == "insecure":
        message = "is believed whatever certificate it shows."
        yield Finding(None, device.name, message, f"Better: vrmon trust {device.name}")
    else:
        how = "is the one that vrmon.toml pins" if device.tls.startswith("sha256:") else "is trusted"
        yield Finding(True, device.name, f"its certificate {how}.")


def _channel(
    channel: Channel, sources: tuple[Source, ...], destinations: tuple[Destination, ...]
) -> Iterator[Finding]:
    source = resolve(sources, channel)
    if isinstance(source, Problem):
        yield Finding(False, channel.name, source.message, source.hint)
        return
    problems = (*before_start(channel, source), *destination_warnings(channel, source, destinations))
    for problem in problems:
        yield Finding(False, channel.name, problem.message, problem.hint)
    if not problems:
        where = f"{source.display_name!r} ({source.unique_id}) on {channel.dvr}"
        yield Finding(True, channel.name, f"could record on {where}.")
