"""Every key of vrmon.toml: its kind, its default and its meaning. The one table of them."""

from __future__ import annotations

from dataclasses import dataclass

from vrmon.config import values
from vrmon.config.values import Kind
from vrmon.settings import Api, DeviceSettings, Log, Sync

REQUIRED = object()


@dataclass(frozen=True)
class Key:
    """`default` is REQUIRED where there is none, None where leaving the key out has a meaning of its own."""

    name: str
    kind: Kind
    meaning: str
    default: object = REQUIRED


_WEEK = 7 * 24 * 3600

_DEVICE = (
    Key("url", values.URL, "where the device answers"),
    Key(
        "poll_interval",
        values.seconds(0.1, 60),
        "from the start of one poll to the next",
        DeviceSettings.poll_interval,
    ),
    Key(
        "timeout",
        values.seconds(0.1, 60),
        "for one whole request, the last byte included",
        DeviceSettings.timeout,
    ),
    Key("tls", values.TLS, "what makes the device's certificate trusted", DeviceSettings.tls),
)

TABLES: dict[str, tuple[Key, ...]] = {
    "primary": _DEVICE,
    "dvr": (*_DEVICE, Key("password_file", values.FILE, "holds the DVR's password", None)),
    "channel": (
        Key("name", values.NAME, "what people call the channel"),
        Key("ingest", values.INGEST, "the primary's ingest that is backed up"),
        Key("source", values.SOURCE, "the DVR's source that records the backup"),
        Key("primary", values.DEVICE_NAME, "whose ingest: needed only where there are several", None),
        Key("dvr", values.DEVICE_NAME, "whose source: needed only where there are several", None),
    ),
    "sync": (
        Key(
            "stop_delay",
            values.seconds(0, 3600),
            "how long a job must be gone before a stop",
            Sync.stop_delay,
        ),
        Key(
            "outage_hold",
            values.seconds(0, _WEEK),
            "how long a take is kept whose job was lost while the primary was away",
            Sync.outage_hold,
        ),
        Key(
            "name_wait",
            values.seconds(0, 60),
            "how long to wait for the primary's file name before recording under a stand-in",
            Sync.name_wait,
        ),
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
    ),
    "api": (
        Key("listen", values.LISTEN, "TCP address of /status, for reading", Api.listen),
        Key(
            "unix_socket",
            values.SOCKET,
            "socket of the vrmon command, for reading and control",
            str(Api.unix_socket),
        ),
    ),
    "log": (
        Key(
            "level", values.one_of("debug", "info", "warning", "error"), "the least that is logged", Log.level
        ),
        Key("file", values.LOG_FILE, "also write here, where there is no journal", Log.file),
    ),
}
