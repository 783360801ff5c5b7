"""One device looked at directly: what it says, whom it is, and whether each channel's source could record."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.text import Text

from vrmon.catalog import IS_IT_UP, ROWS, Severity, Situation
from vrmon.cli.lenient import clean
from vrmon.cli.terminal import print_json, print_line
from vrmon.devices import kinds
from vrmon.devices.contract import Dvr
from vrmon.errors import DeviceError, PasswordRefused
from vrmon.model import Destination, Odd, Problem, Sight, Source, T
from vrmon.plan.problems import before_air, before_start, source_ambiguous
from vrmon.plan.sources import resolve
from vrmon.settings import Channel, DeviceSettings
from vrmon.text import sentence


def inspect_primary(device: DeviceSettings, channels: Sequence[Channel]) -> list[Finding]:
    """`channels` are those that mirror it."""
    client = kinds.primary(device)()
    began = time.monotonic()
    try:
        sight = client.jobs()
    except DeviceError as error:
        return [_failed(device, error), *_ingests(device, channels, (), tells_idle=False)]
    finally:
        client.close()
    running = f"{len(sight.seen)} active job{'' if len(sight.seen) == 1 else 's'}"
    tells_idle = not {job.ingest for job in sight.seen}.issuperset(sight.listed)
    return [
        _reached(device, began, running),
        *_certificate(device),
        *_odd(device, sight),
        *_ingests(device, channels, sight.listed, tells_idle=tells_idle),
    ]


def inspect_dvr(
    device: DeviceSettings, channels: Sequence[Channel], *, sees_password: bool = True
) -> list[Finding]:
    """`channels` are those that record on it. `sees_password`: whether it would be known if it had one."""
    client = kinds.recorder(device)()
    began = time.monotonic()
    try:
        sight = client.sources()
        reached = _reached(device, began, f"{len(sight.seen)} sources")
        findings = [reached, *_certificate(device), *_odd(device, sight)]
        if device.password:
            findings.append(Finding(True, device.name, "accepts the password."))
        destinations = _destinations(client) if device.traits.tells_destinations else ()
    except PasswordRefused as error:
        hint = device.password_hint if sees_password else "Check as root, who may read the one it has."
        return [Finding(False if sees_password else None, device.name, sentence(str(error)), hint)]
    except DeviceError as error:
        return [_failed(device, error)]
    finally:
        client.close()
    sources = frozenset(one.unique_id for one in sight.seen)
    destinations = tuple(one.among(sources) for one in destinations)
    taken: dict[str, Channel] = {}
    for channel in channels:
        findings += _channel(device, channel, sight, destinations, taken)
    return findings


def _destinations(client: Dvr) -> tuple[Destination, ...]:
    """None of them where the DVR is of a build that does not tell."""
    try:
        return client.destinations()
    except PasswordRefused:
        raise
    except DeviceError:
        return ()


def _reached(device: DeviceSettings, began: float, what: str) -> Finding:
    taken = (time.monotonic() - began) * 1000
    return Finding(True, device.name, f"answers at {device.url} in {taken:.0f} ms: {what}.")


def _failed(device: DeviceSettings, error: DeviceError) -> Finding:
    says_it_all = "vrmon trust" in str(error)
    hint = "" if says_it_all else IS_IT_UP
    return Finding(False, device.name, sentence(str(error)), hint)


def _odd(device: DeviceSettings, sight: Sight[T]) -> Iterator[Finding]:
    for why in (*(one.why for one in sight.odd), *(note.text for note in sight.notes)):
        yield Finding(False, device.name, f"part of its answer cannot be understood: {why}.")


def _certificate(device: DeviceSettings) -> Iterator[Finding]:
    if not device.url.startswith("https:"):
        return
    if device.tls == "insecure":
        message = "whatever certificate it shows is accepted."
        yield Finding(None, device.name, message, f"Better: vrmon trust {device.name}")
    else:
        how = "is the one that vrmon.toml pins" if device.tls.startswith("sha256:") else "is trusted"
        yield Finding(True, device.name, f"its certificate {how}.")


def _ingests(
    device: DeviceSettings, channels: Sequence[Channel], listed: tuple[str, ...], *, tells_idle: bool
) -> Iterator[Finding]:
    """The channels whose ingest may well be mistyped: nothing else would ever say so.

    `tells_idle`: the primary lists ingests that have no job, so that one it does not list is odd.
    """
    hint = "Compare it with `vrmon ingests`: a mistyped one never has a job."
    for channel in channels:
        if channel.ingest in listed:
            continue
        why = kinds.KINDS[device.kind].odd_ingest(channel.ingest)
        if why:
            yield Finding(None, channel.name, f"its ingest {channel.ingest!r} {why}.", hint)
        elif tells_idle:
            yield Finding(
                None, channel.name, f"{channel.primary} does not list its ingest {channel.ingest}.", hint
            )


def _channel(
    device: DeviceSettings,
    channel: Channel,
    sight: Sight[tuple[Source, ...]],
    destinations: tuple[Destination, ...],
    taken: dict[str, Channel],
) -> Iterator[Finding]:
    """`taken`: the channels before it by the unique_id of their source."""
    source = resolve(sight.seen, channel, sight.odd)
    if isinstance(source, Odd):
        yield Finding(
            False, channel.name, f"its source may be the one that cannot be understood: {source.why}."
        )
        return
    if isinstance(source, Problem):
        yield _of_problem(before_air(channel, source), device)
        return
    if taken.setdefault(source.unique_id, channel) is not channel:
        yield _of_problem(source_ambiguous(channel, source=source.unique_id), device)
        return
    problems = before_start(channel, source, destinations)
    for problem in problems:
        yield _of_problem(problem, device)
    if not problems:
        where = f"{source.display_name!r} ({source.unique_id}) on {channel.dvr}"
        yield Finding(True, channel.name, f"could record on {where}.")


def _of_problem(problem: Problem, device: DeviceSettings) -> Finding:
    """It fails if it leaves a job without its backup; what only may do so is a warning."""
    told = problem.told(**device.traits.called)
    is_spare = told.severity is Severity.INFO
    is_grave = ROWS[told.code].severity_in(Situation.ON_AIR) is Severity.CRITICAL and not is_spare
    return Finding(False if is_grave else None, told.subject, told.message, told.hint)


_SHOWN = {True: ("●", "ok", "green"), False: ("✖", "fail", "red"), None: ("▲", "warn", "yellow")}


@dataclass(frozen=True)
class Finding:
    """`ok` is None for a warning, which is no failure; `hint` says what to do."""

    ok: bool | None
    subject: str
    message: str
    hint: str = ""


def show(finding: Finding, out: Console, *, json: bool) -> None:
    if json:
        print_json(asdict(finding))
        return
    sign, word, style = _SHOWN[finding.ok]
    shown = Text(f"{sign} {word:<{4 if out.is_terminal else 0}}  ", style)
    shown.append(clean(finding.subject), "bold not dim").append(f"  {clean(finding.message)}", "default")
    if finding.hint:
        shown.append(f" {clean(finding.hint)}", "default")
    print_line(out, shown)
