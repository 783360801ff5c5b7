"""Three real etcds, one a host, set up by the example that vrmon ships, and what can befall one."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from tests.two_hosts.network import Host, Net
from tests.world.mirror import wait

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "packaging/pair"
_EXAMPLE_ADDRESSES = ("10.1.85.10", "10.1.85.11", "10.1.85.12")
_DISK = 200 << 20  # bytes: etcd keeps 64 MiB and the next 64 MiB of its log ready
_ANSWER = 5.0  # seconds: as long as one without a majority thinks about it, at most


class Member:
    """The etcd of a host. `url` is for clients, and `folder` a disk of its own, of 200 MB."""

    def __init__(self, host: Host, folder: Path, settings: Mapping[str, str], command: Sequence[str]) -> None:
        self.host = host
        self.folder = folder
        self.settings = dict(settings)
        self.url = self.settings["ETCD_ADVERTISE_CLIENT_URLS"]
        self._command = command
        self._log = folder.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.host.inside(*self._command)],
                env={"PATH": os.environ["PATH"], **self.settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def fill(self) -> None:
        """Not a byte more gets onto its disk."""
        with suppress(OSError), (self.folder / "filler").open("wb") as file:
            while True:
                file.write(b"\0" * (1 << 16))
                file.flush()

    def clear(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def wipe(self) -> None:
        """What it knew is gone."""
        self.kill()
        shutil.rmtree(self.settings["ETCD_DATA_DIR"])

    def log(self) -> str:
        return self._log.read_text(errors="replace")


class Cluster:
    """`cert` is what a client shows and `verify` what it trusts, as requests wants them."""

    def __init__(self, members: list[Member], pki: Path) -> None:
        self.members = members
        self.verify = str(pki / "ca.pem")
        self.cert = (str(pki / "vrmon.pem"), str(pki / "vrmon.key"))

    def ask(self, member: Member, path: str, **body: Any) -> dict[str, Any]:
        """An answer of etcd's JSON gateway. requests' errors where there is none, or it is no 200."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                member.url + path, json=body, timeout=_ANSWER, verify=self.verify, cert=self.cert
            )
        answer.raise_for_status()
        return dict(answer.json())

    def answers(self, member: Member) -> bool:
        """Whether it has a majority behind it: it can say what is true for all."""
        with suppress(requests.RequestException):
            self.ask(member, "/v3/kv/range", key=encoded("any"))
            return True
        return False

    def put(self, member: Member, key: str, value: str) -> None:
        """Asked until it is done: what is asked for in mid-election gets no answer."""

        def is_put() -> bool:
            with suppress(requests.RequestException):
                self.ask(member, "/v3/kv/put", key=encoded(key), value=encoded(value))
                return True
            return False

        wait(is_put, f"{key} in etcd")

    def get(self, member: Member, key: str) -> str | None:
        found = self.ask(member, "/v3/kv/range", key=encoded(key)).get("kvs", [])
        return base64.b64decode(found[0]["value"]).decode() if found else None

    def leader(self) -> Member:
        """Whom a majority follows."""
        for member in self.members:
            with suppress(requests.RequestException):
                status = self.ask(member, "/v3/maintenance/status")
                if status.get("leader") == status["header"]["member_id"]:
                    return member
        raise AssertionError("no etcd leads")

    def wait(self) -> None:
        """Until each member answers for a majority."""
        wait(lambda: all(map(self.answers, self.members)), "an answer of each etcd")

    def replace(self, member: Member) -> None:
        """With an empty one of the same name, as an administrator does it."""
        member.wipe()
        other = next(one for one in self.members if one is not member)
        peer = member.settings["ETCD_INITIAL_ADVERTISE_PEER_URLS"]

        def is_listed() -> bool:
            """And asks for what is to be done until it is."""
            with suppress(requests.RequestException):
                known = self.ask(other, "/v3/cluster/member/list")["members"]
                for one in known:
                    if one.get("name") == member.host.name:
                        self.ask(other, "/v3/cluster/member/remove", ID=one["ID"])
                        return False
                if any(one["peerURLs"] == [peer] for one in known):
                    return True
                self.ask(other, "/v3/cluster/member/add", peerURLs=[peer])
            return False

        wait(is_listed, "the new member in the list")
        member.settings["ETCD_INITIAL_CLUSTER_STATE"] = "existing"
        member.start()
        self.wait()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@contextmanager
def cluster(folder: Path, hosts: Sequence[Host]) -> Iterator[Cluster]:
    """An etcd on each host, with mutual TLS, all of which answer, until the block ends."""
    assert shutil.which("etcd"), "apt install etcd-server"
    pki = folder / "pki"
    named = [f"{host.name}={host.address(Net.CLUSTER)}" for host in hosts]
    _run(str(EXAMPLES / "make-certificates"), str(pki), *named)
    with ExitStack() as stack:
        members = []
        for host in hosts:
            disk = folder / f"etcd-{host.name}"
            disk.mkdir()
            _run("mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(disk))
            stack.callback(_run, "umount", "--lazy", str(disk))
            members.append(Member(host, disk, _settings(host, hosts, disk, pki), ["etcd"]))
        for member in members:
            stack.callback(member.kill)
            member.start()
        made = Cluster(members, pki)
        made.wait()
        yield made


def _settings(host: Host, hosts: Sequence[Host], disk: Path, pki: Path) -> dict[str, str]:
    """The shipped example with the addresses, the name and the folders of this host."""
    text = (EXAMPLES / "etcd.default").read_text()
    lines = dict(re.findall(r'^(ETCD_\w+)="(.*)"$', text, re.MULTILINE))
    cluster = lines.pop("ETCD_INITIAL_CLUSTER")
    mine = host.address(Net.CLUSTER)
    for name, value in lines.items():
        mine_now = value.replace(_EXAMPLE_ADDRESSES[0], mine).replace("/var/lib/etcd", str(disk))
        lines[name] = mine_now.replace("/etc/etcd/a.", f"{pki}/{host.name}.").replace("/etc/etcd", str(pki))
    for example, one in zip(_EXAMPLE_ADDRESSES, hosts, strict=True):
        cluster = cluster.replace(example, one.address(Net.CLUSTER))
    return {**lines, "ETCD_NAME": host.name, "ETCD_INITIAL_CLUSTER": cluster}


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
