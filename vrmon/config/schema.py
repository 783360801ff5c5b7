"""Every key of vrmon.toml: its kind of value, its default and its meaning. The one table of them.

What only one kind of device has stands in its own folder; `keys_of` has both.
"""

from __future__ import annotations

import difflib
from dataclasses import asdict, replace

from vrmon.config import alarm_values, pair_values, values
from vrmon.devices import kinds
from vrmon.devices.contract import Kind, Role
from vrmon.devices.keys import HTTP, Key, Value, as_text, one_of, seconds, whole
from vrmon.settings import (
    Alarm,
    Api,
    Channel,
    DeviceSettings,
    DrillSettings,
    Eyes,
    History,
    Log,
    Pair,
    Snmp,
    Sync,
)

_DAY = 24 * 3600
_WEEK = 7 * _DAY

_DEVICE = (
    Key("url", HTTP, "where the device answers"),
    Key(
        "poll_interval",
        seconds(0.1, 60),
        "from the start of one poll to the next",
        DeviceSettings.poll_interval,
    ),
    Key(
        "timeout",
        seconds(0.1, 60),
        "for one whole request, the last byte included",
        DeviceSettings.timeout,
    ),
    Key("tls", values.TLS, "what makes the device's certificate trusted", DeviceSettings.tls),
)


def _kind(role: Role) -> Key:
    def read(value: object) -> str:
        name, known = as_text(value), kinds.of(role)
        if name not in known:
            near = difflib.get_close_matches(name.lower(), known, n=1)
            raise ValueError(f'is not known: did you mean "{near[0]}"?' if near else "is not known")
        return name

    names = list(kinds.of(role))
    return Key("kind", Value(one_of(*names).expected, read), "what the device is", names[0])


TABLES: dict[str, tuple[Key, ...]] = {
    "primary": (_kind(Role.PRIMARY), *_DEVICE),
    "dvr": (
        _kind(Role.RECORDER),
        *_DEVICE,
        Key("password_file", values.FILE, "holds the DVR's password", None),
    ),
    "channel": (
        Key("name", values.NAME, "what people call the channel"),
        Key("ingest", values.INGEST, "the primary's ingest that is backed up"),
        Key("source", values.SOURCE, "the DVR's source that records the backup"),
        Key("primary", values.DEVICE_NAME, "whose ingest: needed only where there are several", None),
        Key("dvr", values.DEVICE_NAME, "whose source: needed only where there are several", None),
        Key("spare", values.YES_OR_NO, "whether nobody means to use it for now", Channel.spare),
        Key("moving", values.YES_OR_NO, "whether its picture never stands still", Channel.moving),
    ),
    "sync": (
        Key(
            "stop_delay",
            seconds(0, 3600),
            "how long a job must be gone before a stop",
            Sync.stop_delay,
        ),
        Key(
            "outage_hold",
            seconds(0, _WEEK),
            "how long a take is kept whose job was lost while the primary was away",
            Sync.outage_hold,
        ),
        Key(
            "name_wait",
            seconds(0, 60),
            "how long to wait for the primary's file name before recording under a stand-in",
            Sync.name_wait,
        ),
        Key(
            "max_take",
            seconds(0, _WEEK),
            "how long a take may run before it counts as forgotten; 0: for ever",
            Sync.max_take,
        ),
        Key("max_take_stop", values.YES_OR_NO, "whether such a take is ended", Sync.max_take_stop),
        Key(
            "name_template",
            values.template(("basename", "channel", "job", "date", "time")),
            "the name of a take",
            Sync.name_template,
        ),
        Key(
            "continuation",
            values.template(("name", "n"), needed=("name", "n")),
            "the name of the take that continues a broken one",
            Sync.continuation,
        ),
        Key(
            "gap_tolerance",
            seconds(0, 3600),
            "how much of a job may be missing before it counts as incomplete",
            Sync.gap_tolerance,
        ),
    ),
    "drill": (
        Key("at", values.TIME_OR_NEVER, "when the channels are drilled, one after another", DrillSettings.at),
        Key("seconds", seconds(1, 600), "how long a drill records", DrillSettings.seconds),
        Key("clear", seconds(0, 86400), "how long a job must be over", DrillSettings.clear),
    ),
    "api": (
        Key("listen", values.LISTEN, "TCP address of /status, for reading", Api.listen),
        Key(
            "unix_socket",
            values.SOCKET,
            "socket of the vrmon command, for reading and control",
            str(Api.unix_socket),
        ),
        Key("names", values.HOST_NAMES, "names by which browsers may ask for the status", Api.names),
        Key(
            "frame_ancestors",
            values.ORIGINS,
            "other pages that may show the board within themselves",
            Api.frame_ancestors,
        ),
    ),
    "log": (
        Key("level", one_of("debug", "info", "warning", "error"), "the least that is logged", Log.level),
        Key("file", values.LOG_FILE, "also write here, where there is no journal", Log.file),
    ),
    "history": (
        Key("days", whole(0, 3660), "how long it is kept what was recorded", History.days),
        Key("day_begins", values.TIME_OF_DAY, "when the broadcast day begins", History.day_begins),
    ),
    "alarm": (
        Key("urls_file", values.FILE, "holds addresses of Apprise, one a line", None),
        Key("webhook", alarm_values.WEBHOOK, "where each message is posted as JSON", Alarm.webhook),
        Key(
            "after",
            alarm_values.by_severity(0, _DAY, Alarm.after),
            "how long a problem must have lasted",
            asdict(Alarm.after),
        ),
        Key(
            "repeat",
            alarm_values.by_severity(0, _WEEK, Alarm.repeat),
            "how often it is told again while nobody has acknowledged it; 0: never",
            asdict(Alarm.repeat),
        ),
        Key(
            "escalate_after",
            seconds(0, _WEEK),
            "when a critical one that nobody has acknowledged is told to the second line; 0: never",
            Alarm.escalate_after,
        ),
        Key("quiet", alarm_values.QUIET, "when nobody is told of what is only degraded", ""),
        Key("silent_after", seconds(5, 3600), "how long vrmond may be silent", Alarm.silent_after),
        Key("heartbeat_url_file", values.FILE, "holds the URL of a dead-man's switch", None),
        Key("hello", alarm_values.WEEKLY, "when to say that alarms work", ""),
    ),
    "alarm.snmp": (
        Key("targets", alarm_values.TARGETS, "who gets notifications", []),
        Key("version", one_of("2c", "3"), "of SNMP", Snmp.version),
        Key("inform", values.YES_OR_NO, "whether targets confirm what they get", Snmp.inform),
        Key("secrets_file", values.FILE, "holds the community or the passphrases", None),
        Key("user", alarm_values.USER, "version 3: the user", Snmp.user),
        Key("auth", one_of("none", "MD5", "SHA", "SHA-256", "SHA-512"), "version 3", Snmp.auth),
        Key("priv", one_of("none", "DES", "AES"), "version 3", Snmp.priv),
        Key("engine_id", alarm_values.ENGINE, "version 3: of this host, for traps", Snmp.engine_id),
    ),
    "eyes": (
        Key("enabled", values.YES_OR_NO, "whether vrmon-alarm looks at the pictures", Eyes.enabled),
        Key("every", seconds(1, 20), "how often it looks at one of each channel", Eyes.every),
        Key("black_after", seconds(1, 3600), "how long a picture may be black", Eyes.black_after),
        Key("frozen_after", seconds(1, 3600), "how long it may stand still", Eyes.frozen_after),
    ),
    "pair": (
        Key("site", pair_values.LABEL, "what both hosts of the pair call it"),
        Key("node", pair_values.LABEL, "what this host is called, and the other one is not"),
        Key("etcd", pair_values.MEMBERS, "where etcd answers, by which the hosts agree who leads"),
        Key("peer", pair_values.PEER, "where the other host's vrmon answers"),
        Key("ttl", seconds(2, 60), "how long the leader may be silent before the other takes over", Pair.ttl),
        Key("ca_file", pair_values.PATH, "the CA of etcd's certificates", None),
        Key("certificate_file", pair_values.PATH, "this host's certificate, shown to etcd", None),
        Key("key_file", values.FILE, "its private key", None),
        Key("user", pair_values.USER, "who vrmon is to etcd, where that asks for a password", Pair.user),
        Key("password_file", values.FILE, "holds the password of that user", None),
    ),
}


def keys_of(role: Role, kind: Kind | None) -> tuple[Key, ...]:
    """The keys of a device of this kind: those of its role, save what it lacks, and its own; where its kind
    is not known, all that it may have."""
    common = (_kind(role), *(key for key in TABLES[role.value] if key.name != "kind"))
    if kind is None:
        return (*common, *(key for one in kinds.of(role).values() for key in one.keys))
    known = (key for key in common if key.name not in kind.lacks)
    addressed = (replace(key, value=kind.url) if key.name == "url" else key for key in known)
    return (*addressed, *kind.keys)
