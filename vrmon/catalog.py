"""Every kind of trouble and every event that vrmon logs: its message, what it means, what to do.

A code's MESSAGE_ID follows from the code alone and is the same in every release. `render` makes
systemd/vrmon.catalog from this table (`python3 -m vrmon.catalog > systemd/vrmon.catalog`).
"""

from __future__ import annotations

import textwrap
import uuid
from typing import NamedTuple

_NAMESPACE = uuid.UUID("6f1b8f0e-5a0c-4f43-9f8e-3d2f3a1c7b52")


class Entry(NamedTuple):
    """`message` is the constant text that is logged; `advice` is empty where nothing needs doing."""

    message: str
    meaning: str
    advice: str = ""


_DEVICES = {
    "primary-unreachable": Entry(
        "Primary unreachable",
        "The primary does not answer. Running backup recordings are kept; new jobs cannot be seen.",
        "Check the network and the PlayBox server, then [primary.NAME] url in vrmon.toml.",
    ),
    "primary-unknown": Entry(
        "Primary's answer not understood",
        "The primary answered, but not with a list of jobs. That is never taken for 'no jobs': "
        "running backup recordings are kept.",
        "Look at the PlayBox server; an error page or a proxy in between is the usual reason.",
    ),
    "odd-answer": Entry(
        "Part of an answer not understood",
        "A device told an ingest or a source badly. What is known of it stays as it was: on that ingest no "
        "job begins or ends, a channel of that source waits. All others go on.",
        "The message names the place in the answer. Look at that ingest or source in the device itself.",
    ),
    "dvr-unreachable": Entry(
        "DVR unreachable",
        "The backup DVR does not answer. What it is recording it goes on recording, unseen; "
        "a job that begins now is started as soon as the DVR is back.",
        "Check the network, the Mac, that MovieRecorder runs and that its HTTP API is enabled.",
    ),
    "dvr-unknown": Entry(
        "DVR's answer not understood",
        "The backup DVR answered, but not with a list of sources.",
        "Check that url names MovieRecorder's HTTP port; restart MovieRecorder when no job is active.",
    ),
    "dvr-blind": Entry(
        "Recording not verified",
        "A job is active and its DVR does not answer, so nobody knows whether the backup records.",
        "Look at the Mac itself and start the recording there by hand if it does not run.",
    ),
    "password-refused": Entry(
        "Password refused",
        "The DVR wants a password, or another one.",
        "Put MovieRecorder's password into the password_file or the credential dvr_NAME, then restart vrmon.",
    ),
    "certificate-refused": Entry(
        "Certificate refused",
        "The device's TLS certificate is not the one that vrmon.toml trusts. Nothing was sent to it.",
        "If the certificate was changed on purpose, run 'vrmon trust NAME'.",
    ),
    "device-back": Entry("Device answers again", "The outage is over; the DVR is brought back in step."),
}

_SOURCES = {
    "source-missing": Entry(
        "Source missing",
        "The DVR has no source of the name that vrmon.toml gives. Nothing is sent to another in its place.",
        "Run 'vrmon sources' and correct the channel's source.",
    ),
    "source-ambiguous": Entry(
        "Source ambiguous",
        "Several sources of the DVR bear the name that vrmon.toml gives.",
        "Name the source by its unique_id, which 'vrmon sources' shows.",
    ),
    "source-disabled": Entry(
        "Source disabled", "The source is disabled in MovieRecorder.", "Enable it in MovieRecorder."
    ),
    "source-locked": Entry(
        "Source locked",
        "The source is locked in MovieRecorder, which may refuse to start or stop it.",
        "Unlock it in MovieRecorder.",
    ),
    "no-destination": Entry(
        "Source has no destination",
        "No destination is enabled for the source, so a recording would be written nowhere.",
        "Enable a destination for it in MovieRecorder.",
    ),
    "destination-warning": Entry(
        "Destination gives a warning",
        "MovieRecorder warns of a destination that this source records to.",
        "Look at the destination in MovieRecorder: free space, a volume that is gone, rights.",
    ),
    "foreign-recording": Entry(
        "Source records something else",
        "Somebody else's recording runs on the source. vrmon does not touch it; the job is in that take, "
        "if at all.",
        "Stop it in MovieRecorder if it is not meant: vrmon then starts the job's own take.",
    ),
    "shared-take": Entry(
        "Jobs share a take",
        "Two jobs are active on one ingest. The take of the first records the second as well.",
        "Nothing need be done. When the first job ends, the second gets a take of its own.",
    ),
    "leftover-take": Entry(
        "Leftover take",
        "A take of ours was seen recording whose channel the configuration no longer has. It is left alone.",
        "Stop it in MovieRecorder when the show is over, or map its ingest to its DVR again.",
    ),
}

_COMMANDS = {
    "start-refused": Entry(
        "Start refused",
        "The DVR refused to record. vrmon goes on asking.",
        "Do what the reason says in MovieRecorder, or start the recording there by hand.",
    ),
    "start-unseen": Entry(
        "Start not seen",
        "The DVR accepted the start, but the source does not record. vrmon starts it again.",
        "Look at the source and its destinations in MovieRecorder.",
    ),
    "start-lost": Entry(
        "Start unanswered",
        "No answer came to a start, so it may have happened. vrmon looks before it asks again.",
        "If this goes on, check the network to the DVR.",
    ),
    "stop-refused": Entry(
        "Stop refused",
        "The DVR refused to stop the take. vrmon goes on asking.",
        "Unlock the source in MovieRecorder, or stop the take there.",
    ),
    "stop-unseen": Entry(
        "Stop not seen",
        "The DVR accepted the stop, but the take goes on. vrmon stops it again.",
        "Stop the take in MovieRecorder.",
    ),
    "stop-lost": Entry(
        "Stop unanswered",
        "No answer came to a stop, so it may have happened. vrmon looks before it asks again.",
        "If this goes on, check the network to the DVR.",
    ),
    "name-refused": Entry(
        "Name refused",
        "The DVR refused the take's name. The take is recorded all the same, under the DVR's own name.",
        "Rename the file after the recording.",
    ),
    "stand-in-name": Entry(
        "Recorded under a stand-in name",
        "The primary had no file name within name_wait, so the take was started under a name of ours.",
        "Rename the file after the recording.",
    ),
    "misnamed": Entry(
        "Take has another name",
        "The take runs, but under another name than the primary's file.",
        "Rename the file after the recording.",
    ),
}

_TAKES = {
    "take-started": Entry("Take started", "The recording was seen on the DVR."),
    "take-ended": Entry("Take ended", "The DVR was seen to have stopped."),
    "take-adopted": Entry(
        "Take taken over", "A take that already ran is ours and is looked after from here on."
    ),
    "take-died": Entry(
        "Take died",
        "The source stopped recording in mid-job. A continuation take with a name of its own is started "
        "at once.",
        "Look for the reason in MovieRecorder: a full or removed volume, a lost signal, or a person "
        "who meant it (then: 'vrmon hold CHANNEL').",
    ),
    "take-paused": Entry(
        "Take paused",
        "The take was paused on the DVR in mid-job. vrmon resumes it.",
        "If a person meant it, put the channel on hold: 'vrmon hold CHANNEL'.",
    ),
    "primary-gone-keeping": Entry(
        "Take kept without its primary",
        "The primary does not answer, so its jobs may still be running. Their takes are kept.",
        "Bring the primary back, or end the take with 'vrmon stop CHANNEL'.",
    ),
    "job-lost-in-outage": Entry(
        "Job lost in an outage",
        "The job vanished while the primary, or vrmon, was away: it may have crashed. Its take is kept for "
        "outage_hold.",
        "End the take with 'vrmon stop CHANNEL' if the job is over.",
    ),
}

_JOBS = {
    "job-began": Entry("Job began", "The primary lists a job that was not there before."),
    "job-ended": Entry("Job ended", "The job is gone from the primary, with the proof that a stop needs."),
    "ended-by-hand": Entry(
        "Take ended by hand",
        "A person ended a take that was kept although its job was gone or its primary away.",
        "If the primary shows the job again, it is recorded again.",
    ),
    "unmapped-job": Entry(
        "Job without a channel",
        "A job is active on an ingest that no [[channel]] names. It has no backup.",
        "Add it with 'vrmon map NAME --ingest … --source …'.",
    ),
    "on-hold": Entry(
        "Channel on hold",
        "A person has taken the channel: vrmon neither starts nor stops anything on it.",
        "Hand it back with 'vrmon auto CHANNEL'.",
    ),
    "hold-begun": Entry("Hold begun", "A person has taken the channel; vrmon leaves it alone."),
    "hold-ended": Entry("Hold ended", "The channel is vrmon's again."),
}

_DAEMON = {
    "started": Entry("vrmond started", "The daemon is up and has taken over what it left running."),
    "stopped": Entry("vrmond stopped", "The daemon has ended. Recordings go on without it."),
    "reloaded": Entry(
        "Configuration reloaded", "The new configuration is in force; recordings were not touched."
    ),
    "configuration-refused": Entry(
        "Configuration refused",
        "vrmon.toml has faults. The configuration accepted last stays in force, or none where there is none.",
        "Run 'vrmond --check', correct what it names, then 'systemctl reload vrmon'.",
    ),
    "no-channels": Entry(
        "No channels configured",
        "vrmon runs, but vrmon.toml names nothing to mirror.",
        "Set the devices and [[channel]]s in /etc/vrmon/vrmon.toml, then 'systemctl reload vrmon'.",
    ),
    "address-taken": Entry(
        "Address not available",
        "An address of [api] cannot be listened on. Mirroring goes on; vrmon goes on trying.",
        "Free the address, or change it in vrmon.toml, then 'systemctl reload vrmon'.",
    ),
    "state-failing": Entry(
        "State cannot be written",
        "The state directory is full or failing. Recording goes on; a restart now would know only what was "
        "written last.",
        "Make room in /var/lib/vrmon.",
    ),
    "state-damaged": Entry(
        "State was damaged",
        "The state file could not be read and was moved aside. Takes are recognised by their names.",
        "Check the disk below /var/lib/vrmon.",
    ),
    "worker-stuck": Entry(
        "A loop is stuck",
        "A thread of vrmond did not come round in time. The heartbeat stops, and systemd restarts vrmond.",
        "Report it with the stacks that the journal shows just before the restart.",
    ),
    "log-failing": Entry(
        "Log cannot be written",
        "The log file's disk is full or failing. Control is not affected.",
        "Make room where log.file points.",
    ),
    "log-back": Entry("Log is written again", "What was logged in between is missing from it."),
    "log-overrun": Entry(
        "Log records lost",
        "What is logged came faster than its disk or reader took it. Control is not affected.",
    ),
    "problem-ended": Entry("Problem is over", "A problem that was reported earlier has ended."),
}

ENTRIES: dict[str, Entry] = {**_DEVICES, **_SOURCES, **_COMMANDS, **_TAKES, **_JOBS, **_DAEMON}


def message_id(code: str) -> str | None:
    """32 hexadecimal digits for journalctl MESSAGE_ID=…, or None for a code that is not in the table."""
    return uuid.uuid5(_NAMESPACE, code).hex if code in ENTRIES else None


def render() -> str:
    """The table as systemd's journal catalog (https://systemd.io/CATALOG)."""
    return "\n".join(_render_entry(code, entry) for code, entry in ENTRIES.items())


def _render_entry(code: str, entry: Entry) -> str:
    paragraphs = [entry.meaning]
    if entry.advice:
        paragraphs.append("What to do: " + entry.advice)
    body = "\n\n".join(textwrap.fill(paragraph, 76) for paragraph in paragraphs)
    return (
        f"-- {message_id(code)}\n"
        f"Subject: {entry.message}\n"
        f"Defined-By: vrmon\n"
        f"Documentation: man:vrmond(8)\n"
        f"\n"
        f"{body}\n"
    )


if __name__ == "__main__":
    print(render(), end="")
