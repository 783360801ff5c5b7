"""A command that was given up on is dead: it does not reach the device when the network is back."""

from __future__ import annotations

import queue
import socket

from tests.world.cable import HOST, NEAR, PATIENCE, PORT, ZONED, Far, on_two_machines
from vrmon.devices.movierecorder.driver import MovieRecorder
from vrmon.errors import Unreachable
from vrmon.net.endpoint import Endpoint
from vrmon.settings import DeviceSettings


def pulled(far: Far) -> list[str]:
    """What the far machine hears of a stop that is given up on while the cable is pulled, and of a request
    that is sent after it and closed as any program does."""
    recorder = MovieRecorder(Endpoint(DeviceSettings("dvr-1", f"http://{HOST}:{PORT}", timeout=0.6)))
    recorder.resume("a")
    with socket.create_connection((HOST, PORT)) as other:
        other.sendall(b"GET /before HTTP/1.1\r\n\r\n")
        other.recv(65536)  # else its close would be a reset as well
        heard = [far.heard.get(timeout=PATIENCE) for _ in range(2)]
        far.pull_cable()
        try:
            recorder.stop("a")
        except Unreachable as error:
            heard.append(str(error))
        other.sendall(b"GET /after HTTP/1.1\r\n\r\n")
    far.plug_cable()
    heard.append(far.heard.get(timeout=PATIENCE))
    recorder.record("a", "")
    heard.append(far.heard.get(timeout=PATIENCE))
    try:
        heard.append(far.heard.get(timeout=1.0))
    except queue.Empty:
        recorder.close()
    return heard


def test_a_command_that_was_given_up_on_never_arrives() -> None:
    """An ordinary close would leave it to the kernel, which goes on: as the other request shows."""
    assert on_two_machines(__name__, "pulled") == [
        "GET /sources/a/resume HTTP/1.1",
        "GET /before HTTP/1.1",
        f"dvr-1 ({HOST}:{PORT}) did not answer within 0.6 s",
        "GET /after HTTP/1.1",
        "GET /sources/a/record HTTP/1.1",
    ]


def zoned(far: Far) -> list[str]:
    recorder = MovieRecorder(Endpoint(DeviceSettings("dvr-1", f"http://[{ZONED}%25{NEAR}]:{PORT}")))
    recorder.record("a", "")
    recorder.close()
    return [far.heard.get(timeout=PATIENCE)]


def test_an_ipv6_zone_is_an_interface_whose_name_may_have_capitals() -> None:
    assert on_two_machines(__name__, "zoned") == ["GET /sources/a/record HTTP/1.1"]
