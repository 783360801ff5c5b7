"""Why a part of a job is missing, or a take has ended, in words: pure."""

from __future__ import annotations

from vrmon.catalog import ROWS, Cause, Code

_WORDS: dict[str, str] = {
    Cause.LATE_START: "the recording began late",
    Cause.VRMON_AWAY: "vrmon was away",
    Cause.HOLD: "the channel was on hold",
    Cause.FOREIGN: "somebody else's recording ran there",
    Cause.RELEASED: "a person ended the take",
    Cause.UNCONFIGURED: "its channel was taken out of vrmon.toml",
    Code.TAKE_DIED: "the take died",
    Code.TAKE_PAUSED: "the take was paused",
    Code.DVR_UNREACHABLE: "the recorder did not answer",
    Code.PRIMARY_UNREACHABLE: "the primary did not answer",
    Code.START_REFUSED: "the recorder refused to start",
    Code.START_UNSEEN: "the recorder was told to start and did not show it",
    Code.START_LOST: "the recorder did not answer the start",
    Code.NO_DESTINATION: "the source had no destination",
    Code.SOURCE_LOCKED: "the source was locked",
    Code.SOURCE_MISSING: "the source was missing",
    Code.SOURCE_DISABLED: "the source was disabled",
    Code.DOUBTFUL_RECORDING: "a recording ran there of which nobody knows whose it was",
}
_TITLES: dict[str, str] = {code.value: ROWS[code].title.lower() for code in Code}


def reason(cause: str) -> str:
    """What a cause or the code of a problem means for a recording; itself where a later vrmon knows more."""
    return _WORDS.get(cause) or _TITLES.get(cause) or cause or "nobody knows why"
