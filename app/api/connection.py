"""What may a client do with a connection: how long may it take, how much may it send, and how many may there be?

uvicorn has no such limits. What is refused here is answered by the application like any other request, so that there is one
form of error; only a client that says nothing, or reads nothing, is cut off without a word.
"""

import asyncio
import re
import sys
from functools import lru_cache
from typing import Any

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.api.door import LIVENESS, MAX_BODY, MAX_PATH, MAX_QUERY, REFUSAL
from app.api.front import Fronted
from app.api.remembered import lines
from app.settings import Settings

MAX_HEADERS = 100
MAX_HEAD = 32 * 1024
"""Bytes of a request before its body."""
MAX_ADDRESS = 3 * MAX_PATH + MAX_QUERY
"""Bytes of an address; percent-encoded, a path takes three times its length."""

HELD_BYTES = 32 * 1024
"""Bytes of a body that are waited for before the request is looked at; of a longer one, so many."""

CROWD = 3
"""Connections above the ceiling are told so; above so many times the ceiling they are closed unheard."""
CROWDED_SECONDS = 2.0
"""Seconds in which a connection above the ceiling must have asked."""
LOOKS = 10
"""How often within the deadline a connection is looked at."""


class Connection(HttpToolsProtocol):
    """One connection of a client, with a deadline for what it sends and for what it reads."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._front: Fronted = config.loaded_app  # needs proxy_headers=False, or uvicorn wraps it
        settings: Settings = self._front.state.settings
        self._seconds = settings.receive_seconds
        self._most = settings.max_connections
        self._above = False  # beyond the ceiling when it was made
        self._owed: float | None = None  # since when the client owes (the rest of) a request
        self._unread: float | None = None  # since when it has read nothing of what we send
        self._in_head = self._in_line = True
        self._head = self._body = 0  # bytes of this request so far
        self._deaf = False  # whatever else comes is thrown away
        self._begun = b""  # what a request began with
        self._watch: asyncio.TimerHandle | None = None
        self._holds = False  # whether the request whose head is read now is to wait for its body
        self._held: tuple[RequestResponseCycle, Any] | None = None  # a request that waits for it

    # The time it may take

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch; a connection far above the ceiling is closed at once."""
        super().connection_made(transport)
        self._above = len(self.connections) > self._most
        if self._above:
            self._seconds = min(self._seconds, CROWDED_SECONDS)
            if len(self.connections) > CROWD * self._most:
                transport.abort()
                return
        self._owed = self.loop.time()
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop watching."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def resume_writing(self) -> None:
        """The client reads again."""
        self._unread = None
        super().resume_writing()

    def _look(self) -> None:
        """Every tenth of the deadline: is the client late?"""
        now = self.loop.time()
        if self._unread is None and (self.flow.write_paused or self.transport.is_closing()):
            self._unread = now
        if self._unread is not None and now - self._unread >= self._seconds:
            self.transport.abort()
            return
        if self._owed is not None and now - self._owed >= self._seconds and not self.flow.read_paused:
            self._late()
        self._watch = self.loop.call_later(self._seconds / LOOKS, self._look)

    def _late(self) -> None:
        if self._answering():
            self.transport.abort()
        elif self._in_head and self._head:
            self._refuse("request-timeout")
        else:
            self.transport.close()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # What it may send

    def data_received(self, data: bytes) -> None:
        """Count what comes before a body; an address in plain UTF-8, as some clients send it, is percent-encoded."""
        if self._deaf:
            return
        if self._owed is None:
            self._owed = self.loop.time()
        if self._in_head:
            if self._in_line:
                self._begun = data
                self._in_line = b"\n" not in data
                data = data if data.isascii() else _encoded(data)
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > MAX_HEAD:
            self._refuse("address-too-long" if self._in_line else "headers-too-large")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        if self._owed is None:
            self._owed = self.loop.time()
        self._body = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Start the answer, or the refusal."""
        if self._deaf:
            return
        self._in_head = False
        refusal = self._fault()
        if refusal is not None:
            self.scope["state"][REFUSAL] = refusal
            self.url = b"/"
            self.headers.clear()
        self._holds = refusal is None and not self.expect_100_continue and self._body_to_wait_for()
        super().on_headers_complete()
        self._holds = False
        if refusal is not None or self.scope["method"] not in ("GET", "HEAD"):
            self.cycle.transport = _Lingering(self)  # type: ignore[assignment]

    def _fault(self) -> str | None:
        """Why a request whose head is complete is refused, if it is."""
        if len(self.url) > MAX_ADDRESS:
            return "address-too-long"
        if len(self.headers) > MAX_HEADERS:
            return "headers-too-large"
        if self._head > MAX_HEAD and sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD:
            return "headers-too-large"
        if self._above and len(self.connections) > self._most and not self.url.startswith(LIVENESS.encode()):
            return "too-busy"
        return None

    def _body_to_wait_for(self) -> bool:
        """Whether a body follows that may be read; one that is too long is refused by its header."""
        announced = dict(self.headers)
        length = announced.get(b"content-length", b"0")
        return b"transfer-encoding" in announced or (length.isdigit() and 0 < int(length[:20]) <= MAX_BODY)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Begin to answer, or wait for the body first: who sends it slowly keeps no one else waiting."""
        if self._holds:
            self._held = (cycle, app)
        elif not self._answer_at_once(cycle):
            super()._start_asgi_task(cycle, app)

    def _answer_at_once(self, cycle: RequestResponseCycle) -> bool:
        """Send what the application has at hand, without a task and without messages, as they would have sent it.

        Not while others wait behind it: the end of an answer begins the next one, and many would nest too deep.
        """
        scope: Any = cycle.scope
        plain = cycle.keep_alive and scope["method"] == "GET" and REFUSAL not in scope["state"]
        if not plain or self.pipeline or self.flow.write_paused or cycle.waiting_for_100_continue:
            return False
        answer = self._front.front.at_once(scope)
        if answer is None:
            return False
        cycle.response_started = cycle.response_complete = True
        head = _beginning(STATUS_LINE[answer.status], tuple(cycle.default_headers)) + answer.head
        self.transport.writelines([head, answer.body])
        cycle.on_response()
        return True

    def _go_on(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            super()._start_asgi_task(*held)

    def shutdown(self) -> None:
        """Close what waits for a request, or for the rest of one."""
        if self._held is not None:
            self.transport.close()
        else:
            super().shutdown()

    def on_body(self, body: bytes) -> None:
        """A body that goes on after it was refused ends the connection."""
        if self._deaf:
            return
        super().on_body(body)
        if self._body == 0:
            self.cycle.transport = _Lingering(self)  # type: ignore[assignment]
        self._body += len(body)
        if self._body > HELD_BYTES:
            self._go_on()
        if self._body > MAX_BODY and self.cycle.response_complete:
            self.linger()

    def on_message_complete(self) -> None:
        """The whole request is here: now we owe the answer."""
        self._owed = None
        self._in_head = self._in_line = True
        self._head = 0
        if not self._deaf:
            super().on_message_complete()
            self._go_on()

    # What is refused

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """What cannot be read as HTTP, as a problem document."""
        unknown = isinstance(sys.exc_info()[1], httptools.HttpParserInvalidMethodError)
        self._refuse("method-not-allowed" if unknown and re.match(rb"[A-Za-z-]{1,40} /", self._begun) else "malformed-request")

    def _refuse(self, code: str) -> None:
        """Let the application say what is wrong with a request that never became one; then nothing more is heard."""
        if self._deaf or self.transport.is_closing():
            return
        self._deaf = True
        self._owed = None
        if self._answering() and self._held is None:
            self.cycle.keep_alive = False  # the answer under way is still of use; what follows it is not
            if self.cycle.more_body:  # unless it waits for what never comes
                self.transport.abort()
            return
        self._held = None
        super().on_message_begin()
        self.scope.update({"method": "GET", "path": "/", "raw_path": b"/", "query_string": b""})
        self.scope["state"][REFUSAL] = code
        self.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=_Lingering(self),  # type: ignore[arg-type]
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        self.cycle.more_body = False
        self._start_asgi_task(self.cycle, self.app)

    def linger(self) -> None:
        """End the connection, but let a client that is still sending read its answer: uvicorn closes after five seconds."""
        self._deaf = True
        self._owed = None
        self.pipeline.clear()
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()


@lru_cache(maxsize=16)
def _beginning(line: bytes, told: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """How a head begins: the line of the status, and what the server tells with every answer, which is the date."""
    return line + lines(told)


def _encoded(data: bytes) -> bytes:
    """The first line with what is not ASCII percent-encoded."""
    line, newline, rest = data.partition(b"\n")
    return re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], line) + newline + rest


class _Lingering:
    """A connection's transport that lets the client finish before it is closed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection.transport, name)

    def close(self) -> None:
        self._connection.linger()
