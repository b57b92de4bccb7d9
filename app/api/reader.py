"""How are short reads run? On SQLite in the event loop, on PostgreSQL in threads; on connections of their own either way.

Where the data version is known no transaction is needed: whoever saw that version before and after saw one snapshot. Whatever
goes wrong, or takes long, is left to the route, which has a limit of its own and words for it.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa

from app.api.remembered import Version
from app.db import ONE_SNAPSHOT, begun_with, own_connection
from app.errors import BadRequestError
from app.models import DataVersion
from app.queries.listing import NOW
from app.queries.windows import Execute, TooLongError
from app.wal_index import UntilCommit

MOST_SECONDS = 0.05
"""Longest read in the event loop."""
BRIEF_SECONDS = 0.002
"""Longest query there that is only tried."""
MOST_SECONDS_THERE = 0.5
"""Longest query that a thread waits for."""
PAUSE = 1.0
"""Seconds in which nothing is tried after a query took so long."""
THREADS = 4
MAPPED = 2**31 - 65536
"""Bytes of the database file that are mapped into memory: no more than most builds of SQLite allow."""
MOST_SHAPES = 500

NUMBER: Any = sa.select(DataVersion.version)
"""The data version alone."""


class Found(NamedTuple):
    """What a short read found: at which data version, where it goes on, and the body."""

    version: Version
    following: str | None
    body: bytes


Read = Callable[[Execute, Version], Found | None]
"""Reads with what runs its queries, at a data version."""


class Reader(Protocol):
    """Runs short reads."""

    is_here: bool
    """whether nothing is waited for"""

    def run_here(self, read: Read, version: Version | None = None) -> Found | None:
        """What the read finds at one data version, this one if it is given; None when it is left to the route."""

    async def run(self, read: Read, version: Version | None = None) -> Found | None:
        """The same where it may have to be waited for."""

    def close(self) -> None:
        """Give connections back."""


def reader_of(engine: sa.Engine) -> Reader:
    """The reader for a database."""
    reader: Reader = InLoop(engine) if engine.dialect.name == "sqlite" else InThreads(engine)
    sa.event.listen(engine, "engine_disposed", lambda _engine: reader.close())
    return reader


class OutdatedError(Exception):
    """A query saw another data version than the one that was known."""


class UntoldError(Exception):
    """A query found nothing, and so no version either."""


class InLoop:
    """Reads SQLite in the event loop, and looks at the version again when all is read."""

    is_here = True

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._texts = Texts(engine)
        self._deadline = 0.0
        self._now: UntilCommit[Version]
        self._driver = engine.dialect.loaded_dbapi
        self._failures = (sa.exc.SQLAlchemyError, engine.dialect.loaded_dbapi.Error)

    async def run(self, read: Read, version: Version | None = None) -> Found | None:
        """What the read finds; nothing is waited for."""
        return self.run_here(read, version)

    def run_here(self, read: Read, version: Version | None = None) -> Found | None:
        """What the read finds."""
        self._deadline = time.monotonic() + MOST_SECONDS
        try:
            if self._connection is None:
                self._connect()
            now = version or self._now.get()
            found = read(self._execute, now)
            return found if self._now.get() == now else None
        except BadRequestError:
            return None
        except self._failures:
            self.close()
            return None

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> None:
        self._connection = own_connection(self._engine)
        self._connection.execute(f"PRAGMA mmap_size={MAPPED}")  # rows are read from the system's cache without copying pages
        self._connection.execute("PRAGMA busy_timeout=0")  # who would have to wait is left to the route
        self._connection.set_progress_handler(lambda: time.monotonic() > self._deadline, 10_000)
        self._now = UntilCommit(self._engine.url.database, lambda: Version(*self._execute(NOW, {})[0]))

    def _execute(self, select: sa.Select[Any], values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        text, names, own, is_brief = self._texts.of(select)
        given = [values[name] if name in values else own[name] for name in names]
        if is_brief:
            return self._briefly(text, given)
        rows: Sequence[Sequence[Any]] = self._connection.execute(text, given).fetchall()
        return rows

    def _briefly(self, text: str, given: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """What a query finds soon. Raises TooLongError."""
        last = self._deadline
        self._deadline = time.monotonic() + BRIEF_SECONDS
        try:
            rows: Sequence[Sequence[Any]] = self._connection.execute(text, given).fetchall()
        except self._driver.OperationalError:
            if time.monotonic() > self._deadline:
                raise TooLongError from None
            raise
        finally:
            self._deadline = last
        return rows


class InThreads:
    """Reads PostgreSQL in a few threads, each with a connection. Each query is a message to the server and back; it tells the
    version that it saw beside its rows, which is the newest that anyone saw unless someone wrote, so that a page is one
    message. Where connections are others' too, or the server cannot do that, a transaction makes several queries one snapshot.
    """

    is_here = False

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._texts = Texts(engine)
        self._threads = ThreadPoolExecutor(THREADS, "claimbook-read")
        self._at = threading.local()
        self._open: list[Any] = []
        self._alone = not begun_with(engine)
        self._latest: Version | None = None
        self._driver = engine.dialect.loaded_dbapi
        self._failures = (BadRequestError, UntoldError, sa.exc.SQLAlchemyError, self._driver.Error)
        self._not_before = 0.0

    def run_here(self, read: Read, version: Version | None = None) -> Found | None:  # noqa: ARG002
        """Nothing: it would have to be waited for."""
        return None

    async def run(self, read: Read, version: Version | None = None) -> Found | None:
        """What the read finds, by a thread."""
        if time.monotonic() < self._not_before:
            return None
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, read, version)

    def close(self) -> None:
        """Give the connections back."""
        while self._open:
            self._open.pop().close()

    def _run(self, read: Read, version: Version | None) -> Found | None:
        try:
            return self._at_version(read, version) if self._alone else self._in_transaction(read)
        except self._driver.NotSupportedError:  # a server that cannot join a row of its own with those of others
            self._alone = False
        except self._driver.Error as error:
            if isinstance(error, self._driver.errors.QueryCanceled):
                self._not_before = time.monotonic() + PAUSE
            self._drop()
        except self._failures:
            pass
        return None

    def _at_version(self, read: Read, version: Version | None) -> Found | None:
        """What the read finds at this version; else at the newest that was seen, or, if someone wrote since, at the newest."""
        for guess in [version] if version else [self._latest, None]:
            connection = self._connection()
            now = guess or Version(*connection.execute(self._texts.of(NOW)[0]).fetchone())
            seen: list[int] = []
            execute = self._telling(connection, now, seen)
            try:
                found = read(execute, now)
                if not seen:  # all was at hand, so nobody has told yet whether it is of now
                    execute(NUMBER, {})
            except OutdatedError:
                continue
            self._latest = now
            return found
        return None

    def _in_transaction(self, read: Read) -> Found | None:
        with self._engine.execution_options(**ONE_SNAPSHOT).connect() as connection:
            now = self._latest = Version(*connection.execute(NOW).one())
            return read(lambda select, values: connection.execute(select, dict(values)).all(), now)

    def _telling(self, connection: Any, version: Version, seen: list[int]) -> Execute:
        """Runs queries; each must have seen this version, which is noted in `seen`.

        Raises OutdatedError, or UntoldError where nothing was found.
        """

        def execute(select: sa.Select[Any], values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
            text, _, own, _ = self._texts.of(_with_version(select))
            rows: Sequence[Sequence[Any]] = connection.execute(text, {**own, **values}).fetchall()
            if not rows:
                raise UntoldError
            if rows[0][-1] != version.number:
                raise OutdatedError
            seen.append(version.number)
            return [row[:-1] for row in rows]

        return execute

    def _connection(self) -> Any:
        connection = getattr(self._at, "connection", None)
        if connection is None or connection.closed:
            connection = self._at.connection = own_connection(self._engine)
            self._open.append(connection)
            connection.autocommit = True
            connection.execute(f"SET statement_timeout = {MOST_SECONDS_THERE * 1000:.0f}")
        return connection

    def _drop(self) -> None:
        connection = getattr(self._at, "connection", None)
        if connection is not None:
            connection.close()
            if connection in self._open:
                self._open.remove(connection)


class Texts:
    """Selects as the driver takes them: text, names of values in their order where they have one, and values of its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._known: dict[Any, tuple[str, Sequence[str], Mapping[str, Any], bool]] = {}

    def of(self, select: sa.Select[Any]) -> tuple[str, Sequence[str], Mapping[str, Any], bool]:
        """Those of a select, and whether it is to be tried briefly.

        They are known already when the same object was asked for before.
        """
        known = self._known.get(select)
        if known is None:
            if len(self._known) > MOST_SHAPES:
                self._known.clear()
            compiled = select.compile(self._engine)
            known = self._known[select] = (
                str(compiled),
                compiled.positiontup or (),
                compiled.params,
                "briefly" in select.get_execution_options(),
            )
        return known


@lru_cache(maxsize=MOST_SHAPES)
def _with_version(select: sa.Select[Any]) -> sa.Select[Any]:
    return select.add_columns(NUMBER.scalar_subquery())
