"""Coverage by example: one look a second at the primary and at the recorder, and what is then said of it."""

from __future__ import annotations

import pytest

from vrmon.model import Job
from vrmon.plan.coverage.channel import Coverage, Show, TakeSpan
from vrmon.plan.coverage.looks import Between, Look, Shown

JOB = Job("AB", "7")
NEXT = Job("AB", "8")
TOOK = 0.1  # seconds that each look takes
PATIENCE = 5.0
NAMES = {JOB: "SHOW", NEXT: "NEWS"}


def told(coverage: Coverage, second: float, sign: str) -> Coverage:
    """What the primary tells: `j` the job, `n` the next, `b` both, `.` none, `?` nothing, ` `: not asked."""
    if sign == " ":
        return coverage
    shown = Shown.UNKNOWN if sign == "?" else Shown.YES
    look = Look(second, second + TOOK, shown, cause="primary-unreachable" if sign == "?" else "")
    jobs = {job: NAMES[job] for job, signs in ((JOB, "jb"), (NEXT, "nb")) if sign in signs}
    return coverage.primary_shown(look, jobs, int(second), PATIENCE)


def shown(coverage: Coverage, second: float, sign: str, *, dated: bool) -> Coverage:
    """What the recorder shows: a digit the job's take of that number, `N` the next job's, `-` none,
    `c` none but it was commanded, `f` somebody's, `p` a pause, `?` nothing, ` `: not asked."""
    if sign == " ":
        return coverage
    causes = {
        "-": "late-start",
        "c": "late-start",
        "f": "foreign",
        "p": "take-paused",
        "?": "dvr-unreachable",
    }
    signs = {"c": Shown.COMING, "?": Shown.UNKNOWN}
    if sign in causes:
        look = Look(second, second + TOOK, signs.get(sign, Shown.NO), cause=causes[sign])
        return coverage.source_shown(look, None, PATIENCE)
    job, number = (NEXT, 1) if sign == "N" else (JOB, int(sign))
    take = TakeSpan(int(second), job, number, "SDI 1", (f"{NAMES[job]}_{number}",), Between(0.0, 0.0))
    look = Look(second, second + TOOK, Shown.YES, take.key, f"date {sign}" if dated else "")
    return coverage.source_shown(look, take, PATIENCE)


def watched(primary: str, recorder: str, *, dated: bool = True, over: bool = True) -> Coverage:
    coverage, now = Coverage(), 0.0
    for second, (of_job, of_take) in enumerate(zip(primary, recorder, strict=True)):
        now = second + TOOK
        coverage = shown(told(coverage, float(second), of_job), float(second), of_take, dated=dated)
    gone = [job for job in coverage.open if over and coverage.open[job].account.ended is not None]
    return coverage.over(gone, now)


def show_of(coverage: Coverage, job: Job = JOB, now: float = 0.0) -> Show:
    return next((one for one in coverage.done if one.job == job), None) or coverage.read(job, now)


def gaps(show: Show) -> list[tuple[str, float, float]]:
    return [(one.cause, round(one.least, 3), round(one.most, 3)) for one in show.account.gaps]


@pytest.mark.parametrize(
    ("primary", "recorder", "expected"),
    [
        (".jjjjjjjj...", "-1111111111-", [("late-start", 0.0, 1.1)]),
        (".jjjjjjjj...", "----1111111-", [("late-start", 1.9, 4.1)]),
        (".jjjjjjjj...", "-cccc111111-", [("late-start", 0.0, 5.1)]),
        (".jjjjjjjj...", "-cccc-------", [("late-start", 6.9, 9.1)]),
        (".jjjjjjjj...", "-1111-22222-", [("late-start", 0.0, 1.1), ("late-start", 0.0, 2.1)]),
        (".jjjjjjjj...", "-1111222222-", [("late-start", 0.0, 1.1), ("late-start", 0.0, 1.1)]),
        (".jjjjjjjj...", "-111fff2222-", [("late-start", 0.0, 1.1), ("foreign", 1.9, 4.1)]),
        (".jjjjjjjj...", "-111ppp1111-", [("late-start", 0.0, 1.1), ("take-paused", 1.9, 4.1)]),
        (".jjjjjjjj...", "-111???1111-", [("late-start", 0.0, 1.1)]),
        (".jjjjjjjj...", "-111???2222-", [("late-start", 0.0, 1.1), ("dvr-unreachable", 0.0, 4.1)]),
        (".jjjjjjjj...", "-1111111----", [("late-start", 0.0, 1.1), ("late-start", 0.0, 2.1)]),
        (
            ".jjj...jj...",
            "-111----111-",
            [("late-start", 0.0, 1.1), ("late-start", 0.0, 1.1), ("late-start", 0.0, 2.1)],
        ),
        (".jjj???jj...", "-1111111111-", [("late-start", 0.0, 1.1)]),
        ("         jj.", "-----------1", [("late-start", 0.9, 2.1)]),
    ],
)
def test_what_is_missing_of_a_job(
    primary: str, recorder: str, expected: list[tuple[str, float, float]]
) -> None:
    show = show_of(watched(primary, recorder))
    assert gaps(show) == expected
    assert show.account.least == pytest.approx(sum(least for _, least, _ in expected))
    assert show.account.most == pytest.approx(sum(most for _, _, most in expected))


def test_a_recorder_that_tells_no_dates_leaves_the_dark_in_doubt() -> None:
    show = show_of(watched(".jjjjjjjj...", "-111???1111-", dated=False))
    assert gaps(show) == [("late-start", 0.0, 1.1), ("dvr-unreachable", 0.0, 4.1)]


def test_what_nobody_watched_is_dark_although_nothing_failed() -> None:
    minute = " " * 60
    away = watched(".jjj" + minute + "jj...", "-111" + minute + "2222-")
    assert gaps(show_of(away)) == [("late-start", 0.0, 1.1), ("vrmon-away", 0.0, 61.1)]
    survived = watched(".jjj" + minute + "jj...", "-111" + minute + "1111-")
    assert gaps(show_of(survived)) == [("late-start", 0.0, 1.1)]


def test_a_job_that_ends_while_its_recorder_is_blind_is_settled_when_that_is_back() -> None:
    coverage = watched(".jjjjjj...", "-1111?????")
    assert not coverage.done
    now = coverage.read(JOB, 9.5).account
    assert (now.least, round(now.most, 3)) == (0.0, 4.2)
    back = shown(coverage, 30.0, "1", dated=True)
    assert [gaps(one) for one in back.done] == [[("late-start", 0.0, 1.1)]]
    lost = shown(coverage, 30.0, "-", dated=True)
    assert [gaps(one) for one in lost.done] == [[("late-start", 0.0, 1.1), ("dvr-unreachable", 0.0, 3.1)]]


def test_a_running_job_is_bounded_by_now() -> None:
    coverage = watched(".jjj", "-111", over=False)
    account = coverage.read(JOB, 8.0).account
    assert (account.least, round(account.most, 3), account.ended) == (0.0, 6.1, None)
    assert account.gaps[-1].goes_on
    assert account.began == Between(0.0, 1.1)


def test_a_take_that_records_the_next_job_as_well_counts_for_both() -> None:
    coverage = watched(".jjjbbbbbbnnnn...", "-111111111NNNNNN-")
    assert gaps(show_of(coverage, NEXT)) == [("late-start", 0.0, 1.1)]
    names = {one.job: [file for take in one.takes for file in take.files] for one in coverage.done}
    assert names == {JOB: ["SHOW_1"], NEXT: ["SHOW_1", "NEWS_1"]}


def test_takes_have_bounds_and_an_end_of_their_own() -> None:
    takes = show_of(watched(".jjjjjjjj...", "-111fff2222-")).takes
    assert [(take.number, take.began, take.ended, take.end_cause) for take in takes] == [
        (1, Between(0.0, 1.1), Between(3.0, 4.1), "foreign"),
        (2, Between(6.0, 7.1), Between(10.0, 11.1), "late-start"),
    ]


def test_an_id_that_is_used_again_is_another_job() -> None:
    coverage = watched(".jjj..", "-111??")
    again = shown(told(coverage, 20.0, "j"), 20.0, "2", dated=True)
    assert [gaps(one) for one in again.done] == [[("late-start", 0.0, 1.1), ("dvr-unreachable", 0.0, 1.1)]]
    assert again.open[JOB].account.began == Between(5.0, 20.1)


def test_the_name_is_the_last_that_was_told() -> None:
    coverage = watched(".", "-")
    for second, name in enumerate((None, "SHOW", None), start=1):
        look = Look(second, second + TOOK, Shown.YES)
        coverage = coverage.primary_shown(look, {JOB: name}, second, PATIENCE)
    assert coverage.open[JOB].basename == "SHOW"


def test_fractions_hold_whatever_the_job_was_like() -> None:
    account = show_of(watched(".jjjjjjjj...", "----1111111-")).account
    assert account.coverage == pytest.approx((1 - 4.1 / 8.0, 1 - 1.9 / 9.1))
    assert show_of(watched(".jjjjjjjj...", "------------")).account.coverage[0] == 0.0
    assert show_of(watched("..jjjjjjjj...", "111111111111-")).account.coverage == (1.0, 1.0)


def test_what_is_kept_has_a_bound_whatever_flaps() -> None:
    coverage = Coverage()
    for second in range(3000):
        coverage = told(coverage, float(second), "j?.?"[second % 4])
        coverage = shown(coverage, float(second), "?-?1?c?2"[second % 8], dated=False)
    for second in range(3000, 4000):
        coverage = told(coverage, float(second), "jn"[second % 2])
    assert len(coverage.cover.stretches) <= 64
    assert len(coverage.takes) <= 100
    assert all(len(show.account.gaps) <= 100 for show in coverage.open.values())
    assert all(len(show.account.job.stretches) <= 64 for show in coverage.open.values())
    sums = coverage.read(JOB, 4000.0).account
    assert sum(gap.most for gap in sums.gaps) == pytest.approx(sums.most)
    assert sum(gap.least for gap in sums.gaps) == pytest.approx(sums.least)
