"""Two vrmonds, a real etcd: one leads, the other takes over, and nothing is recorded twice or not at all."""

from __future__ import annotations

import signal
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest
import requests

from tests.world.command import vrmon
from tests.world.described import check
from tests.world.etcds import Etcds, etcds
from tests.world.mirror import codes, is_in, wait
from tests.world.paired import Paired, paired
from vrmon.pair.etcd import encoded
from vrmon.pair.shared import unpacked
from vrmon.state.format import compose, payload_text

SOON_IN_NEED = """
import sys
from vrmon.plan import rights
rights.SILENCE, rights.IN_NEED = 2.0, 1.0
from vrmon.daemon.__main__ import main
sys.exit(main())
"""  # in place of 15 and 6 s


@pytest.fixture(scope="module")
def etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcds]:
    """Each test has a site of its own in it."""
    with etcds(tmp_path_factory.mktemp("etcd")) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, etcd: Etcds, request: pytest.FixtureRequest) -> Iterator[Paired]:
    with paired(tmp_path, etcd, request.node.name) as made:
        yield made


def is_recording(here: Paired, node: str, number: int = 1) -> None:
    here.hosts[node].wait_for(lambda status: is_in(status, f"PCR {number}", "recording"))


def is_idle(here: Paired, node: str, number: int = 1) -> None:
    here.hosts[node].wait_for(lambda status: is_in(status, f"PCR {number}", "idle"))


def test_one_commands_and_both_watch(here: Paired) -> None:
    leader, standby = here.wait_until_both_know()
    job = here.playbox.start_job(0, "SHOW.mxf")
    for node in (leader, standby):
        is_recording(here, node)
    here.playbox.end_job(job)
    for node in (leader, standby):
        is_idle(here, node)
    assert here.takes() == [("SHOW", False)]
    assert len(here.recorder.arrivals("*/record")) == 1
    assert "Command sent" not in here.hosts[standby].log()
    for node, other in ((leader, standby), (standby, leader)):
        told = here.pair(node)
        assert (told["node"], told["leader"], told["peer"]["node"]) == (node, leader, other)
        assert told["etcd"]["state"] == "ok"
        assert codes(here.hosts[node].status(), "vrmon") == set()


def test_what_has_not_changed_is_not_written_again(
    here: Paired, etcd: Etcds, request: pytest.FixtureRequest
) -> None:
    """Each writing goes to the disk of every etcd."""
    here.wait_until_both_know()

    def writings() -> int:
        key = encoded(f"/vrmon/{request.node.name}/state")
        told = requests.post(f"{etcd.urls[0]}/v3/kv/range", json={"key": key}, timeout=60).json()
        return int(told["kvs"][0]["version"])

    here.playbox.start_job(0, "SHOW.mxf")
    for node in here.hosts:
        is_recording(here, node)
    before, polls = writings(), len(here.recorder.arrivals("/sources"))
    wait(lambda: len(here.recorder.arrivals("/sources")) > polls + 50, "polls")
    assert writings() <= before + 5


def test_the_standby_says_who_commands(here: Paired) -> None:
    leader, standby = here.wait_until_both_know()
    for verb in ("hold", "auto", "stop", "claim", "drill"):
        code, answer = here.hosts[standby].post(f"/channels/PCR%201/{verb}")
        assert code == 409
        assert answer["error"].endswith(f"this host ({standby}) stands by. {leader} leads: ask its vrmon.")
    code, answer = here.hosts[standby].post("/pair/hand-over")
    assert (code, answer["error"]) == (
        409,
        f"Cannot hand over: {standby} does not lead. {leader} leads: ask its vrmon.",
    )
    for node, role in ((leader, "leader"), (standby, "standby")):
        code, word = here.hosts[node].get("/pair")
        check(("get", "/pair", "200"), word)
        assert (code, word["role"], word["unready"]) == (200, role, "")
        assert f'vrmon_pair_role{{role="{role}"}} 1.0' in metrics(here, node)


def metrics(here: Paired, node: str) -> str:
    listen = here.hosts[node].config.read_text().split('listen = "', 1)[1].split('"', 1)[0]
    return requests.get(f"http://{listen}/metrics", timeout=60).text


def test_whoever_is_killed_the_other_goes_on(here: Paired) -> None:
    leader, standby = here.wait_until_both_know()
    job = here.playbox.start_job(0, "SHOW.mxf")
    is_recording(here, leader)
    here.hosts[leader].kill(signal.SIGKILL)
    here.wait_for_role(standby, "leader")
    later = here.playbox.start_job(1, "NEXT.mxf")
    is_recording(here, standby, 2)
    is_recording(here, standby, 1)
    here.playbox.end_job(job)
    is_idle(here, standby)
    assert here.takes() == [("SHOW", False), ("NEXT", True)]
    here.hosts[leader].start()
    assert here.wait_until_both_know() == (standby, leader)
    is_recording(here, leader, 2)
    here.playbox.end_job(later)
    is_idle(here, standby, 2)
    assert here.takes() == [("SHOW", False), ("NEXT", False)]


def test_one_that_is_back_soon_waits_for_nothing(
    tmp_path: Path, etcd: Etcds, request: pytest.FixtureRequest
) -> None:
    """Where it waits, this has failed before its lease is over."""
    with paired(tmp_path, etcd, request.node.name, ttl=60.0) as here:
        leader, standby = here.wait_until_both_know()
        job = here.playbox.start_job(0, "SHOW.mxf")
        for node in (leader, standby):
            is_recording(here, node)
        here.hosts[leader].restart(signal.SIGKILL)
        later = here.playbox.start_job(1, "NEXT.mxf")
        leads, _ = here.wait_until_both_know()  # most often it does itself, but the other may be faster
        for number in (1, 2):
            is_recording(here, leads, number)
        for number, one in ((1, job), (2, later)):
            here.playbox.end_job(one)
            is_idle(here, leads, number)
        assert here.takes() == [("SHOW", False), ("NEXT", False)]


def test_one_that_was_frozen_commands_nothing_when_it_wakes(here: Paired) -> None:
    leader, standby = here.wait_until_both_know()
    job = here.playbox.start_job(0, "SHOW.mxf")
    is_recording(here, leader)
    here.hosts[leader].process.send_signal(signal.SIGSTOP)
    here.wait_for_role(standby, "leader")
    here.playbox.end_job(job)
    here.playbox.start_job(1, "NEXT.mxf")
    is_recording(here, standby, 2)
    is_idle(here, standby)
    sent = here.hosts[leader].log().count("Command sent")
    here.hosts[leader].process.send_signal(signal.SIGCONT)
    assert here.wait_until_both_know() == (standby, leader)
    is_recording(here, leader, 2)
    is_idle(here, leader)
    assert here.hosts[leader].log().count("Command sent") == sent
    assert here.takes() == [("SHOW", False), ("NEXT", True)]


def test_holds_and_acknowledgements_are_handed_over(here: Paired) -> None:
    leader, standby = here.wait_until_both_know()
    assert here.hosts[leader].post("/channels/PCR%201/hold", {"reason": "maintenance"})[0] == 200
    shown = here.hosts[standby].wait_for(lambda status: status["channels"][0]["hold"])
    assert shown["channels"][0]["hold"]["reason"] == "maintenance"
    here.playbox.start_job(0, "SHOW.mxf")
    here.hosts[leader].wait_for(
        lambda status: any(
            one["code"] == "on-hold" and one["severity"] != "info" for one in status["problems"]
        )
    )
    assert here.hosts[leader].post("/problems/on-hold/PCR%201/ack", {"note": "mine"})[0] == 200
    code, answer = here.hosts[leader].post("/pair/hand-over")
    assert (code, answer["message"]) == (200, f"{standby} takes over.")
    here.wait_for_role(standby, "leader")
    status = here.hosts[standby].wait_for(lambda status: is_in(status, "PCR 1", "idle"))
    assert status["channels"][0]["hold"]["reason"] == "maintenance"
    (problem,) = (one for one in status["problems"] if one["code"] == "on-hold")
    assert problem["acknowledged"]["note"] == "mine"
    assert here.hosts[standby].post("/channels/PCR%201/auto")[0] == 200
    is_recording(here, standby)
    assert here.takes() == [("SHOW", True)]
    assert here.wait_until_both_know() == (standby, leader)


def test_one_that_was_frozen_hears_what_was_said_meanwhile(
    here: Paired, etcd: Etcds, request: pytest.FixtureRequest
) -> None:
    """With the first word: the new leader need not write anything again for long."""
    first, second = here.wait_until_both_know()
    here.hosts[first].process.send_signal(signal.SIGSTOP)
    here.wait_for_role(second, "leader")
    assert here.hosts[second].post("/channels/PCR%201/hold", {"reason": "maintenance"})[0] == 200

    def shared() -> str:
        key = encoded(f"/vrmon/{request.node.name}/state")
        told = requests.post(f"{etcd.urls[0]}/v3/kv/range", json={"key": key}, timeout=60).json()
        known = unpacked(b64decode(told["kvs"][0]["value"]))
        return "" if known is None else known.state

    def wait_for_polls() -> None:
        polls = len(here.recorder.arrivals("/sources"))
        wait(lambda: len(here.recorder.arrivals("/sources")) > polls + 50, "polls")

    wait(lambda: "maintenance" in shared(), "a hold that is shared")
    wait_for_polls()
    here.hosts[first].process.send_signal(signal.SIGCONT)
    assert here.wait_until_both_know() == (second, first)
    wait_for_polls()
    assert here.hosts[first].status()["channels"][0]["hold"]["reason"] == "maintenance"


def test_what_was_shared_before_a_host_was_alone_is_old(here: Paired) -> None:
    """Two hosts were a pair, one goes on alone, and is one of a pair again."""
    leader, standby = here.wait_until_both_know()
    assert here.hosts[leader].post("/channels/PCR%201/hold", {"reason": "maintenance"})[0] == 200
    one = here.hosts[standby]
    one.wait_for(lambda status: status["channels"][0]["hold"])
    here.hosts[leader].kill(signal.SIGKILL)
    text = one.config.read_text()
    one.config.write_text(text.split("[pair]")[0])
    assert one.post("/reload")[0] == 200
    assert one.status()["pair"] is None
    assert one.post("/channels/PCR%201/auto")[0] == 200
    here.playbox.start_job(0, "SHOW.mxf")
    is_recording(here, standby)
    one.config.write_text(text)
    assert one.post("/reload")[0] == 200
    here.wait_for_role(standby, "leader")
    assert one.status()["channels"][0]["hold"] is None
    is_recording(here, standby)


def test_whose_state_is_of_no_use_goes_on_with_what_was_shared(here: Paired) -> None:
    leader, standby = here.wait_until_both_know()
    assert here.hosts[leader].post("/channels/PCR%201/hold", {"reason": "maintenance"})[0] == 200
    here.hosts[standby].wait_for(lambda status: status["channels"][0]["hold"])
    for node in (standby, leader):
        here.hosts[node].kill(signal.SIGKILL)
    one = here.hosts[leader]
    (one.state / "state.json.previous").unlink(missing_ok=True)
    (one.state / "state.json").write_bytes(compose(payload_text({"channels": 7})))
    one.start()
    here.wait_for_role(leader, "leader")
    assert one.status()["channels"][0]["hold"]["reason"] == "maintenance"


def test_a_clean_stop_hands_over_what_runs(here: Paired) -> None:
    leader, standby = here.wait_until_both_know()
    job = here.playbox.start_job(0, "SHOW.mxf")
    is_recording(here, leader)
    assert here.hosts[leader].kill(signal.SIGTERM) == 0
    here.wait_for_role(standby, "leader")
    is_recording(here, standby)
    assert "take-ended" not in {one["code"] for one in here.hosts[standby].status()["recent"]}
    here.playbox.end_job(job)
    is_idle(here, standby)
    assert here.takes() == [("SHOW", False)]
    report = here.hosts[standby].get("/report")[1]
    assert report["summary"]["jobs"] == 1
    assert [len(one["takes"]) for one in report["jobs"]] == [1]


def test_without_etcd_the_leader_goes_on(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with etcds(tmp_path) as own, paired(tmp_path / "pair", own, request.node.name) as here:
        leader, standby = here.wait_until_both_know()
        job = here.playbox.start_job(0, "SHOW.mxf")
        is_recording(here, leader)
        own.members[0].end()
        here.wait_for_role(leader, "suspended")
        here.playbox.start_job(1, "NEXT.mxf")
        is_recording(here, leader, 2)
        here.playbox.end_job(job)
        is_idle(here, leader)
        for node in here.hosts:
            here.hosts[node].wait_for(lambda status: "pair-etcd-away" in codes(status))
        assert here.pair(standby)["role"] == "standby"
        assert "Command sent" not in here.hosts[standby].log()
        own.members[0].start()
        here.wait_until_both_know()
        for node in here.hosts:
            here.hosts[node].wait_for(lambda status: "pair-etcd-away" not in codes(status))
        assert here.takes() == [("SHOW", False), ("NEXT", True)]


def test_what_etcd_does_not_take_is_told(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The lead is taken and kept all the same."""
    with (
        etcds(tmp_path, 1, "--max-request-bytes", "700") as own,
        paired(tmp_path / "pair", own, request.node.name) as here,
    ):
        leader, _ = here.wait_until_both_know()
        assert here.hosts[leader].post("/channels/PCR%201/hold", {"reason": token_hex(200)})[0] == 200
        status = here.hosts[leader].wait_for(lambda status: "pair-not-ready" in codes(status))
        (told,) = (one["message"] for one in status["problems"] if one["code"] == "pair-not-ready")
        assert f"without the holds and names of {leader}: etcd" in told
        assert "request is too large" in told
        assert here.pair(leader)["role"] == "leader"


def test_nothing_is_handed_over_without_etcd(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """While the lease still lasts; whoever gave it up then would leave the recorders to nobody."""
    with etcds(tmp_path) as own, paired(tmp_path / "pair", own, request.node.name, ttl=60.0) as here:
        leader, _ = here.wait_until_both_know()
        own.members[0].end()
        here.hosts[leader].wait_for(lambda status: status["pair"]["etcd"]["error"])
        code, answer = here.hosts[leader].post("/pair/hand-over")
        assert code == 409
        assert answer["error"].startswith("Cannot hand over: etcd does not hear of it")
        assert here.pair(leader)["role"] == "leader"
        job = here.playbox.start_job(0, "SHOW.mxf")
        is_recording(here, leader)
        here.playbox.end_job(job)
        is_idle(here, leader)


def test_an_etcd_that_was_set_up_anew_counts_from_one_again(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The revision by which a host leads then may be that of the lead that it has given up, or still has."""
    with etcds(tmp_path) as own, paired(tmp_path / "pair", own, request.node.name) as here:

        def set_up_anew() -> None:
            own.members[0].forget()
            own.members[0].start()
            own.wait()

        def shared() -> list[object]:
            key = encoded(f"/vrmon/{request.node.name}/state")
            told = requests.post(f"{own.urls[0]}/v3/kv/range", json={"key": key}, timeout=60).json()
            return list(told.get("kvs", []))

        first, second = here.wait_until_both_know()
        assert here.hosts[first].post("/pair/hand-over")[0] == 200
        here.wait_for_role(second, "leader")
        here.wait_until_both_know()
        here.hosts[second].kill(signal.SIGKILL)
        set_up_anew()
        here.wait_for_role(first, "leader")
        wait(shared, "what the other one is to know")
        set_up_anew()
        wait(shared, "what the other one is to know")


def test_a_standby_that_is_left_alone_starts_a_take_and_ends_none(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with (
        etcds(tmp_path) as own,
        paired(tmp_path / "pair", own, request.node.name, program=("-c", SOON_IN_NEED)) as here,
    ):
        leader, standby = here.wait_until_both_know()
        own.members[0].end()
        here.hosts[leader].kill(signal.SIGKILL)
        job = here.playbox.start_job(0, "SHOW.mxf")
        is_recording(here, standby)
        assert here.pair(standby)["role"] == "standby"
        here.playbox.end_job(job)
        own.members[0].start()
        here.wait_for_role(standby, "leader")
        is_idle(here, standby)
        assert here.takes() == [("SHOW", False)]
        assert len(here.recorder.arrivals("*/record")) == 1


def test_what_keeps_the_standby_from_leading_is_told(here: Paired) -> None:
    leader, standby = here.wait_until_both_know()
    text = here.hosts[standby].config.read_text()
    here.hosts[standby].config.write_text(text.replace('name = "PCR 2"', 'name = "PCR 3"'))
    assert here.hosts[standby].post("/reload")[0] == 200
    for node in here.hosts:
        here.hosts[node].wait_for(lambda status: "pair-not-ready" in codes(status))
    here.hosts[standby].config.write_text(text)
    assert here.hosts[standby].post("/reload")[0] == 200
    for node in here.hosts:
        here.hosts[node].wait_for(lambda status: "pair-not-ready" not in codes(status))
    here.hosts[standby].kill(signal.SIGKILL)
    here.hosts[leader].wait_for(lambda status: "pair-peer-away" in codes(status))
    code, answer = here.hosts[leader].post("/pair/hand-over")
    assert code == 409
    assert answer["error"].startswith("Cannot hand over: the other host does not say that it stands by")


def test_the_lead_passes_in_a_moment(here: Paired) -> None:
    """As the devices see it: the job that begins just then is recorded, once."""
    leader, standby = here.wait_until_both_know()
    for number in range(2):
        assert here.hosts[leader].post("/pair/hand-over")[0] == 200
        here.playbox.start_job(number, f"SHOW {number}.mxf")
        here.wait_for_role(standby, "leader")
        is_recording(here, standby, number + 1)
        leader, standby = here.wait_until_both_know()
    assert here.takes() == [("SHOW 0", True), ("SHOW 1", True)]


def command(here: Paired, node: str, *arguments: str) -> tuple[int, str]:
    daemon = here.hosts[node]
    done = vrmon(*arguments, environ={key: daemon.environ[key] for key in daemon.environ if key != "PATH"})
    return done.returncode, done.stdout + done.stderr


def test_the_command_tells_who_leads_and_hands_over(here: Paired) -> None:
    leader, standby = here.wait_until_both_know()
    for node in here.hosts:
        here.hosts[node].wait_for(lambda status: status["pair"]["etcd"]["members"])
        code, said = command(here, node, "pair")
        assert code == 0, said
        assert f"{leader} leads · {standby} stands by" in said
        assert "leads since" in said
        assert f"{leader} leads · {standby} stands by" in command(here, node, "status")[1]
    code, said = command(here, standby, "hold", "PCR 1")
    assert code != 0
    assert f"Cannot hold PCR 1: this host ({standby}) stands by. {leader} leads: ask its vrmon." in said
    assert command(here, leader, "pair", "hand-over") == (0, f"{standby} takes over.\n")
    here.wait_for_role(standby, "leader")


def test_check_proves_the_pair(here: Paired, etcd: Etcds) -> None:
    leader, standby = here.wait_until_both_know()
    code, said = command(here, leader, "check")
    assert code == 0, said
    assert "etcd  has a quorum" in said
    assert "has 1 of the three members that etcd needs to outlive one of them" in said
    assert f"the other host  ({standby}) answers and has the same configuration." in said
    text = here.hosts[standby].config.read_text()
    here.hosts[standby].config.write_text(text.replace('name = "PCR 2"', 'name = "PCR 3"'))
    assert here.hosts[standby].post("/reload")[0] == 200
    code, said = command(here, leader, "check")
    assert code == 1
    assert f"the other host  ({standby}) runs on another configuration" in said
    here.hosts[standby].kill(signal.SIGKILL)
    own = here.hosts[leader].config
    own.write_text(own.read_text().replace(etcd.urls[0], "http://127.0.0.1:1"))
    code, said = command(here, leader, "check")
    assert code == 1
    assert "refused the connection" in said
    assert "the other host  does not answer" in said
