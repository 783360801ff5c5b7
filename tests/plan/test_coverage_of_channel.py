"""Coverage by example: one look a second at the primary and at the recorder, and what is then said of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.world.virtual import Quirks
from tests.world.virtual_stories import recording
from vrmon.model import Job
from vrmon.plan.coverage.channel import Coverage, Show, TakeSpan, Told
from vrmon.plan.coverage.looks import AWAY, NONE, Between, Look, Shown, Tail, Watch

JOB = Job("AB", "7")
NEXT = Job("AB", "8")
TOOK = 0.1  # seconds that each look takes
PATIENCE = 5.0
NAMES = {JOB: "SHOW", NEXT: "NEWS"}


def told(site: Site, second: float, sign: str) -> None:
    """What the primary tells: `j` the job, `n` the next, `b` both, `.` none, `?` nothing, ` `: not asked."""
    if sign == " ":
        return
    look = Look(second, second + TOOK, Shown.YES, cause="primary-unreachable" if sign == "?" else "")
    here = [job for job, signs in ((JOB, "jb"), (NEXT, "nb")) if sign in signs]
    jobs = {job: Told(Shown.YES if job in here else Shown.NO, NAMES[job]) for job in (JOB, NEXT)}
    if sign == "?":
        jobs = {job: Told(Shown.UNKNOWN) for job in (JOB, NEXT)}
    again = [job for job in here if site.coverage.is_over(job)]
    site.done += [site.coverage.read(job, second) for job in again]
    earliest = second if site.told is None else site.told
    site.coverage = site.coverage.without(again).primary_shown(look, jobs, earliest, int(second), PATIENCE)
    site.told = site.told if sign == "?" else second


def shown(coverage: Coverage, second: float, sign: str, *, dated: bool = True, tail: Tail = NONE) -> Coverage:
    """What the recorder shows: a digit the job's take of that number, `N` the next job's, `-` none,
    `c` none but it was commanded, `f` somebody's, `p` a pause, `?` nothing, `s` an end that is under way,
    ` `: not asked."""
    if sign == " ":
        return coverage
    causes = {
        "-": "late-start",
        "c": "late-start",
        "f": "foreign",
        "p": "take-paused",
        "?": "dvr-unreachable",
        "s": "late-start",
    }
    signs = {"c": Shown.COMING, "?": Shown.UNKNOWN, "s": Shown.UNKNOWN}
    if sign in causes:
        look = Look(
            second, second + TOOK, signs.get(sign, Shown.NO),
            cause=causes[sign], came=sign in "pf", torn=sign == "?",
        )  # fmt: skip
        return coverage.source_shown(look, None, PATIENCE, tail)
    job, number = (NEXT, 1) if sign == "N" else (JOB, int(sign))
    take = TakeSpan(int(second), job, number, "SDI 1", (f"{NAMES[job]}_{number}",), Between(0.0, 0.0))
    look = Look(second, second + TOOK, Shown.YES, take.key, f"date {sign}" if dated else "")
    return coverage.source_shown(look, take, PATIENCE, tail)


@dataclass
class Site:
    """A channel's coverage, what is done of it, and when the primary was asked last with success."""

    coverage: Coverage = field(default_factory=Coverage)
    done: list[Show] = field(default_factory=list)
    told: float | None = None

    def settle(self, now: float) -> None:
        settled = self.coverage.settled()
        self.done += [self.coverage.read(job, now) for job in settled]
        self.coverage = self.coverage.without(settled)

    def look(self, second: float, sign: str) -> None:
        self.coverage = shown(self.coverage, second, sign)
        self.settle(second + TOOK)

    def show(self, job: Job = JOB) -> Show:
        return next(one for one in self.done if one.job == job)


def watched(primary: str, recorder: str, *, dated: bool = True, over: bool = True, tail: Tail = NONE) -> Site:
    site, now = Site(), 0.0
    for second, (of_job, of_take) in enumerate(zip(primary, recorder, strict=True)):
        now = second + TOOK
        told(site, float(second), of_job)
        site.coverage = shown(site.coverage, float(second), of_take, dated=dated, tail=tail)
    gone = [job for job, show in site.coverage.open.items() if over and show.account.ended is not None]
    site.coverage = site.coverage.over(gone)
    site.settle(now)
    return site


def show_of(site: Site, job: Job = JOB) -> Show:
    return site.show(job)


def gaps(show: Show) -> list[tuple[str, float, float]]:
    return [(one.cause, round(one.least, 3), round(one.most, 3)) for one in show.account.gaps]


@pytest.mark.parametrize(
    ("primary", "recorder", "expected"),
    [
        (".jjjjjjjj...", "-1111111111-", [("late-start", 0.0, 1.1)]),
        (".jjjjjjjj...", "----1111111-", [("late-start", 1.9, 4.1)]),
        (".jjjjjjjj...", "-cccc111111-", [("late-start", 0.0, 5.1)]),
        (".jjjjjjjj...", "-cccc-------", [("late-start", 6.9, 9.1)]),
        (".jjjjjjjj...", "-ccccpp1111-", [("late-start", 0.9, 7.1)]),
        (".jjjjjjjj...", "-ccccff1111-", [("late-start", 0.9, 7.1)]),
        (".jjjjjjjj...", "-1111-22222-", [("late-start", 0.0, 1.1), ("late-start", 0.0, 2.1)]),
        (".jjjjjjjj...", "-1111222222-", [("late-start", 0.0, 1.1), ("take-died", 0.0, 1.1)]),
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
        ("         jj..", "-----------11", [("late-start", 0.9, 2.1)]),
    ],
)
def test_what_is_missing_of_a_job(
    primary: str, recorder: str, expected: list[tuple[str, float, float]]
) -> None:
    show = show_of(watched(primary, recorder))
    assert gaps(show) == expected
    assert show.account.least == pytest.approx(sum(least for _, least, _ in expected))
    assert show.account.most == pytest.approx(sum(most for _, _, most in expected))


@pytest.mark.parametrize(
    ("recorder", "most", "ended"),
    [
        ("-111111111111s-", [1.1], (12.0, 14.1)),  # it was told to end
        ("-111111-222222-", [1.1, 3.1], (5.0, 7.1)),
        ("-111111?222222-", [1.1, 6.1], (2.0, 8.1)),
        ("-111111??11111-", [1.1], (12.0, 14.1)),  # it was the same all the while
        ("-111111s?22222-", [1.1, 7.1], (2.0, 9.1)),
        ("-11?2222222222-", [4.1], (0.0, 4.1)),  # not before it began
    ],
)
def test_how_much_of_its_end_a_recorder_may_owe(
    recorder: str, most: list[float], ended: tuple[float, float]
) -> None:
    show = show_of(watched(".jjjjjjjjjj....", recorder, tail=Tail(seen=1.0, torn=4.0)))
    assert [one[2] for one in gaps(show)] == most
    assert show.account.least == 0.0
    assert show.takes[0].ended == pytest.approx(ended)


def test_a_recorder_that_tells_no_dates_leaves_the_dark_in_doubt() -> None:
    show = show_of(watched(".jjjjjjjj...", "-111???1111-", dated=False))
    assert gaps(show) == [("late-start", 0.0, 1.1), ("dvr-unreachable", 0.0, 4.1)]


def test_what_nobody_watched_is_dark_although_nothing_failed() -> None:
    minute = " " * 60
    away = watched(".jjj" + minute + "jj...", "-111" + minute + "2222-")
    assert gaps(show_of(away)) == [("late-start", 0.0, 1.1), ("vrmon-away", 0.0, 61.1)]
    survived = watched(".jjj" + minute + "jj...", "-111" + minute + "1111-")
    assert gaps(show_of(survived)) == [("late-start", 0.0, 1.1)]


@pytest.mark.parametrize(("sign", "more"), [("1", []), ("-", [("dvr-unreachable", 0.0, 3.1)])])
def test_a_job_that_ends_while_its_recorder_is_blind_is_settled_when_that_is_back(
    sign: str, more: list[tuple[str, float, float]]
) -> None:
    site = watched(".jjjjjj...", "-1111?????")
    assert not site.done
    now = site.coverage.read(JOB, 9.5).account
    assert (now.least, round(now.most, 3)) == (0.0, 4.2)
    site.look(30.0, sign)
    assert gaps(site.show()) == [("late-start", 0.0, 1.1), *more]


def test_a_running_job_is_bounded_by_now() -> None:
    account = watched(".jjj", "-111", over=False).coverage.read(JOB, 8.0).account
    assert (account.least, round(account.most, 3), account.ended) == (0.0, 6.1, None)
    assert account.gaps[-1].goes_on
    assert account.began == Between(0.0, 1.1)


@pytest.mark.parametrize(
    ("primary", "source", "most"),
    [(20.0, 20.0, 1.3), (20.0, None, 18.3), (None, 20.0, 1.3), (None, None, 18.3)],
)
def test_looks_that_show_no_change_move_the_last_one_on(
    primary: float | None, source: float | None, most: float
) -> None:
    coverage = watched(".jjj", "-111", over=False).coverage
    told, shown_at = (None if began is None else Between(began, began + TOOK) for began in (primary, source))
    latest = coverage.went_on(told, shown_at)
    account = latest.read(JOB, 20.2).account
    assert (account.least, round(account.most, 3)) == (0.0, most)
    assert account.sure == pytest.approx((3.0 if primary is None else primary) - 1.1)
    earlier = latest.went_on(Between(5.0, 5.1), Between(5.0, 5.1)).read(JOB, 20.2).account
    if primary is not None and source is not None:
        assert earlier == account, "what is known of later looks stays"


def test_a_take_that_records_the_next_job_as_well_counts_for_both() -> None:
    site = watched(".jjjbbbbbbnnnn...", "-111111111NNNNNN-")
    assert gaps(site.show(NEXT)) == [("late-start", 0.0, 1.1)]
    names = {one.job: [file for take in one.takes for file in take.files] for one in site.done}
    assert names == {JOB: ["SHOW_1"], NEXT: ["SHOW_1", "NEWS_1"]}


def test_takes_have_bounds_and_an_end_of_their_own() -> None:
    takes = show_of(watched(".jjjjjjjj...", "-111fff2222-")).takes
    assert [(take.number, take.began, take.ended, take.end_cause) for take in takes] == [
        (1, Between(0.0, 1.1), Between(3.0, 4.1), "foreign"),
        (2, Between(6.0, 7.1), Between(10.0, 11.1), "late-start"),
    ]


@pytest.mark.parametrize(
    ("primary", "recorder", "cause"),
    [
        (".jjjjjjjj...", "-1111222222-", "take-died"),
        (".jjjjjjjj...", "-111???2222-", "dvr-unreachable"),
        (".jjjj.nnnn...", "-1111NNNNNNN-", ""),
    ],
)
def test_a_take_whose_next_is_there_at_the_first_look_has_the_cause_of_its_end(
    primary: str, recorder: str, cause: str
) -> None:
    first, second = show_of(watched(primary, recorder)).takes[0], watched(primary, recorder).coverage.takes[1]
    assert first.ended is not None
    assert (first.end_cause, second.end_cause) == (cause, "late-start")


def test_an_id_that_is_used_again_is_another_job() -> None:
    site = watched(".jjj..", "-111??")
    told(site, 20.0, "j")
    site.look(20.0, "2")
    assert [gaps(one) for one in site.done] == [[("late-start", 0.0, 1.1), ("dvr-unreachable", 0.0, 1.1)]]
    assert site.coverage.open[JOB].account.began == Between(5.0, 20.1)


def test_the_name_is_the_last_that_was_told() -> None:
    coverage = Coverage()
    for second, name in enumerate((None, "SHOW", None), start=1):
        look = Look(second, second + TOOK, Shown.YES)
        coverage = coverage.primary_shown(look, {JOB: Told(Shown.YES, name)}, 0.0, second, PATIENCE)
    assert coverage.open[JOB].basename == "SHOW"


def test_what_was_commanded_and_turns_up_late_is_in_doubt_whatever_is_said_of_it_meanwhile() -> None:
    coverage = Coverage()
    told_of = {JOB: Told(Shown.YES, "SHOW")}
    coverage = coverage.primary_shown(Look(1.0, 1.1, Shown.YES), told_of, 0.0, 1, PATIENCE)
    for second, cause in enumerate(("", "", "", "start-unseen", "start-unseen"), start=1):
        look = Look(float(second), second + TOOK, Shown.COMING, cause=cause)
        coverage = coverage.source_shown(look, None, PATIENCE)
    coverage = shown(coverage, 6.0, "1")
    account = coverage.read(JOB, 6.1).account
    assert (account.least, round(account.most, 3)) == (0.0, 6.1)


def test_fractions_hold_whatever_the_job_was_like() -> None:
    account = show_of(watched(".jjjjjjjj...", "----1111111-")).account
    assert account.coverage == pytest.approx((1 - 4.1 / 8.0, 1 - 1.9 / 9.1))
    assert show_of(watched(".jjjjjjjj...", "------------")).account.coverage[0] == 0.0
    assert show_of(watched("..jjjjjjjj...", "111111111111-")).account.coverage == (1.0, 1.0)


def test_what_is_kept_has_a_bound_whatever_flaps() -> None:
    site = Site()
    for second in range(3000):
        told(site, float(second), "j?.?"[second % 4])
        site.coverage = shown(site.coverage, float(second), "?-?1?c?2"[second % 8], dated=False)
    for second in range(3000, 4000):
        told(site, float(second), "jn"[second % 2])
    coverage = site.coverage
    assert len(coverage.cover.stretches) <= 64
    assert len(coverage.takes) <= 100
    assert all(len(show.account.gaps) <= 100 for show in coverage.open.values())
    assert all(len(show.account.job.stretches) <= 64 for show in coverage.open.values())
    sums = coverage.read(JOB, 4000.0).account
    assert sum(gap.most for gap in sums.gaps) == pytest.approx(sums.most)
    assert sum(gap.least for gap in sums.gaps) == pytest.approx(sums.least)


@pytest.mark.parametrize("lag", [0.0, 2.0, 5.0])
def test_a_show_that_is_filed_gets_to_know_when_its_take_ends(lag: float) -> None:
    run, job, take = recording(quirks=Quirks(stop_lag=lag))
    run.playbox.jobs.remove(job)
    run.until(40.0)
    assert take.ended is not None
    (show,) = run.memory.covered.done[run.settings.channels[0].key]
    (span,) = show.takes
    assert span.ended is not None
    assert span.ended.earliest <= take.ended <= span.ended.latest


@pytest.mark.parametrize("silence", [0, 2])
def test_what_was_before_the_first_look_has_the_cause_for_which_there_was_none_before(silence: int) -> None:
    watch = Watch()
    for second in range(silence):
        watch = watch.fold(Look(second, second + TOOK, Shown.UNKNOWN, cause="dvr-unreachable"), PATIENCE)
    watch = watch.fold(Look(silence, silence + TOOK, Shown.YES, take="1"), PATIENCE)
    assert [one.cause for one in watch.stretches] == ["dvr-unreachable" if silence else AWAY]
