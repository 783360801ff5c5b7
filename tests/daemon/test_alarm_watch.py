"""What vrmond makes of what vrmon-alarm says of its ways, and of its silence."""

from __future__ import annotations

from vrmon.daemon.alarm_watch import AlarmWatch
from vrmon.settings import Alarm, Eyes, Settings

TELLS = Settings(alarm=Alarm(webhook="http://10.1.1.1"))


def test_where_nobody_is_to_be_told_nobody_is_missed() -> None:
    watch = AlarmWatch()
    watch.apply(Settings(), 0.0)
    watch.hear({"webhook": "refused the connection"}, 1.0)
    assert (watch.failing(), watch.silent(10_000.0)) == ("", "")


def test_a_vrmon_alarm_that_is_not_heard_of_is_missed_after_a_minute() -> None:
    watch = AlarmWatch()
    watch.apply(TELLS, 100.0)
    watch.apply(TELLS, 150.0)
    assert watch.silent(159.0) == ""
    assert "since vrmond was started" in watch.silent(160.0)
    watch.hear({}, 165.0)
    assert watch.silent(224.0) == ""
    assert watch.silent(225.0).startswith("vrmon-alarm has not been heard of for 60 s: ")


def test_it_is_missed_also_where_it_only_looks_at_pictures() -> None:
    watch = AlarmWatch()
    watch.apply(Settings(eyes=Eyes(enabled=True)), 0.0)
    assert watch.silent(59.0) == ""
    assert watch.silent(60.0).endswith("nobody looks at the pictures.")


def test_it_is_expected_anew_when_a_reload_names_whom_to_tell() -> None:
    watch = AlarmWatch()
    watch.apply(Settings(), 0.0)
    watch.apply(TELLS, 1000.0)
    assert watch.silent(1059.0) == ""
    assert watch.silent(1060.0)
    watch.apply(Settings(), 1061.0)
    assert watch.silent(9999.0) == ""


def test_every_way_that_fails_is_named_with_its_reason() -> None:
    watch = AlarmWatch()
    watch.apply(TELLS, 0.0)
    watch.hear({"webhook": "answered with status 500", "snmp nms": "did not confirm the inform."}, 1.0)
    assert watch.failing() == "webhook answered with status 500. snmp nms did not confirm the inform."
    watch.hear({}, 2.0)
    assert watch.failing() == ""
