"""What a site is given to set up a pair with: certificates, etcd's settings, the table of vrmon.toml."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from vrmon.config.reading import examine

ROOT = Path(__file__).parents[2]
PAIR = ROOT / "packaging/pair"
HOSTS = {"a": "10.1.85.10", "b": "10.1.85.11", "witness": "10.1.85.12"}


def certificates(folder: Path) -> None:
    named = [f"{name}={address}" for name, address in HOSTS.items()]
    subprocess.run([PAIR / "make-certificates", folder, *named], check=True, capture_output=True)


def openssl(*arguments: str | Path) -> str:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True).stdout


def test_each_certificate_is_of_the_authority_and_for_what_it_is_for(tmp_path: Path) -> None:
    certificates(tmp_path)
    for name, address in HOSTS.items():
        file = tmp_path / f"{name}.pem"
        for use in ("sslserver", "sslclient"):
            checked = openssl(
                "verify", "-purpose", use, "-verify_ip", address, "-CAfile", tmp_path / "ca.pem", file
            )
            assert checked.endswith(": OK\n")
    vrmon = openssl("verify", "-purpose", "sslclient", "-CAfile", tmp_path / "ca.pem", tmp_path / "vrmon.pem")
    assert vrmon.endswith(": OK\n")
    keys = {path.stem: path.stat().st_mode & 0o777 for path in tmp_path.glob("*.key")}
    assert keys == dict.fromkeys(("ca", "vrmon", *HOSTS), 0o600)


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    certificates(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "witness.pem").unlink()
    certificates(tmp_path)
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    changed = {name for name in after if before[name] != after[name]}
    assert changed - {"ca.srl"} == {"witness.pem"}


def test_what_the_page_says_is_a_pair(tmp_path: Path) -> None:
    page = (PAIR / "README.md").read_text()
    (table,) = re.findall(r"^ +\[pair\]\n(?: +.+\n)+", page, flags=re.MULTILINE)
    text = table.replace("/etc/vrmon/", f"{tmp_path}/")
    for name in re.findall(rf"{tmp_path}/([\w.]+)", text):
        (tmp_path / name).touch(0o600)
    settings, complaints = examine(text, tmp_path / "vrmon.toml", {})
    assert (complaints.refusing, complaints.outside) == ((), ())
    assert settings.pair is not None
    assert [one.split("//")[1].split(":")[0] for one in settings.pair.etcd] == list(HOSTS.values())


def test_the_settings_of_etcd_are_those_of_the_first_host() -> None:
    settings = dict(re.findall(r'^(ETCD_\w+)="(.*)"$', (PAIR / "etcd.default").read_text(), re.MULTILINE))
    members = ",".join(f"{name}=https://{address}:2380" for name, address in HOSTS.items())
    assert settings["ETCD_INITIAL_CLUSTER"] == members
    others = " ".join(value for key, value in settings.items() if key != "ETCD_INITIAL_CLUSTER")
    assert HOSTS["a"] in others
    assert HOSTS["b"] not in others
    assert settings["ETCD_CLIENT_CERT_AUTH"] == settings["ETCD_PEER_CLIENT_CERT_AUTH"] == "true"
    assert "http://" not in " ".join(settings.values())
