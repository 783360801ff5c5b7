"""Removed, configuration and state stay; purged, nothing does."""

from __future__ import annotations

from tests.system.machine import Machine, eventually
from tests.system.site import Site

# What apt and dpkg keep of any package, and what is no part of the installation.
LEFT_OUT = ["/proc", "/sys", "/srv/repository", "/var/lib/apt", "/var/lib/dpkg", "/var/log", "/var/cache/apt"]


def traces(machine: Machine) -> set[str]:
    """Every path with vrmon in its name."""
    prune = " -o ".join(f"-path {path}" for path in LEFT_OUT)
    find = f"find / \\( {prune} \\) -prune -o -name '*vrmon*' -print"
    return set(machine.run("sh", "-c", find).stdout.split())


def test_remove_install_and_purge(site: Site) -> None:
    machine = site.machine
    site.record("NEWS")
    eventually(lambda: machine.path("/var/lib/vrmon/state.json").exists())
    machine.run("apt-get", "remove", "--yes", "vrmon")
    assert site.runs(0)
    kept = traces(machine)
    assert {"/etc/vrmon", "/etc/vrmon/vrmon.toml", "/var/lib/vrmon"} <= kept
    assert not machine.path("/run/vrmon").exists()
    assert machine.path("/etc/vrmon/credentials/movierecorder").exists()

    machine.run("apt-get", "install", "--yes", "--no-install-recommends", "vrmon")
    eventually(lambda: site.channel("PCR 1")["phase"] == "recording")
    assert site.takes(0) == ["NEWS"]

    machine.run("apt-get", "purge", "--yes", "vrmon")
    assert traces(machine) == {"/etc/apt/sources.list.d/vrmon.sources"}
    assert machine.run("getent", "passwd", "_vrmon").stdout.startswith("_vrmon:")
    assert site.takes(0) == ["NEWS"]
    assert site.runs(0)
