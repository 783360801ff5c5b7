"""What a real vrmond answers is what openapi.json describes; the small documents say what /status says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import requests

from tests.world.described import Answer, answers, check
from tests.world.mirror import Mirror, mirror, wait
from tests.world.running import Status

ODD = "Stüdio 1/A {x} 100%?# 🎬"
STUCK: set[Answer] = {("get", path, "503") for path in ("/healthz", "/history", "/report")}
"""What only a vrmond answers whose loop or whose disk is stuck."""


class Asked:
    """Asks a daemon, and keeps what was answered as described."""

    def __init__(self, here: Mirror) -> None:
        self._daemon = here.daemon
        self.seen: set[Answer] = set()

    def get(self, path: str, described: str = "", status: int = 200) -> Status:
        """The JSON of a GET over TCP."""
        answer = requests.get(f"{self._daemon.url}{path}", timeout=60)
        assert answer.headers["Vrmon-Api"] == "1"
        assert answer.status_code == status, answer.text
        self._keep("get", described or path.partition("?")[0], status, answer.json())
        return dict(answer.json())

    def text(self, path: str, kind: str, described: str = "") -> bytes:
        """Of a GET over TCP that is not JSON."""
        answer = requests.get(f"{self._daemon.url}{path}", timeout=60)
        assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, kind)
        self.seen.add(("get", described or path, "200"))
        return answer.content

    def post(self, path: str, described: str = "", status: int = 200, body: object = None) -> Status:
        """Through the Unix socket; over TCP it is refused."""
        over_tcp = requests.post(f"{self._daemon.url}{path}", json=body, timeout=60)
        assert over_tcp.status_code == 403
        self._keep("post", described or path, 403, over_tcp.json())
        code, answer = self._daemon.post(path, body)
        assert code == status, answer
        self._keep("post", described or path, status, answer)
        return dict(answer)

    def _keep(self, method: str, path: str, status: int, body: object) -> None:
        answer = (method, path, str(status))
        check(answer, body)
        self.seen.add(answer)


def of_channel(name: str, verb: str = "") -> str:
    return f"/channels/{quote(name, safe='')}{verb}"


@contextmanager
def site(folder: Path) -> Iterator[tuple[Mirror, Asked]]:
    """PCR 1 records, the channel with the odd name is on hold, PCR 3 is idle; nobody mirrors a fourth."""
    with mirror(folder, size=4, channels=3) as here:
        here.reconfigure(('"PCR 2"', json.dumps(ODD, ensure_ascii=False)))
        here.record("SHOW.mxf")
        here.playbox.start_job(3, "NOBODYS.mxf")
        here.daemon.wait_for(lambda status: status["unmapped"])
        yield here, Asked(here)


def test_every_answer_that_is_described_is_given_and_is_as_described(tmp_path: Path) -> None:
    with site(tmp_path) as (here, asked):
        odd, one, drilled = of_channel(ODD), of_channel("PCR 1"), of_channel("PCR 3")
        line, verbs = "/channels/{name}", ("hold", "auto", "stop", "claim", "drill")
        wait(lambda: health(here) == 200, "a job that is safe")
        asked.get("/health")
        asked.post(f"{odd}/hold", f"{line}/hold", body={"seconds": 600, "reason": "a line check"})
        asked.post(f"{drilled}/drill", f"{line}/drill", 202, {"seconds": 0.2})
        here.daemon.wait_for(lambda status: status["channels"][2]["drill"]["result"] != "running")
        for verb in verbs:
            asked.post(f"/channels/nobody/{verb}", f"{line}/{verb}", 404)
            asked.post(f"{one}/{verb}", f"{line}/{verb}", 400, {"by": 5})
        for verb in ("stop", "claim", "drill"):
            asked.post(f"{one}/{verb}", f"{line}/{verb}", 409)
        told = asked.get(odd, line)
        assert (told["name"], told["word"], told["hold"]["reason"]) == (ODD, "On hold", "a line check")
        asked.get("/channels/nobody", line, 404)
        for path in ("/status", "/channels", "/healthz", "/devices", "/report", "/openapi.json"):
            asked.get(path)
        asked.text("/metrics", "text/plain")
        for path in ("/", "/day"):
            asked.text(path, "text/html")
        asked.text("/page/board.js", "text/javascript", "/page/{name}")
        asked.get("/page/nothing.js", "/page/{name}", 404)
        asked.get("/report?day=2026-13-13", status=400)
        asked.get("/history?limit=0", status=400)
        for path in ("/report", "/history"):
            asked.get(f"{path}?channel=nobody", status=404)
        thumbnail = "/thumbnail/{name}"
        asked.get("/thumbnail/nobody", thumbnail, 404)
        url = f"{here.daemon.url}/thumbnail/PCR%201"
        wait(lambda: requests.get(url, timeout=60).status_code == 200, "a picture")
        asked.seen.add(("get", thumbnail, "200"))
        events(here, asked)
        asked.post("/check")
        asked.get("/pair", status=404)
        asked.post("/pair/hand-over", status=409)
        asked.post("/alarms", body={"ways": [{"way": "mail", "failing": None}]})
        asked.post("/reload")
        for path in ("/check", "/alarms", "/reload", "/pair/hand-over"):
            asked.post(path, status=400, body={"by": 5, "ways": 5})
        trouble(here, asked)
        past(here, asked)
        asked.post(f"{odd}/auto", f"{line}/auto")
        assert answers() - asked.seen == STUCK | refusals()


def refusals() -> set[Answer]:
    """Of what nothing can refuse, or what takes another story: each is tried where it is at home."""
    return {
        *(("post", f"/channels/{{name}}/{verb}", "409") for verb in ("hold", "auto")),
        ("post", "/check", "409"),
        ("get", "/pair", "200"),
        ("post", "/pair/hand-over", "200"),
        *(("post", f"/channels/{{name}}/{verb}", "200") for verb in ("stop", "claim")),
    }


def events(here: Mirror, asked: Asked) -> None:
    """As the description has it: three lines and an empty one, at least every 2 s."""
    with requests.get(f"{here.daemon.url}/events", timeout=60, stream=True) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        lines = answer.iter_lines(chunk_size=1)
        numbers = []
        for _ in range(2):
            event, number, data, end = (next(lines) for _ in range(4))
            assert (event, end) == (b"event: status", b"")
            numbers.append(int(number.removeprefix(b"id: ")))
            check(("get", "/status", "200"), json.loads(data.removeprefix(b"data: ")))
    assert numbers == [numbers[0], numbers[0] + 1]
    asked.seen.add(("get", "/events", "200"))


def trouble(here: Mirror, asked: Asked) -> None:
    """A recorder that is away, a job that cannot be recorded, somebody who knows; a file that is refused."""
    here.recorder.fault("reset")
    here.playbox.start_job(2, "LOST.mxf")
    here.daemon.wait_for(lambda status: status["health"] == "critical")
    asked.get("/health", status=503)
    (subject,) = (one["subject"] for one in here.daemon.status()["problems"] if one["code"] == "unmapped-job")
    path, described = f"/problems/unmapped-job/{quote(subject)}", "/problems/{code}/{subject}"
    for verb in ("ack", "unack"):
        asked.post(f"{path}/{verb}", f"{described}/{verb}", 400, {"by": 5})
        asked.post(f"/problems/nothing/PCR%201/{verb}", f"{described}/{verb}", 404)
    asked.post(f"{path}/ack", f"{described}/ack", body={"for": 60, "note": "on my way"})
    for document in ("/status", "/channels", "/devices", "/report"):
        asked.get(document)
    asked.post(f"{path}/unack", f"{described}/unack")
    good = here.daemon.config.read_text()
    here.daemon.config.write_text(f"{good}\nnonsense = 1\n")
    assert asked.post("/reload", status=422)["complaints"]
    asked.get("/status")
    here.daemon.config.write_text(good)


def past(here: Mirror, asked: Asked) -> None:
    """Of every kind something, and a second page."""
    for kind in ("job", "take", "problem", "command", "event"):
        assert asked.get(f"/history?kind={kind}")["items"], kind
    first = asked.get("/history?limit=1")
    assert asked.get(f"/history?limit=1&after={first['next']}")["items"] != first["items"]


def test_the_small_documents_say_what_the_whole_one_says(tmp_path: Path) -> None:
    with site(tmp_path) as (here, asked):
        here.playbox.start_job(1, "SECOND.mxf")
        recording = ("recording", "info", "Recording", "SECOND", "SECOND", None, None)
        wait(lambda: line(asked.get("/channels")["channels"][1]) == recording, "a take that is seen")
        wait(lambda: line(asked.get(of_channel(ODD), "/channels/{name}")) == recording, "the same of one")
        whole, small = here.daemon.status(), asked.get("/channels")
        assert [one["name"] for one in small["channels"]] == ["PCR 1", ODD, "PCR 3"]
        assert [one["name"] for one in whole["channels"]] == ["PCR 1", ODD, "PCR 3"]
        assert whole["api"] == small["api"] == 1
        assert small["channels"][1]["missing"].keys() == {"least", "most"}
        idle = small["channels"][2]
        assert line(idle) == ("idle", "info", "Idle", None, None, None, None)
        assert (idle["verified"], idle["missing"]) == (None, None)
        assert len(json.dumps(asked.get(of_channel("PCR 1"), "/channels/{name}"))) < 1000


def line(channel: Status) -> tuple[object, ...]:
    return tuple(channel[key] for key in ("phase", "severity", "word", "job", "take", "hold", "message"))


def health(here: Mirror) -> int:
    return requests.get(f"{here.daemon.url}/health", timeout=60).status_code


def test_an_unknown_channel_is_told_so(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        code, answer = here.daemon.get("/channels/PCR%202")
        assert (code, answer) == (
            404,
            {"error": "Cannot find channel 'PCR 2': vrmon.toml has none of that name."},
        )
        assert here.daemon.get("/channels/")[0] == 404
        assert here.daemon.get("/channels/%FF%00")[0] == 404


def test_health_fails_while_a_job_has_no_backup_and_is_well_again(tmp_path: Path) -> None:
    with mirror(tmp_path, size=1) as here:
        here.record()
        wait(lambda: here.daemon.get("/health")[0] == 200, "a job that is safe")
        here.recorder.fault("reset")
        wait(lambda: here.daemon.get("/health")[0] == 503, "a job that is not safe")
        told = here.daemon.get("/health")[1]
        assert (told["health"], told["word"]) == ("critical", "Not safe")
        assert "movierecorder" in told["summary"]
        here.recorder.clear_faults()
        wait(lambda: here.daemon.get("/health")[0] == 200, "a job that is safe again")
