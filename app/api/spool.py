"""Keeps large answers on disk while they may be asked for in parts: a private directory of bounded size, emptied at the end."""

import os
import secrets
import shutil
import tempfile
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

try:
    import fcntl
except ImportError:  # not on this system: directories that were left behind are told by their age
    fcntl = None  # type: ignore[assignment]

PREFIX = "claimbook-spool-"
LOCK = "lock"
FORGOTTEN = 24 * 3600
"""Seconds after which a directory that cannot be locked on this system counts as left behind."""

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer on disk."""

    headers: tuple[Header, ...]
    path: Path
    size: int


class Spool:
    """The large answers of one process, by ETag; the least recently asked for goes first when room is needed."""

    def __init__(self, directory: Path | None, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.used = 0
        self._parent = directory
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()
        self._lock = threading.RLock()
        self._own: Path | None = None
        self._held: IO[bytes] | None = None

    def draft(self, name: bytes) -> "Draft | None":
        """A file to write an answer into; None when there is no place to write."""
        with self._lock:
            try:
                return Draft(self, name, self._directory() / f"{secrets.token_hex(8)}.part")
            except OSError:
                return None

    def get(self, name: bytes) -> tuple[Kept, BinaryIO] | None:
        """The answer of this name and its file, open to be read; it can be read to its end even if it is forgotten meanwhile."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is None:
                return None
            try:
                file = kept.path.open("rb")
            except OSError:
                self._forget(name)
                return None
            self._kept.move_to_end(name)
            return kept, file

    def keep(self, name: bytes, draft: Path, kept: Kept) -> None:
        """Take an answer in under its name, in place of one that another request has made meanwhile. Raises OSError."""
        with self._lock:
            if name in self._kept:
                self._forget(name)
            draft.replace(kept.path)
            self._kept[name] = kept

    def take(self, size: int) -> bool:
        """Claim room for so many bytes more; older answers make place. False when there is not enough."""
        with self._lock:
            while self.used + size > self.most_bytes:
                if not self._kept:
                    return False
                self._forget(next(iter(self._kept)))
            self.used += size
            return True

    def give(self, size: int) -> None:
        """Give room back."""
        with self._lock:
            self.used -= size

    def sweep(self) -> None:
        """Remove what processes that were killed have left behind."""
        for path in left_behind(self._parent):
            shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Remove everything."""
        with self._lock:
            while self._kept:
                self._forget(next(iter(self._kept)))
            if self._own is not None and self._held is not None:
                _abandon(self._own, self._held)
            self._own = self._held = None

    def _forget(self, name: bytes) -> None:
        kept = self._kept.pop(name)
        self.used -= kept.size
        with suppress(OSError):
            kept.path.unlink(missing_ok=True)

    def _directory(self) -> Path:
        """The directory of this process, made when it is first needed. Raises OSError."""
        if self._own is None or not self._own.is_dir():
            self._own = Path(tempfile.mkdtemp(prefix=PREFIX, dir=self._parent))
            self._held = (self._own / LOCK).open("wb")
            if fcntl is not None:
                fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            weakref.finalize(self, _abandon, self._own, self._held)
        return self._own


class Draft:
    """An answer that is being written: under a name of its own until it is complete. Raises OSError."""

    def __init__(self, spool: Spool, name: bytes, path: Path) -> None:
        self.spool, self.name, self.path = spool, name, path
        self.size = 0
        self._file = path.open("xb")

    def write(self, data: bytes) -> bool:
        """Add bytes; False when there is no room, and then the draft is gone."""
        if self.spool.take(len(data)):
            self.size += len(data)
            try:
                self._file.write(data)
                return True
            except OSError:  # the disk is full before the spool is
                pass
        self.drop()
        return False

    def keep(self, headers: tuple[Header, ...]) -> tuple[Kept, BinaryIO]:
        """Complete it, and open it to be read. Raises OSError."""
        self._file.close()
        file = self.path.open("rb")
        kept = Kept(headers, self.path.with_name(self.name.strip(b'"').decode()), self.size)
        self.spool.keep(self.name, self.path, kept)
        return kept, file

    def drop(self) -> None:
        """Give it up; nothing happens after `keep`."""
        if self._file.closed:
            return
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
        self.spool.give(self.size)


def _abandon(directory: Path, lock: IO[bytes]) -> None:
    lock.close()
    shutil.rmtree(directory, ignore_errors=True)


def left_behind(parent: Path | None) -> Iterator[Path]:
    """The directories of processes that are no more."""
    for path in sorted(Path(parent or tempfile.gettempdir()).glob(f"{PREFIX}*")):
        try:
            with (path / LOCK).open("rb") as lock:
                if _is_free(lock):
                    yield path
        except OSError:  # of another user, or gone already
            continue


def _is_free(lock: Any) -> bool:
    if fcntl is None:
        return time.time() - os.fstat(lock.fileno()).st_mtime > FORGOTTEN
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
