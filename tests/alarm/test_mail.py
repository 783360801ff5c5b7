"""Mail through Apprise before a real SMTP server: delivered, refused, and one that drips for ever."""

from __future__ import annotations

import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from vrmon.alarm.child import PATIENCE, send
from vrmon.alarm.message import Message, Occasion
from vrmon.alarm.sender import Sender
from vrmon.alarm.ways import Kind, Way
from vrmon.catalog import Severity

MESSAGE = Message(
    Occasion.RAISED, "dvr-blind", Severity.CRITICAL, "Süd 1", "Nobody knows.", "Look.", 1.0, 12.5, ("Süd 1",)
)


class Postbox:
    """Keeps every letter, or refuses them."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.letters.append(email.message_from_bytes(envelope.content))
        return self.answer


@contextmanager
def smtp() -> Iterator[tuple[Postbox, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    postbox = Postbox()
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    start: Any = controller.start
    start()
    try:
        yield postbox, port
    finally:
        controller.stop()


def mail(port: int) -> Way:
    url = f"mailto://127.0.0.1:{port}/?from=vrmon@example.org&to=engineer@example.org&smtp=127.0.0.1"
    return Way("mailto (line 1)", Kind.APPRISE, known={"url": url})


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_mail_is_delivered_or_not() -> None:
    with smtp() as (postbox, port):
        assert send(mail(port), MESSAGE, Sender("tv")).why == ""
        (letter,) = postbox.letters
        subject = str(email.header.make_header(email.header.decode_header(letter["Subject"])))
        assert subject == "[vrmon tv] CRITICAL: Süd 1: Nobody knows."
        text = "".join(
            part.get_payload(decode=True).decode() for part in letter.walk() if not part.is_multipart()
        )
        assert "Süd 1: Nobody knows." in text
        assert "Look." in text
        postbox.answer = "550 SECRET no"
        why = send(mail(port), MESSAGE, Sender("tv")).why
        assert why == "was not delivered: its server refused it, or does not answer"
    assert send(mail(port), MESSAGE, Sender("tv")).why == why, "nobody is there any more"


def test_a_server_that_drips_is_given_up_on() -> None:
    """Apprise alone would wait for ever: its timeouts are those of single bytes."""
    over = threading.Event()

    def drip(listener: socket.socket) -> None:
        guest, _ = listener.accept()
        with guest:
            guest.sendall(b"220-")
            while not over.wait(0.2):
                try:
                    guest.sendall(b"x")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        delivery = send(mail(listener.getsockname()[1]), MESSAGE, Sender("tv"))
        over.set()
    assert delivery.why == f"did not answer within {PATIENCE:g} s"


def test_an_address_that_is_none_is_not_delivered() -> None:
    one = Way("mailto (line 1)", Kind.APPRISE, known={"url": "nosuchthing://SECRET"})
    assert send(one, MESSAGE, Sender("tv")).why == "has an address that Apprise does not understand"
