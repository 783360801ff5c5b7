"""One connection: bounded in time and in what it may send, and quiet about what went wrong inside."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from vrmon.api.answers import Handler, error_answer
from vrmon.api.intake import Intake
from vrmon.api.limited_log import LimitedLog
from vrmon.api.turns import Turns

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Terms:
    """What holds for the connections of one listener.

    One that keeps us waiting for `patience` seconds is dropped, whatever it is in the middle of: a head or a
    body that never ends, an answer that nobody takes, or nothing at all. The time in which its answer is made
    is ours. `bodies`: whether a request may have one.
    """

    turns: Turns
    patience: float
    bodies: bool


class Connection(web.RequestHandler):
    """aiohttp's connection, which gets one request at a time, with a deadline, and with errors that show
    neither versions nor code. `gone` is called once it is closed."""

    def __init__(
        self, server: web.Server, terms: Terms, oddities: LimitedLog, gone: Callable[[], None]
    ) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # None is what turns it off
            logger=_log,
            keepalive_timeout=terms.patience / 2,
            lingering_time=2.0,
            auto_decompress=False,
        )
        self.waiting_for_first = True
        self.is_last = False  # no other request is taken after this one
        self.is_stream = False
        self.terms = terms
        self._oddities = oddities
        self._gone = gone
        self._on_drained: Callable[[], None] | None = None
        self._intake = Intake()
        self._request: web.Request | None = None  # the one that came last
        self._parsed = False  # one is parsed, and aiohttp has not come to it yet
        self._is_answering = False
        self._has_ended = False  # it says no more, and may still listen
        self._wants_turn = False
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def is_heard(self) -> bool:
        """Whether all that it has said so far has been looked at, and it has said something."""
        return not (self.waiting_for_first or self._wants_turn)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            transport.set_write_buffer_limits(high=0)  # an answer is given when the kernel has all of it
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._disarm()
        self._gone()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._intake.add(data)
        if self._intake.is_too_much:
            self._drop()
        self._go_on()

    def eof_received(self) -> bool:  # type: ignore[override]  # as asyncio has it: whether it stays open
        """Who says no more may still wait for the answer to what he has said, as a line of a shell does."""
        super().eof_received()
        self._has_ended = True
        return not self.is_stream and self._owes_answer

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._on_drained is not None:
            self._on_drained()

    def request_came(self, request: web.Request) -> None:
        """It is about to be answered, as soon as all of it has come."""
        self.waiting_for_first = self._parsed = False
        self._request = request
        self._is_answering = True
        self._disarm()
        has_body = not request.content.is_eof()
        self.is_last = "Upgrade" in request.headers or (has_body and not self.terms.bodies)
        if self.is_last:
            self._intake.close()
        else:
            self._intake.begun(has_body=has_body)
        if has_body:
            self._arm()
        self._go_on()

    def answer_made(self) -> None:
        """It is the client's turn again: to take it, and to ask for more."""
        self._is_answering = False
        self._disarm()
        if self.transport is not None:
            self._arm()

    @property
    def is_done(self) -> bool:
        """Whether nothing will be asked any more."""
        return self.is_last or (self._has_ended and not (self._intake or self._parsed))

    def becomes_stream(self, on_drained: Callable[[], None]) -> None:
        """What it asked for does not end: whoever sends that looks after the time, and nothing that the
        client still says is looked at. `on_drained` is called when it has taken all so far."""
        self.is_stream = True
        self._on_drained = on_drained
        self._intake.close()

    async def start(self) -> None:
        """aiohttp's work on this connection, from its first request to its last."""
        try:
            await super().start()
        except Exception as error:  # noqa: BLE001  # the top of a task
            self.log_exception(exc_info=error)
            self._drop()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """A request that is not HTTP (400); what goes wrong in a handler is answered elsewhere."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is on its way already")
        _log.debug("Refused a malformed request", extra={"REASON": message or repr(exc)})
        answer = error_answer(status, "Cannot understand the request: it is not proper HTTP.")
        answer.headers["Server"] = "vrmon"
        answer.force_close()
        return answer

    def log_exception(self, *_args: Any, **particulars: Any) -> None:
        """What aiohttp would write a traceback about: whoever connects can cause as many as he likes."""
        self._oddities.note(REASON=repr(particulars.get("exc_info"))[:200])

    def _go_on(self) -> None:
        """Have looked at what has come, and take no more than that needs."""
        if self.transport is not None:
            if self._intake.is_ahead:
                self.transport.pause_reading()
            else:
                self.transport.resume_reading()
        if self._intake and not self._parsed and not self._wants_turn:
            self._wants_turn = True
            self.terms.turns.want(self._take_turn)

    def _take_turn(self) -> None:
        self._wants_turn = False
        if self.transport is None or not self._intake:
            return
        reads_body = not self._has_all()
        piece = self._intake.body() if reads_body else self._intake.head()
        if self._intake.is_too_much:
            self._drop()
            return
        try:
            super().data_received(piece)
        except Exception as error:  # noqa: BLE001  # whatever the parser has not thought of
            self.log_exception(exc_info=error)
            self._drop()
            return
        self._parsed = bool(self._messages)
        if self._is_answering and reads_body and self._has_all():
            self._disarm()
        if self._has_ended and not self._owes_answer:
            self.transport.close()
        self._go_on()

    @property
    def _owes_answer(self) -> bool:
        """Whether something was asked, or may have been, that is not answered yet."""
        return bool(self._intake or self._parsed or self._is_answering)

    def _has_all(self) -> bool:
        """Whether the whole body of the request that came last is there."""
        return self._request is None or self._request.content.is_eof()

    def _arm(self) -> None:
        self._deadline = asyncio.get_running_loop().call_later(self.terms.patience, self._drop)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _drop(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


@web.middleware
async def keep_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tells the connection when its client has asked and when it is answered, and what that has cost."""
    connection = request.protocol
    if not isinstance(connection, Connection):
        return await handler(request)
    connection.request_came(request)
    began = time.thread_time()
    try:
        response = await handler(request)
    finally:
        connection.answer_made()
    if not connection.is_stream:
        connection.terms.turns.spent(time.thread_time() - began)
    if connection.is_done and not response.prepared:
        response.force_close()
    return response
