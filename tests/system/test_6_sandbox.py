"""How little a compromised vrmond could reach."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.system.clients import TCP, ask
from tests.system.machine import Machine, eventually
from tests.system.site import Site

CAP_SYS_RESOURCE = 1 << 24
DROP_IN = "/etc/systemd/system/vrmon.service.d/50-ip-filter.conf"


def exposure(machine: Machine) -> float:
    report = machine.run("systemd-analyze", "security", "--no-pager", "vrmon").stdout
    (level,) = re.findall(r"Overall exposure level for vrmon.service: ([\d.]+)", report)
    return float(level)


@pytest.fixture
def filtered(site: Site) -> Iterator[Site]:
    drop_in = site.machine.path(DROP_IN)
    drop_in.parent.mkdir()
    drop_in.write_bytes(site.machine.path("/usr/share/doc/vrmon/examples/50-ip-filter.conf").read_bytes())
    site.machine.run("systemctl", "daemon-reload")
    site.machine.run("systemctl", "restart", "vrmon")
    yield site
    drop_in.unlink()
    drop_in.parent.rmdir()
    site.machine.run("systemctl", "daemon-reload")
    site.machine.run("systemctl", "restart", "vrmon")


def test_exposure(site: Site) -> None:
    site.record("NEWS")
    assert exposure(site.machine) <= 1.1


def test_exposure_with_the_ip_filter(filtered: Site) -> None:
    filtered.record("NEWS")
    assert exposure(filtered.machine) <= 1.0


def test_the_history_is_written_and_no_fault_of_the_sandbox_is_told(site: Site) -> None:
    site.record("NEWS")

    def names() -> list[str]:
        code, page = ask(TCP, "/history?kind=take&limit=1")
        assert code == 200, page
        return [name for take in page["items"] for name in take["names"]]

    assert eventually(names) == ["NEWS"]
    assert site.problems() & {"history-failing", "history-damaged"} == set()
    assert site.machine.path("/var/lib/vrmon/history.db").stat().st_mode & 0o777 == 0o600


def test_systemd_knows_every_key_of_the_unit(site: Site) -> None:
    verdict = site.machine.run("systemd-analyze", "verify", "--man=no", "vrmon.service")
    assert verdict.stderr == ""


def test_only_its_own_folders_are_writable(site: Site) -> None:
    """Tried as root, in the mounts that the running daemon sees."""
    folders = "/etc /etc/vrmon /run /run/systemd /usr /var /var/lib /var/log /root /home /dev/shm"
    probe = f"""
        for d in {folders} /var/lib/vrmon /var/log/vrmon /run/vrmon; do
            touch $d/probe 2>/dev/null && rm $d/probe && echo $d
        done
        true
    """
    mounts = f"--target={site.machine.daemon}"
    writable = site.machine.run("nsenter", mounts, "--mount", "sh", "-c", probe).stdout.split()
    assert writable == ["/var/lib/vrmon", "/var/log/vrmon", "/run/vrmon"]


def test_a_modules_namesake_below_usr_local_is_not_seen(site: Site) -> None:
    first = "import sys; print(next(path for path in sys.path if path.startswith('/usr/local')))"
    folder = site.machine.run("python3", "-c", first).stdout.strip()
    stray = site.machine.path(f"{folder}/aiohttp.py")
    stray.write_text("raise SystemExit('a stray module')\n")
    try:
        site.machine.run("systemctl", "restart", "vrmon")
        eventually(lambda: site.channel("PCR 1")["phase"] == "idle")
    finally:
        stray.unlink()


def test_it_finds_no_bus(site: Site) -> None:
    bus = "/run/dbus/system_bus_socket"
    assert site.machine.path(bus).is_socket()
    found = site.machine.run(
        "nsenter", f"--target={site.machine.daemon}", "--mount", "test", "-e", bus, check=False
    )
    assert found.returncode == 1


def test_it_takes_no_modules_from_a_home_directory(site: Site) -> None:
    environ = site.machine.path(f"/proc/{site.machine.daemon}/environ").read_bytes().split(b"\0")
    assert b"PYTHONNOUSERSITE=1" in environ


def test_it_is_the_last_to_go_when_memory_runs_out(site: Site) -> None:
    assert site.machine.show("OOMScoreAdjust") == {"OOMScoreAdjust": "-900"}
    init = site.machine.path("/proc/1/status").read_text()
    (capabilities,) = re.findall(r"^CapEff:\t([0-9a-f]+)$", init, re.MULTILINE)
    if int(capabilities, 16) & CAP_SYS_RESOURCE:  # which some hosts withhold from the root of a container
        score = site.machine.path(f"/proc/{site.machine.daemon}/oom_score_adj").read_text()
        assert int(score) == -900


def test_it_holds_no_capability_and_no_core(site: Site) -> None:
    process = site.machine.path(f"/proc/{site.machine.daemon}")
    status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines())
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert re.search(r"Max core file size +0 +0 ", (process / "limits").read_text())
