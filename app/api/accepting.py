"""How are new clients let in? All who wait at once; uvloop by itself takes one in each turn of its loop.

Where there is no uvloop (Windows), asyncio's own loop does the same.
"""

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import Any

try:
    from uvloop import Loop
except ImportError:
    Loop = asyncio.SelectorEventLoop  # type: ignore[assignment,misc]

AT_ONCE = 64
"""Clients that are let in before those who are in already are heard again; with several workers, so many go to one."""
FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""What the system says when it has no room for another connection."""
PAUSE = 0.5
"""Seconds until it is asked again."""


class GreedyLoop(Loop):
    """An event loop whose servers, on a socket that is bound already, let in all who wait."""

    async def create_server(self, protocol_factory: Any, host: Any = None, port: Any = None, **given: Any) -> Any:
        """A server, as every loop makes it."""
        listener = given.get("sock")
        if host is not None or port is not None or listener is None or given.get("ssl") is not None:
            return await super().create_server(protocol_factory, host, port, **given)
        return _Accepting(self, protocol_factory, listener, given.get("backlog", 100))


class _Accepting:
    """As much of a server as is needed to begin and to end it."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, protocol_factory: Callable[[], Any], listener: socket.socket, backlog: int
    ) -> None:
        self._loop, self._protocol_factory, self._listener = loop, protocol_factory, listener
        self._coming: set[asyncio.Task[None]] = set()
        self._open = True
        listener.setblocking(False)
        listener.listen(backlog)
        loop.add_reader(listener, self._accept)

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """Where it listens."""
        return (self._listener,) if self._open else ()

    def close(self) -> None:
        """Let nobody else in; who is in may stay."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._listener)
            self._listener.close()

    async def wait_closed(self) -> None:
        """Wait for those who were just coming in."""
        await asyncio.gather(*self._coming, return_exceptions=True)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                client, _address = self._listener.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionError:
                continue  # it has left already
            except OSError as error:
                if error.errno not in FULL:
                    raise
                self._loop.remove_reader(self._listener)
                self._loop.call_later(PAUSE, self._resume)
                return
            client.setblocking(False)
            task = self._loop.create_task(self._let_in(client))
            self._coming.add(task)
            task.add_done_callback(self._coming.discard)

    async def _let_in(self, client: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol_factory, client)
        except OSError:
            client.close()

    def _resume(self) -> None:
        if self._open:
            self._loop.add_reader(self._listener, self._accept)
