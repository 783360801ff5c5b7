"""What the command says when there is no daemon, or none that behaves: exit status 3, and what to do."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.world.api_server import serving
from tests.world.command import COMMAND, ENVIRON, PATIENCE, ROOT, open_folder, vrmon
from tests.world.running import running
from vrmon.cli.vrmond import Vrmond
from vrmon.errors import NoDaemon
from vrmon.simulator import MovieRecorder, PlayBox
from vrmon.simulator import serving as serving_devices

Handler = Callable[[socket.socket], None]


@contextmanager
def listening(path: Path, handle: Handler) -> Iterator[None]:
    """Whoever connects to the socket at `path` is given to `handle`."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(PATIENCE)
                    try:
                        connection.recv(65536)
                        handle(connection)
                    except OSError:
                        pass  # the command had enough of it

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def sending(data: bytes) -> Handler:
    return lambda connection: connection.sendall(data)


def hang(connection: socket.socket) -> None:
    """Until the client has had enough."""
    connection.recv(1)


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.05)


def flood(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ")
    while True:
        connection.sendall(b"x" * 65536)


GARBAGE = {
    "nothing": b"",
    "no HTTP": b"\x00\xff SSH-2.0 garbage\r\n\r\n",
    "not JSON": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "no object": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
    "nested": b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + b"[" * 60000,
    "cut": b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"health": "ok"}',
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 2\r\n\r\n{}",
    "refusal": b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "odd header": b"HTTP/1.1 200 OK\r\nContent-Type: x; charset\r\nContent-Length: 1\r\n\r\n{",
}


@pytest.mark.parametrize("answer", GARBAGE.values(), ids=GARBAGE.keys())
def test_who_is_not_vrmond_is_not_believed(tmp_path: Path, answer: bytes) -> None:
    path = tmp_path / "vrmon.sock"
    with listening(path, sending(answer)):
        client = Vrmond(path)
        with pytest.raises(NoDaemon, match=r"^Cannot .+: .+\."):
            client.status()
        with pytest.raises(NoDaemon, match=r"^Cannot .+: .+\."):
            next(client.events())


def test_a_daemon_that_takes_no_more_connections_is_told_from_a_stranger(tmp_path: Path) -> None:
    path = tmp_path / "vrmon.sock"
    with listening(path, sending(GARBAGE["refusal"])), pytest.raises(NoDaemon, match="too many"):
        Vrmond(path).status()


def test_garbage_ends_the_command_with_3_and_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "vrmon.sock"
    with listening(path, sending(GARBAGE["no HTTP"])):
        for command in ("status", "events", "sources", "reload"):
            done = vrmon(command, "--socket", path)
            assert (done.returncode, done.stdout) == (3, "")
            assert done.stderr.count("\n") == 1
            assert "is not vrmond" in done.stderr


def test_what_was_asked_may_be_done_later_than_it_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "vrmon.sock"
    with listening(path, hang), pytest.raises(NoDaemon) as refused:
        Vrmond(path).ask("POST", "/channels/PCR%201/stop", seconds=0.3)
    assert "does not answer within 0.3 s" in str(refused.value)
    assert "It may still do what it was asked to" in str(refused.value)
    with pytest.raises(NoDaemon) as unsent:
        Vrmond(tmp_path / "none").ask("POST", "/channels/PCR%201/stop")
    assert "may still" not in str(unsent.value)


@pytest.mark.parametrize("command", [("status",), ("events",), ("stop", "PCR 1")])
def test_ctrl_c_ends_the_wait_for_an_answer(tmp_path: Path, command: tuple[str, ...]) -> None:
    path, asked = tmp_path / "vrmon.sock", threading.Event()

    def hear(connection: socket.socket) -> None:
        asked.set()
        hang(connection)

    with (
        listening(path, hear),
        subprocess.Popen(
            [*COMMAND, *command, "--socket", path], cwd=ROOT, env=ENVIRON, stderr=subprocess.PIPE, text=True
        ) as process,
    ):
        assert asked.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (130, "")


INTERRUPTED_WHILE_HALF_MADE = """
import signal, socket, sys
from vrmon.cli import main

class Half(socket.SocketIO):
    def __init__(self, *arguments):
        signal.raise_signal(signal.SIGINT)

socket.SocketIO = Half
sys.exit(main())
"""


def test_ctrl_c_in_the_midst_of_making_an_answer_says_nothing_either(tmp_path: Path) -> None:
    path = tmp_path / "vrmon.sock"
    with listening(path, hang):
        ended = subprocess.run(
            [*COMMAND[:-2], "-c", INTERRUPTED_WHILE_HALF_MADE, "status", "--socket", path],
            check=False,
            cwd=ROOT,
            env=ENVIRON,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
        )
    assert (ended.returncode, ended.stderr) == (130, "")


def in_shell(
    *arguments: str, redirected: str, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The command as a line of a shell that sends its streams elsewhere."""
    return subprocess.run(
        ["bash", "-c", f"{shlex.join([*COMMAND, *arguments])} {redirected}"],
        cwd=ROOT, env={**ENVIRON, **(environ or {})}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("to", ["/dev/full", "nobody", "closed"])
def test_output_that_cannot_be_written_is_told_in_a_line(tmp_path: Path, to: str) -> None:
    with serving(tmp_path) as server:
        shell = {"/dev/full": ">/dev/full", "closed": ">&-", "nobody": "| true; exit ${PIPESTATUS[0]}"}[to]
        done = in_shell("status", "--socket", str(server.unix_socket), redirected=shell)
    if to == "/dev/full":
        assert (done.returncode, done.stderr) == (74, "Cannot continue: No space left on device.\n")
    else:
        assert (done.returncode in (0, 141), done.stderr) == (True, "")


@pytest.mark.parametrize("to", ["2>/dev/full", "2>&-", "2> >(true)"])
@pytest.mark.parametrize(("command", "code"), [(("status", "--socket", "/none"), 3), (("statsu",), 64)])
def test_an_error_that_nobody_can_read_leaves_the_exit_status(
    command: tuple[str, ...], code: int, to: str
) -> None:
    assert in_shell(*command, redirected=to).returncode == code


@pytest.mark.parametrize("command", ["--help", "--version"])
def test_help_that_cannot_be_written_is_told_in_a_line(command: str) -> None:
    done = in_shell(command, redirected=">/dev/full")
    assert (done.returncode, done.stderr) == (74, "Cannot continue: No space left on device.\n")


def test_where_no_input_is_everything_that_is_asked_has_its_default(tmp_path: Path) -> None:
    with (
        serving_devices(PlayBox()) as playbox,
        serving_devices(MovieRecorder()) as recorder,
        running(tmp_path, playbox, recorder, channels=1) as daemon,
    ):
        daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] == "ok")
        done = in_shell("add", redirected="<&-", environ=daemon.environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("No channel was added.\n")


def test_what_is_typed_and_is_not_utf_8_is_asked_again_or_refused(tmp_path: Path) -> None:
    answers, password = tmp_path / "answers", tmp_path / "typed"
    answers.write_bytes(b"1\n\xff\nStudio\n")
    password.write_bytes(b"p\xe4ss\n")
    with (
        serving_devices(PlayBox()) as playbox,
        serving_devices(MovieRecorder(password="secret")) as recorder,
        running(tmp_path, playbox, recorder, channels=1) as daemon,
    ):
        daemon.wait_for(lambda status: status["dvrs"]["movierecorder"]["state"] == "ok")
        done = in_shell("add", redirected=f"<{answers}", environ=daemon.environ)
        assert (done.returncode, done.stderr) == (0, "")
        assert [one["name"] for one in daemon.status()["channels"]] == ["PCR 1", "Studio"]
        done = in_shell("password", "movierecorder", redirected=f"<{password}", environ=daemon.environ)
        assert (done.returncode, done.stdout) == (1, "")
        assert "it is not UTF-8. Nothing was changed." in done.stderr


def test_what_a_stranger_says_steers_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "vrmon.sock"
    body = b'{"error": "\\u001b[2Jno\\nno", "complaints": ["\\u001b[2J", null]}'
    answer = b"HTTP/1.1 422 No\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with listening(path, sending(answer)):
        done = vrmon("reload", "--socket", path)
    assert done.returncode == 1
    assert done.stderr == "\ufffd[2Jno\ufffdno\n\ufffd[2J\nNone\n"


def test_no_answer_is_waited_for_beyond_its_deadline(tmp_path: Path) -> None:
    for path, handler in ((tmp_path / "1", drip), (tmp_path / "2", hang)):
        with listening(path, handler):
            began = time.monotonic()
            with pytest.raises(NoDaemon, match="does not answer within 0"):
                Vrmond(path).ask("GET", "/status", seconds=0.3)
            assert time.monotonic() - began < 10


def test_an_endless_event_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "vrmon.sock"
    with listening(path, flood), pytest.raises(NoDaemon):
        next(Vrmond(path).events())


def test_a_daemon_that_is_stopped_is_told_from_one_that_is_gone(tmp_path: Path) -> None:
    with running(tmp_path) as daemon:
        daemon.process.send_signal(signal.SIGSTOP)
        with pytest.raises(NoDaemon, match="does not answer within 0"):
            Vrmond(daemon.socket).ask("GET", "/status", seconds=0.3)
        daemon.kill()
        assert daemon.socket.exists()
        gone = vrmon("status", environ=daemon.environ)
        assert (gone.returncode, gone.stdout) == (3, "")
        assert gone.stderr == (
            f"Cannot reach vrmond: nobody listens on {daemon.socket}. Start it: systemctl start vrmon\n"
        )


def test_no_socket(tmp_path: Path) -> None:
    done = vrmon("status", environ={"RUNTIME_DIRECTORY": str(tmp_path)})
    assert done.returncode == 3
    assert done.stderr == (
        f"Cannot reach vrmond: there is no {tmp_path}/vrmon.sock. Start it: systemctl start vrmon\n"
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed, and only root can become one")
def test_another_user_is_told_about_the_group() -> None:
    with open_folder() as folder, serving(folder) as server:
        done = vrmon("status", "--socket", server.unix_socket, user="nobody")
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr == (
            f"Cannot reach vrmond: you may not use {server.unix_socket}. "
            "Add yourself to the group vrmon, then log in again.\n"
        )
        assert vrmon("status", "--socket", server.unix_socket).returncode != 3


def test_the_socket_is_where_the_daemon_of_this_environment_has_it(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with serving(elsewhere) as server:
        file = tmp_path / "vrmon.toml"
        environ = {"CONFIGURATION_DIRECTORY": str(tmp_path), "RUNTIME_DIRECTORY": str(tmp_path)}
        file.write_text(f'[api]\nunix_socket = "{server.unix_socket}"\n')
        assert vrmon("status", environ=environ).returncode == 0
        for text in (
            f'# unix_socket = "{server.unix_socket}"\n',
            "unix_socket = \n[",
            "[api]\nunix_socket = 3\n",
        ):
            file.write_text(text)
            done = vrmon("status", environ=environ)
            assert f"there is no {tmp_path}/vrmon.sock" in done.stderr
        environ["RUNTIME_DIRECTORY"] = str(elsewhere)
        assert vrmon("status", environ=environ).returncode == 0


def test_another_socket_is_put_in_force_by_way_of_the_one_that_is_left(tmp_path: Path) -> None:
    other, none = tmp_path / "run" / "other.sock", tmp_path / "none" / "other.sock"
    with running(tmp_path, text="# nothing\n") as daemon:
        daemon.config.write_text(f'[api]\nunix_socket = "{none.parent}"\n')
        none.parent.mkdir()
        assert vrmon("reload", environ=daemon.environ).returncode == 0
        assert "Cannot listen on" in vrmon("status", environ=daemon.environ).stdout
        daemon.config.write_text(f'[api]\nunix_socket = "{other}"\n')
        for _ in range(2):
            assert vrmon("reload", environ=daemon.environ).returncode == 0
        assert (other.is_socket(), daemon.socket.exists()) == (True, False)
        daemon.kill(signal.SIGTERM)
        assert f"there is no {other}" in vrmon("status", environ=daemon.environ).stderr


def test_a_proxy_of_the_environment_is_not_asked(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        proxy = {"http_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
        assert vrmon("status", "--socket", server.unix_socket, environ=proxy).returncode == 0
