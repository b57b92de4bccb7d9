"""How do the processes that serve together tell each other their numbers? Over a socket each, in a directory they share.

Who is asked for the metrics asks the others then; nobody writes anything down, and a process that is gone is left out.
"""

import asyncio
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

ENDING = ".metrics"
PATIENCE = 1.0
"""Seconds after which a process that does not answer is left out."""

State = dict[str, Any]


class Peers:
    """The processes of one server, each known by its number."""

    def __init__(self, directory: Path | None, state: Callable[[], State]) -> None:
        self._directory = directory
        self._state = state
        self._name = str(os.getpid())
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Answer the others from now on; without a directory there are none."""
        if self._directory is not None:
            self._server = await asyncio.start_unix_server(self._tell, self._directory / f"{self._name}{ENDING}")

    def close(self) -> None:
        """Answer no more."""
        if self._server is not None and self._directory is not None:
            self._server.close()
            (self._directory / f"{self._name}{ENDING}").unlink(missing_ok=True)

    async def states(self) -> dict[str, State]:
        """The numbers of each process that answers."""
        found = {self._name: self._state()}
        if self._server is not None and self._directory is not None:
            others = [path for path in sorted(self._directory.glob(f"*{ENDING}")) if path.stem != self._name]
            answers = await asyncio.gather(*(_ask(path) for path in others))
            found.update({path.stem: state for path, state in zip(others, answers, strict=True) if state is not None})
        return found

    async def _tell(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(json.dumps(self._state()).encode())
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()


async def _ask(path: Path) -> State | None:
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_unix_connection(path)
            state: State = json.loads(await reader.read())
            writer.close()
            return state
    except ConnectionRefusedError:  # it was killed
        path.unlink(missing_ok=True)
    except (OSError, TimeoutError, ValueError):
        pass
    return None
