"""What `vrmon check` found: each a line that says ok, or what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from rich.console import Console
from rich.text import Text

from vrmon.cli.document import clean
from vrmon.cli.terminal import print_json

_SHOWN = {True: ("●", "ok", "green"), False: ("✖", "no", "red"), None: ("▲", "mind", "yellow")}


@dataclass(frozen=True)
class Finding:
    """`ok` is None for what works and might still be better; `hint` says what to do."""

    ok: bool | None
    subject: str
    message: str
    hint: str = ""


def show(finding: Finding, out: Console, *, json: bool) -> None:
    if json:
        print_json(asdict(finding))
        return
    sign, word, style = _SHOWN[finding.ok]
    shown = Text(f"{sign} {word:<4}  ", style)
    shown.append(clean(finding.subject), "bold not dim").append(f"  {clean(finding.message)}", "default")
    if finding.hint:
        shown.append(f" {clean(finding.hint)}", "default")
    out.print(shown, soft_wrap=True)
