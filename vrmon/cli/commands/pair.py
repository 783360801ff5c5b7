"""`vrmon pair`: which of two hosts leads, and how etcd does; `vrmon pair hand-over` has the other lead."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from rich.text import Text

from vrmon.cli.lenient import clean, moment, number, part, parts, text
from vrmon.cli.news import clock
from vrmon.cli.pair_told import summary
from vrmon.cli.steering import asker
from vrmon.cli.terminal import console, print_json, print_line
from vrmon.cli.vrmond import Document, Vrmond
from vrmon.errors import ControlError

HAND_OVER = "hand-over"


def run(options: Namespace) -> int:
    """1 where this host hears nothing of the other, or of etcd."""
    client = Vrmond.of(options)
    if options.action == HAND_OVER:
        answer = client.ask("POST", "/pair/hand-over", {"by": asker()})
        print(clean(text(answer, "message")))
        return 0
    told = client.status().get("pair")
    if not isinstance(told, dict):
        raise ControlError(
            "Cannot tell of a pair: this host is alone. [pair] in vrmon.toml makes it one of two."
        )
    if options.json:
        print_json(told)
    else:
        out = console()
        for line in lines(told):
            print_line(out, line)
    return 1 if text(part(told, "etcd"), "error") or text(part(told, "peer"), "error") else 0


def lines(told: Document) -> Iterator[Text]:
    """Who leads, the other host, etcd, and each of its members."""
    yield Text(f"{text(told, 'site')}  {summary(told)}", "bold")
    since = moment(told, "since")
    if since is not None:
        yield Text(f"  leads since  {clock(since)}")
    peer, etcd = part(told, "peer"), part(told, "etcd")
    yield _told("other host", f"{text(peer, 'node') or '?'} ({text(peer, 'url')})", peer, _of_peer(peer))
    latency = number(etcd, "latency") or 0.0
    yield _told("etcd", f"answers in {1000 * latency:.0f} ms", etcd, "")
    for one in parts(etcd, "members"):
        took = number(one, "latency")
        how = "" if took is None else f"{1000 * took:.0f} ms, etcd {text(one, 'version')}"
        yield _told("member", text(one, "url"), one, f"{how}{', leads' if one.get('leads') is True else ''}")


def _of_peer(peer: Document) -> str:
    unready, age = text(peer, "unready"), number(peer, "age")
    heard = "" if age is None else f"heard {age:.1f} s ago"
    return f"could not take over: {unready}" if unready else heard


def _told(what: str, name: str, one: Document, more: str) -> Text:
    error = text(one, "error")
    line = Text(f"  {what}  ", "dim").append(name)
    return line.append(f"  {error or more}", "red" if error else "") if error or more else line
