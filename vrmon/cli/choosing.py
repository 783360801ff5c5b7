"""Channels chosen with a person: which ingest, which source backs it up, what it is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from vrmon.cli.asking import ask
from vrmon.cli.lenient import exact, part, parts, text
from vrmon.cli.vrmond import Document
from vrmon.model import ingest_id

_ROOM = 100  # columns from which on two lists stand side by side


class Ingest(NamedTuple):
    """One without a channel."""

    primary: str
    id: str
    jobs: tuple[str, ...]


class Source(NamedTuple):
    """One without a channel. `recording`: the name of what it records now, "" for nothing."""

    dvr: str
    id: str
    name: str
    recording: str
    about: str


class Chosen(NamedTuple):
    name: str
    ingest: Ingest
    source: Source

    def values(self) -> dict[str, str | int]:
        """For its table in vrmon.toml."""
        return {
            "ingest": self.ingest.id,
            "source": self.source.id,
            "primary": self.ingest.primary,
            "dvr": self.source.dvr,
        }


def free_ingests(devices: Document) -> list[Ingest]:
    found = []
    for name in part(devices, "primaries"):
        for one in parts(part(part(devices, "primaries"), name), "ingests"):
            if not text(one, "channel"):
                jobs = (text(job, "basename") or f"job {text(job, 'id')}" for job in parts(one, "jobs"))
                found.append(Ingest(name, exact(one, "ingest"), tuple(jobs)))
    return found


def free_sources(devices: Document) -> list[Source]:
    found = []
    for name in part(devices, "dvrs"):
        for one in parts(part(part(devices, "dvrs"), name), "sources"):
            if not text(one, "channel"):
                found.append(_source(name, one))
    return found


def _source(dvr: str, one: Document) -> Source:
    recording = text(one, "recording_name") or "something" if one.get("is_recording") else ""
    about = [f"records {recording}" if recording else "records nothing"]
    about += [] if one.get("is_enabled") else ["disabled"]
    about += ["locked"] if one.get("is_locked") else []
    about += ["no destination"] if one.get("destinations") == [] else []
    return Source(dvr, exact(one, "unique_id"), text(one, "display_name"), recording, ", ".join(about))


def show(ingests: Sequence[Ingest], sources: Sequence[Source], out: Console) -> None:
    """Both lists with what runs there now, side by side where there is room."""
    left = [Text("INGESTS", "dim"), *(Text(f"{one.id}  {_jobs(one)}") for one in ingests)]
    right = [Text("SOURCES", "dim")]
    right += [Text(f"{n:>2}  {one.name} ({one.id})  {one.about}") for n, one in enumerate(sources, 1)]
    if not (out.is_terminal and out.width >= _ROOM):
        for line in (*left, *right):
            out.print(line, soft_wrap=True)
        return
    table = Table.grid(padding=(0, 4, 0, 0))
    for _ in range(2):
        table.add_column(overflow="fold")
    table.add_row(Text("\n").join(left), Text("\n").join(right))
    out.print(table)


def _jobs(ingest: Ingest) -> str:
    return f"has {', '.join(ingest.jobs)}" if ingest.jobs else "no job"


def choose(devices: Document, names: Sequence[str], out: Console) -> Iterator[Chosen]:
    """Channels that the person wants, until none is wanted or nothing is free. `names` are taken."""
    taken, sources = [*names], free_sources(devices)
    primaries = list(part(devices, "primaries"))
    show(free_ingests(devices), sources, out)
    for ingest in _wanted(free_ingests(devices), primaries):
        if not sources:
            print("Every source has its channel.")
            return
        source = _choose_source(ingest, sources)
        if source is not None:
            name = _choose_name(source, taken)
            sources.remove(source)
            taken.append(name)
            yield Chosen(name, ingest, source)


def _wanted(listed: Sequence[Ingest], primaries: Sequence[str]) -> Iterator[Ingest]:
    """Those that are listed, and then those whose id is typed."""
    yield from listed
    for primary in primaries:
        while True:
            id_ = ingest_id(ask(f"Id of an ingest that {primary} does not list now (empty: none)"))
            if not id_:
                break
            yield Ingest(primary, id_, ())


def _choose_source(ingest: Ingest, sources: Sequence[Source]) -> Source | None:
    """None where the ingest is to be left out."""
    print(f"Ingest {ingest.id}: {_jobs(ingest)}.")
    same = [n for n, one in enumerate(sources, 1) if any(_is_of(one.recording, job) for job in ingest.jobs)]
    while True:
        numbers = ", ".join(f"{n} {one.name}" for n, one in enumerate(sources, 1))
        answer = ask(f"  Source that backs it up ({numbers}; 0: none)", str(same[0]) if same else "0")
        if answer == "0":
            return None
        if answer.isascii() and answer.isdigit() and 0 < int(answer[:9]) <= len(sources):
            return sources[int(answer) - 1]
        print(f"  There is no source {answer}.")


def _is_of(recording: str, job: str) -> bool:
    return bool(recording) and recording.startswith(job)


def _choose_name(source: Source, taken: Sequence[str]) -> str:
    folded = {one.casefold() for one in taken}
    while True:
        name = ask("  Name of the channel", source.name)
        if name.casefold() not in folded:
            return name
        print(f"  There is a channel {name} already.")
