"""Sends one message on one way: a process of its own, which whoever started it kills when it takes too long.

Reads {"kind", "known", "sender", "title", "body", "document"} from standard input, where nobody else sees the
secrets in it, and writes {"why": ""}, or why the message was not delivered, which quotes none of them.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

from vrmon.alarm.undelivered import Undelivered
from vrmon.alarm.ways import Kind

_CARRIERS = {
    Kind.APPRISE: "vrmon.alarm.by_apprise",
    Kind.WEBHOOK: "vrmon.alarm.by_web",
    Kind.HEARTBEAT: "vrmon.alarm.by_web",
    Kind.SNMP: "vrmon.alarm.by_snmp",
}


def main() -> int:
    order: dict[str, Any] = json.load(sys.stdin)
    carry = import_module(_CARRIERS[order["kind"]]).carry
    why = ""
    try:
        carry(order)
    except Undelivered as error:
        why = str(error)
    sys.stdout.write("\n" + json.dumps({"why": why}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
