"""Has anyone committed since? Told by the index of SQLite's write-ahead log, without asking SQLite.

A commit is done when it stands in the header of that index, a file beside the database that all processes share; by these
bytes SQLite itself sees whether what it holds of the database is still good (https://sqlite.org/walformat.html, 2.1). They
are read through the descriptor that SQLite has open: to open the file once more, and to close it, would end SQLite's locks.
"""

import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

DESCRIPTORS = Path("/proc/self/fd")
"""Where a system lists what a process has open; where there is no such list, the question is always asked."""
HEADER = 48
"""Bytes: among others the number of commits, the length of the log, its salts and checksums."""
FORMAT = struct.pack("=I", 3007000)
"""What the header begins with."""

Said = TypeVar("Said")


class UntilCommit(Generic[Said]):
    """What a query says, asked again only when someone has committed, whichever process that was.

    `ask` reads with a connection that must stay open as long as this is used; `database` is the path of its file.
    """

    def __init__(self, database: str | None, ask: Callable[[], Said]) -> None:
        self._ask = ask
        self._said = ask()  # from here on the index is open
        self._state: bytes | None = None
        self._descriptor = _descriptor_of(f"{database}-shm") if database else None

    def get(self) -> Said:
        """What it says now. Raises what `ask` raises."""
        state = self._header()  # read before the question, so it is of what the answer shows, or older
        if state is None or state != self._state:
            self._said, self._state = self._ask(), state
        return self._said

    def _header(self) -> bytes | None:
        if self._descriptor is None:
            return None
        try:
            header = os.pread(self._descriptor, HEADER, 0)
        except OSError:
            return None
        return header if header.startswith(FORMAT) else None


def _descriptor_of(path: str) -> int | None:
    with suppress(OSError):
        wanted = Path(path).stat()
        for number in [int(each.name) for each in DESCRIPTORS.iterdir()]:
            with suppress(OSError):  # that of the list itself is closed again
                if os.path.samestat(os.fstat(number), wanted):
                    return number
    return None
