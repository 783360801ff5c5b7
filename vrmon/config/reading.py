"""From vrmon.toml and the environment to Settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vrmon.config.channels import read_channels
from vrmon.config.complaints import Complaints
from vrmon.config.devices import read_devices
from vrmon.config.document import parse_toml
from vrmon.config.environment import Directories, override_devices, override_port
from vrmon.config.schema import TABLES
from vrmon.config.table import add_unknown, read_table
from vrmon.config.values import SOCKET
from vrmon.devices.contract import Role
from vrmon.settings import (
    Alarm,
    Api,
    BySeverity,
    DrillSettings,
    Eyes,
    History,
    Log,
    Pair,
    Settings,
    Snmp,
    Sync,
)


def parse(text: str, path: Path, environ: Mapping[str, str]) -> Settings:
    """The checked configuration in a text that came from `path`; ConfigError with every complaint."""
    settings, complaints = examine(text, path, environ)
    complaints.raise_any()
    return settings


def examine(text: str, path: Path, environ: Mapping[str, str]) -> tuple[Settings, Complaints]:
    """What holds of the configuration, and the faults in the rest; ConfigError where it is not TOML."""
    document, layout = parse_toml(text, path)
    directories = Directories.from_environ(environ)
    complaints = Complaints(path, layout, document)
    override_devices(document, environ, complaints)
    for name in document.keys() - TABLES.keys():
        add_unknown((name,), list(TABLES), complaints)
    folder = path.absolute().parent
    settings = Settings(
        primaries=read_devices(Role.PRIMARY, document, folder, directories, complaints),
        dvrs=read_devices(Role.RECORDER, document, folder, directories, complaints),
        channels=read_channels(document, complaints),
        sync=Sync(**_section("sync", document, complaints)),
        drill=DrillSettings(**_section("drill", document, complaints)),
        api=_api(document, environ, directories, complaints),
        log=Log(**_section("log", document, complaints)),
        history=History(**_section("history", document, complaints)),
        alarm=_alarm(document, folder, complaints),
        eyes=Eyes(**_section("eyes", document, complaints)),
        pair=_pair(document, folder, complaints),
    )
    return settings, complaints


def password_file(text: str, path: Path, dvr: str) -> Path | None:
    """The file that a DVR of the configuration names for its password, if it names one."""
    document, _ = parse_toml(text, path)
    try:
        named = document["dvr"][dvr]["password_file"]
    except (LookupError, TypeError):
        return None
    return path.absolute().parent / named if isinstance(named, str) else None


def _section(kind: str, document: dict[str, Any], complaints: Complaints) -> dict[str, Any]:
    return read_table(kind, (kind,), document.get(kind, {}), complaints)


def _alarm(document: dict[str, Any], folder: Path, complaints: Complaints) -> Alarm:
    """What is at fault in it has its default: the rest tells people all the same."""
    raw = document.get("alarm", {})
    own = {key: value for key, value in raw.items() if key != "snmp"} if isinstance(raw, dict) else raw
    values = read_table("alarm", ("alarm",), own, complaints)
    snmp = raw.get("snmp", {}) if isinstance(raw, dict) else {}
    of_snmp = read_table("alarm.snmp", ("alarm", "snmp"), snmp, complaints)
    if of_snmp.get("targets") and of_snmp.get("version") == "3" and not of_snmp.get("user"):
        complaints.add(("alarm", "snmp", "user"), "is missing", "the user's name, which version 3 needs")
    if of_snmp.get("auth") == "none" and of_snmp.get("priv") not in ("none", None):
        complaints.add(("alarm", "snmp", "priv"), 'is not "none"', '"none" where auth is "none"')
    return Alarm(**_filed(values, folder), snmp=Snmp(**_filed(of_snmp, folder)))


def _pair(document: dict[str, Any], folder: Path, complaints: Complaints) -> Pair | None:
    """None where there is none, or where it is at fault."""
    if "pair" not in document:
        return None
    values = _filed(_section("pair", document, complaints), folder)
    members = values.get("etcd", ())
    schemes = {one.partition(":")[0] for one in members}
    if len(schemes) > 1:
        complaints.add(("pair", "etcd"), "is partly https", "https:// at every member, or at none")
    for one, other in (("certificate_file", "key_file"), ("key_file", "certificate_file")):
        if one in values and other not in values:
            complaints.add(("pair", other), "is missing", f"the file that goes with {one}")
    if "ca_file" in values and schemes == {"http"}:
        complaints.add(("pair", "ca_file"), "is of no use", "https:// in etcd")
    if bool(values.get("user")) is not ("password_file" in values):
        missing = "password_file" if values.get("user") else "user"
        complaints.add(("pair", missing), "is missing", "both or none of user and password_file")
    try:
        return Pair(**values)
    except TypeError:  # what is required is missing: complained of above
        return None


def _filed(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """With its files in `folder` where their paths are relative; what is left out is left to its default."""
    kept = {key: value for key, value in values.items() if value not in (None, "", [])}
    files = {key: folder / value for key, value in kept.items() if key.endswith("_file")}
    tuples = {key: BySeverity(**value) for key, value in kept.items() if isinstance(value, dict)}
    return kept | files | tuples


def _api(
    document: dict[str, Any], environ: Mapping[str, str], directories: Directories, complaints: Complaints
) -> Api:
    values = _section("api", document, complaints)
    listen = override_port(values.get("listen", Api.listen), environ, complaints)
    names = values.get("names", Api.names)
    frames = values.get("frame_ancestors", Api.frame_ancestors)
    raw = document.get("api")
    if isinstance(raw, dict) and "unix_socket" in raw:
        return Api(listen, Path(values.get("unix_socket", Api.unix_socket)), names, frames)
    try:
        SOCKET.read(str(directories.unix_socket))
    except ValueError as wrong:
        complaints.add_variable("RUNTIME_DIRECTORY", "api.unix_socket", str(wrong), SOCKET.expected)
    return Api(listen, directories.unix_socket, names, frames)
