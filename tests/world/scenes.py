"""Status documents as the daemon writes them, one for each state that a channel can be in."""

from __future__ import annotations

import datetime
from typing import Any

Document = dict[str, Any]

SHOWS = (
    "NEWS_AT_TEN",
    "SPORTS_DESK",
    "MORNING_SHOW",
    "PARLIAMENT_LIVE",
    "WEATHER",
    "CULTURE_NIGHT",
    "QUIZ",
    "ARENA",
)
EVERY_STATE = (
    "recording",
    "idle",
    "starting",
    "stopping",
    "keeping",
    "foreign",
    "by-hand",
    "blocked",
    "died",
    "hold",
    "preflight",
    "overlap",
    "stale-dvr",
)


def rfc3339(seconds_ago: float = 0.0) -> str:
    time = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds_ago)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def problem(
    code: str, severity: str, subject: str, message: str, hint: str, *, ago: float = 42.0
) -> Document:
    return {
        "code": code,
        "severity": severity,
        "subject": subject,
        "message": message,
        "hint": hint,
        "since": rfc3339(ago),
    }


def channel(index: int, state: str = "recording", *, picture: bool = False) -> Document:
    """One channel of a status document. `state` is one of EVERY_STATE."""
    name = f"PCR {index + 1}"
    show = f"{SHOWS[index % len(SHOWS)]}_{index + 1:02d}"
    running = 754.0 + 311 * index
    ingest = f"{0x9C64992C + index:08X}FF3A4A3FA3C635BB7D9B6071"
    job = {
        "ingest": ingest,
        "id": str(4000 + index),
        "basename": show,
        "since": rfc3339(running),
        "present": True,
    }
    document: Document = {
        "name": name,
        "primary": "playbox",
        "ingest": ingest,
        "dvr": "movierecorder",
        "source": f"4XT00292 - {index}",
        "source_name": f"Cam {chr(65 + index % 26)}",
        "mode": "auto",
        "hold": None,
        "phase": "recording",
        "job": job,
        "jobs_waiting": [],
        "take": {
            "name": show,
            "number": 1,
            "started": rfc3339(running - 0.4),
            "confirmed": rfc3339(running - 1.2),
            "start_latency": 0.09,
        },
        "verified": 0.3 + (index % 7) / 10,
        "since": rfc3339(running - 1.2),
        "recording": show,
        "thumbnail": None,
        "problem": None,
    }
    if picture:
        document["thumbnail"] = {"url": f"/thumbnail/PCR%20{index + 1}", "taken": rfc3339(8)}
    _STATES[state](document)
    return document


def _nothing(document: Document) -> None:
    document.update(phase="idle", job=None, take=None, verified=None, recording=None, thumbnail=None)
    document["since"] = rfc3339(5400)


def _starting(document: Document) -> None:
    document["job"].update(since=rfc3339(0.6), basename=None)
    document.update(phase="starting", take=None, verified=None, recording=None, since=rfc3339(0.6))
    document["thumbnail"] = None


def _stopping(document: Document) -> None:
    document["job"]["present"] = False
    document.update(phase="stopping", since=rfc3339(1.4))


def _keeping(document: Document) -> None:
    document["job"]["present"] = False
    document.update(phase="keeping", since=rfc3339(37))
    document["problem"] = problem(
        "primary-unreachable",
        "degraded",
        document["name"],
        "The primary has not answered for 37 s. The take is kept.",
        "Look after playbox; nothing is stopped until it answers.",
        ago=37,
    )


def _foreign(document: Document) -> None:
    document.update(
        phase="foreign", take=None, verified=None, recording="REHEARSAL_MANUAL", since=rfc3339(65)
    )
    document["problem"] = problem(
        "foreign-take",
        "critical",
        document["name"],
        "Somebody else's recording REHEARSAL_MANUAL is running on the source.",
        "Stop it in MovieRecorder and the job is recorded at once.",
        ago=65,
    )


def _by_hand(document: Document) -> None:
    _nothing(document)
    document.update(phase="foreign", recording="REHEARSAL_MANUAL", since=rfc3339(65))


def _blocked(document: Document) -> None:
    document.update(phase="blocked", take=None, verified=None, recording=None, source=None, source_name=None)
    document.update(since=rfc3339(124), thumbnail=None)
    document["problem"] = problem(
        "source-missing",
        "critical",
        document["name"],
        "The source is not in the list of movierecorder.",
        "Connect it, or name another one in vrmon.toml.",
        ago=124,
    )


def _died(document: Document) -> None:
    show = document["job"]["basename"]
    document["take"] = {
        "name": f"{show}_cont2",
        "number": 2,
        "started": None,
        "confirmed": None,
        "start_latency": None,
    }
    document.update(phase="starting", verified=None, recording=None, thumbnail=None, since=rfc3339(2.1))
    document["problem"] = problem(
        "take-died",
        "critical",
        document["name"],
        "The take died; starting a continuation.",
        "Check the disk of the recorder.",
        ago=2.1,
    )


def _hold(document: Document) -> None:
    _nothing(document)
    document["mode"] = "hold"
    document["hold"] = {
        "since": rfc3339(600),
        "until": rfc3339(-3000),
        "reason": "rewiring the router",
        "by": "alice (uid 1000)",
    }


def _preflight(document: Document) -> None:
    _nothing(document)
    document["problem"] = problem(
        "source-disabled",
        "degraded",
        document["name"],
        "The source is disabled: the next recording may not start.",
        "Enable it in MovieRecorder.",
        ago=900,
    )


def _overlap(document: Document) -> None:
    document["jobs_waiting"] = [
        {
            "ingest": document["ingest"],
            "id": "4711",
            "basename": "LATE_NEWS",
            "since": rfc3339(20),
            "present": True,
        }
    ]


def _stale_dvr(document: Document) -> None:
    document.update(verified=48.0, thumbnail=None)
    document["problem"] = problem(
        "dvr-unreachable",
        "critical",
        document["name"],
        "movierecorder has not answered for 48 s: nobody knows whether the take still runs.",
        "Check its power and network.",
        ago=48,
    )


_STATES = {
    "recording": lambda document: None,
    "idle": _nothing,
    "starting": _starting,
    "stopping": _stopping,
    "keeping": _keeping,
    "foreign": _foreign,
    "by-hand": _by_hand,
    "blocked": _blocked,
    "died": _died,
    "hold": _hold,
    "preflight": _preflight,
    "overlap": _overlap,
    "stale-dvr": _stale_dvr,
}


def device(url: str, *, state: str = "ok", age: float = 0.4, error: str = "", failures: int = 0) -> Document:
    return {
        "url": url,
        "state": state,
        "last_ok": rfc3339(age),
        "age": age,
        "error": error,
        "failures": failures,
        "poll_interval": 1.0,
    }


def document(channels: list[Document], **more: Any) -> Document:
    """The whole document around `channels`; its health follows from their problems."""
    problems = [c["problem"] for c in channels if c["problem"]]
    problems.sort(key=lambda p: ("critical", "degraded", "info").index(p["severity"]))
    wanted = [c for c in channels if c["job"] and c["job"]["present"]]
    recorded = [c for c in wanted if c["phase"] == "recording"]
    whole: Document = {
        "version": "1.0.0",
        "now": rfc3339(),
        "uptime": 812.4,
        "health": problems[0]["severity"] if problems else "ok",
        "summary": f"{len(recorded)} of {len(wanted)} jobs recorded",
        "configuration": {
            "file": "/etc/vrmon/vrmon.toml",
            "in_force": "file",
            "loaded": rfc3339(812),
            "complaints": [],
        },
        "problems": problems,
        "primaries": {"playbox": device("https://10.1.83.21:4230")},
        "dvrs": {"movierecorder": device("http://10.1.85.53:8080", age=0.3)},
        "channels": channels,
        "unmapped": [],
        "active_jobs": {
            f"{c['ingest']}|{c['job']['id']}": {"basename": c["job"]["basename"], "logical_name": c["name"]}
            for c in wanted
        },
        "recent": [
            {
                "n": n,
                "time": rfc3339(400 - 60 * n),
                "severity": severity,
                "subject": subject,
                "message": message,
                "code": "example",
            }
            for n, (severity, subject, message) in enumerate(_RECENT, 1)
        ],
    }
    whole.update(more)
    return whole


_RECENT = (
    ("info", "PCR 1", "Recording NEWS_AT_TEN_01, 0.09 s after the job was seen."),
    ("info", "PCR 4", "Recording PARLIAMENT_LIVE_04, 0.11 s after the job was seen."),
    ("critical", "PCR 2", "The take died in mid-job."),
    ("info", "PCR 2", "Recording SPORTS_DESK_02_cont2."),
    ("degraded", "playbox", "No answer: connection refused. Every take is kept."),
    ("info", "playbox", "Answers again after 12 s."),
)
