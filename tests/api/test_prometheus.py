"""/metrics as Prometheus sees it, judged by its own linter."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import requests
from prometheus_client import Metric
from prometheus_client import parser as prometheus_parser

from tests.world.api_server import serving
from tests.world.mirror import codes, is_in, mirror, wait
from vrmon.api.backend import ChannelMetrics, DeviceMetrics, MetricsSnapshot
from vrmon.api.prometheus import render
from vrmon.workers.counts import Histogram, HistogramSnapshot

ROOT = Path(__file__).parents[2]
parse: Callable[[str], Iterable[Metric]] = prometheus_parser.text_string_to_metric_families

RULES = ROOT / "packaging/prometheus/prometheus-rules.yml"
RULE_TESTS = ROOT / "packaging/prometheus/prometheus-rules.test.yml"
DASHBOARD = ROOT / "packaging/grafana/grafana-dashboard.json"


def promtool(*arguments: str | Path, text: bytes = b"") -> str:
    """Fails, rather than skips, where there is none: `packaging/get-promtool .tools/bin`."""
    program = shutil.which("promtool", path=f"{os.environ['PATH']}:{ROOT}/.tools/bin") or "promtool"
    done = subprocess.run([program, *arguments], input=text, capture_output=True, check=False, timeout=60)
    told = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, told
    return told


def samples(text: str) -> dict[str, float]:
    return {
        f"{sample.name}{json.dumps(sample.labels, sort_keys=True)}": sample.value
        for family in parse(text)
        for sample in family.samples
    }


@pytest.fixture
def scrape(tmp_path: Path) -> str:
    with serving(tmp_path) as server:
        answer = requests.get(f"{server.url}/metrics", timeout=60)
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return answer.text


def test_names_and_units_pass_prometheus_own_linter(scrape: str) -> None:
    assert promtool("check", "metrics", text=scrape.encode()).strip() == ""


def test_what_the_daemon_counted_is_what_is_shown(scrape: str) -> None:
    seen = samples(scrape)
    channel, device = '{"channel": "PCR 1"}', '{"device": "playbox", "kind": "primary"}'
    assert seen[f"vrmon_channel_wanted{channel}"] == 1
    assert seen[f"vrmon_channel_verified{channel}"] == 0
    assert seen[f"vrmon_channel_mismatch_seconds_total{channel}"] == 4.5
    assert seen[f"vrmon_channel_takes_total{channel}"] == 3
    assert seen[f"vrmon_channel_takes_lost_total{channel}"] == 2
    assert seen['vrmon_channel_start_latency_seconds_bucket{"channel": "PCR 1", "le": "0.05"}'] == 0
    assert seen['vrmon_channel_start_latency_seconds_bucket{"channel": "PCR 1", "le": "0.1"}'] == 1
    assert seen[f"vrmon_device_poll_failures_total{device}"] == 2
    assert seen[f"vrmon_device_answer_seconds_count{device}"] == 2
    assert seen['vrmon_health{"state": "degraded"}'] == 1
    assert seen['vrmon_problems{"severity": "critical"}'] == 0


def test_every_series_is_there_once_with_its_value(scrape: str) -> None:
    text = "\n".join(line for line in scrape.splitlines() if "_bucket" not in line and line[0] != "#")
    assert (
        text
        == """\
vrmon_build_info{version="1.0.0"} 1.0
vrmon_start_time_seconds 1.79e+09
vrmon_health{state="ok"} 0.0
vrmon_health{state="degraded"} 1.0
vrmon_health{state="critical"} 0.0
vrmon_problems{severity="info"} 0.0
vrmon_problems{severity="degraded"} 2.0
vrmon_problems{severity="critical"} 0.0
vrmon_loop_age_seconds 0.1
vrmon_heartbeat_age_seconds 3.0
vrmon_channel_wanted{channel="PCR 1"} 1.0
vrmon_channel_verified{channel="PCR 1"} 0.0
vrmon_channel_mismatch_seconds_total{channel="PCR 1"} 4.5
vrmon_channel_takes_total{channel="PCR 1"} 3.0
vrmon_channel_takes_lost_total{channel="PCR 1"} 2.0
vrmon_channel_start_latency_seconds_count{channel="PCR 1"} 1.0
vrmon_channel_start_latency_seconds_sum{channel="PCR 1"} 0.09
vrmon_channel_drilled_time_seconds{channel="PCR 1",result="ok"} 1790000000.0
vrmon_device_up{device="playbox",kind="primary"} 1.0
vrmon_device_up{device="never seen",kind="dvr"} 0.0
vrmon_device_polls_total{device="playbox",kind="primary"} 100.0
vrmon_device_polls_total{device="never seen",kind="dvr"} 0.0
vrmon_device_poll_failures_total{device="playbox",kind="primary"} 2.0
vrmon_device_poll_failures_total{device="never seen",kind="dvr"} 0.0
vrmon_device_age_seconds{device="playbox",kind="primary"} 0.4
vrmon_device_answer_seconds_count{device="playbox",kind="primary"} 2.0
vrmon_device_answer_seconds_sum{device="playbox",kind="primary"} 7.02
vrmon_device_answer_seconds_count{device="never seen",kind="dvr"} 0.0
vrmon_device_answer_seconds_sum{device="never seen",kind="dvr"} 0.0"""
    )


def test_a_daemon_that_has_sent_no_heartbeat_yet_tells_no_age_of_one() -> None:
    text = render(MetricsSnapshot("1", 0.0, "ok", {}, 0.0)).decode()
    assert "heartbeat" not in text
    assert samples(text)['vrmon_health{"state": "ok"}'] == 1


def test_a_take_that_dies_is_counted_once_and_not_again_after_a_restart(tmp_path: Path) -> None:
    def lost() -> float:
        seen = samples(requests.get(f"{here.daemon.url}/metrics", timeout=60).text)
        return seen['vrmon_channel_takes_lost_total{"channel": "PCR 1"}']

    with mirror(tmp_path, size=1) as here:
        here.record()
        assert lost() == 0
        here.recorder.kill_take(0)
        here.daemon.wait_for(lambda status: is_in(status, "PCR 1", "recording") and codes(status))
        wait(lambda: lost() == 1, "the loss in /metrics, which is rendered twice a second")
        here.wait_for_polls(times=8)
        assert lost() == 1
        here.daemon.restart()
        here.wait_for_phase("recording")
        assert codes(here.daemon.status()) == {"take-died"}
        assert lost() == 0


def test_a_device_that_never_answered_has_no_age(scrape: str) -> None:
    with_age = {key for key in samples(scrape) if key.startswith("vrmon_device_age_seconds")}
    assert with_age == {'vrmon_device_age_seconds{"device": "playbox", "kind": "primary"}'}


def test_a_histogram_counts_at_or_below_each_bound() -> None:
    histogram = Histogram((0.125, 1.0))
    for seconds in (0.0625, 0.125, 0.5, 7.0):
        histogram.observe(seconds)
    snapshot = histogram.snapshot()
    assert snapshot.buckets == ((0.125, 2), (1.0, 3))
    assert (snapshot.count, snapshot.sum) == (4, 7.6875)


@pytest.mark.parametrize("name", ['A"B\\C\n# HELP x', "{le}", 'x",le="1', "\\n", "Zürich 漢"])
def test_odd_names_do_not_break_the_format(name: str) -> None:
    known = HistogramSnapshot(((0.5, 2_000_000),), 3_000_000, 1e9)
    channel = ChannelMetrics(name, True, True, 1e-7, 12_345_678, 1, known, (0.25, 1e12), ("ok", 1.79e9))
    device = DeviceMetrics("dvr", name, True, 7, 5, 0.5, known)
    text = render(MetricsSnapshot("1", 0.0, "ok", {}, 0.0, channels=(channel,), devices=(device,))).decode()
    seen = {key: value for key, value in samples(text).items() if "channel" in key or "device" in key}
    of_channel: dict[tuple[str, str, str], float] = {
        ("wanted", "", ""): 1,
        ("verified", "", ""): 1,
        ("mismatch_seconds_total", "", ""): 1e-7,
        ("takes_total", "", ""): 12_345_678,
        ("takes_lost_total", "", ""): 1,
        ("start_latency_seconds_bucket", "le", "0.5"): 2_000_000,
        ("start_latency_seconds_bucket", "le", "+Inf"): 3_000_000,
        ("start_latency_seconds_count", "", ""): 3_000_000,
        ("start_latency_seconds_sum", "", ""): 1e9,
        ("missing_seconds", "bound", "least"): 0.25,
        ("missing_seconds", "bound", "most"): 1e12,
        ("drilled_time_seconds", "result", "ok"): 1.79e9,
    }
    of_device: dict[tuple[str, str, str], float] = {
        ("up", "", ""): 1,
        ("polls_total", "", ""): 7,
        ("poll_failures_total", "", ""): 5,
        ("age_seconds", "", ""): 0.5,
        ("answer_seconds_bucket", "le", "0.5"): 2_000_000,
        ("answer_seconds_bucket", "le", "+Inf"): 3_000_000,
        ("answer_seconds_count", "", ""): 3_000_000,
        ("answer_seconds_sum", "", ""): 1e9,
    }
    expected = {}
    for prefix, labels, series in (
        ("vrmon_channel_", {"channel": name}, of_channel),
        ("vrmon_device_", {"device": name, "kind": "dvr"}, of_device),
    ):
        for (rest, label, value), number in series.items():
            more = {**labels, **({label: value} if label else {})}
            expected[f"{prefix}{rest}{json.dumps(more, sort_keys=True)}"] = number
    assert seen == expected


def test_the_alert_rules_are_sound_and_fire_when_they_should() -> None:
    assert "SUCCESS" in promtool("check", "rules", RULES)
    assert "SUCCESS" in promtool("test", "rules", RULE_TESTS)


@pytest.mark.parametrize("path", [RULES, DASHBOARD], ids=lambda path: path.name)
def test_rules_and_dashboard_ask_only_for_what_there_is(path: Path, scrape: str) -> None:
    known = {key.partition("{")[0] for key in samples(scrape)}
    asked = set(re.findall(r"\bvrmon_[a-z_]+\b", path.read_text()))
    assert asked
    assert asked <= known


def test_the_dashboard_is_one_that_grafana_can_import() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    assert dashboard["uid"] == "vrmon"
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in dashboard["panels"])
