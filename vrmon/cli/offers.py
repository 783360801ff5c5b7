"""What the devices offer, as vrmond knows it, against what a person wants to map."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import suppress

from vrmon.cli.editing import file_of
from vrmon.cli.lenient import exact, part, parts, text
from vrmon.cli.vrmond import Document, Vrmond
from vrmon.errors import ControlError, NoDaemon
from vrmon.model import DeviceState, ingest_id
from vrmon.text import known


def offers(options: Namespace) -> Document:
    """/devices of the vrmond that reads the file which is edited; empty where none does."""
    with suppress(NoDaemon):
        client = Vrmond.of(options)
        read = text(part(client.status(), "configuration"), "file")
        if os.path.realpath(read) == os.path.realpath(file_of(options)):
            return client.ask("GET", "/devices")
    return {}


def insist_on_source(channel: str, devices: Document, values: Mapping[str, object]) -> None:
    """ControlError where the DVR answers and has no such source."""
    source = values.get("source")
    for name, dvr in _meant(part(devices, "dvrs"), values.get("dvr")):
        names = [exact(one, key) for one in parts(dvr, "sources") for key in ("unique_id", "display_name")]
        if source is not None and names and source not in names and _answers(dvr):
            ids = [text(one, "unique_id") for one in parts(dvr, "sources")]
            raise ControlError(
                f"Cannot map {channel}: {name} has no source {source!r}. {known(str(source), names, ids)} "
                "To map it nevertheless, add --force."
            )


def doubts(devices: Document, values: Mapping[str, object]) -> Iterator[str]:
    """What is odd about the ingest: no more than a warning, as some show up only with a job."""
    ingest = ingest_id(str(values.get("ingest", "")))
    for name, primary in _meant(part(devices, "primaries"), values.get("primary")):
        listed = [one for one in parts(primary, "ingests") if one.get("listed") is True]
        tells_idle = any(not parts(one, "jobs") for one in listed)
        if (
            ingest
            and tells_idle
            and _answers(primary)
            and ingest not in [text(one, "ingest") for one in listed]
        ):
            yield f"{name} does not list the ingest {ingest}. Compare it with: vrmon ingests"


def _meant(devices: Document, name: object) -> Iterator[tuple[str, Document]]:
    """The device of that name, else the only one."""
    if name is None and len(devices) == 1:
        name = next(iter(devices))
    if isinstance(name, str) and name in devices:
        yield name, part(devices, name)


def _answers(device: Document) -> bool:
    return text(device, "state") == DeviceState.OK
