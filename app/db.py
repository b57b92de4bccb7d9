"""How is either database reached so that both give the same answers?

Everything in which SQLite and PostgreSQL differ is cured here once: exact decimals, byte-wise text order, foreign keys,
transactions that really begin, bounded waits.
"""

import os
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.domain.decimals import plain, plain_text
from app.errors import DamagedError, DatabaseUnavailableError, SchemaMismatchError
from app.settings import Settings

SCHEMA_REVISION = "2026_11_23_periods"
"""The migration this program's tables are those of; a test compares it with the newest file under `migrations/versions`."""

RENDERING = 1
"""How stored representations are made; raised whenever the same rows are rendered otherwise, which a test notices."""

Result = TypeVar("Result")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

IDLE_SECONDS = 120
"""Seconds after which PostgreSQL ends a reader that asks nothing within its transaction; writers may take their time."""


def text_type() -> sa.String:
    """Text that sorts byte by byte on both databases (SQLite's BINARY is PostgreSQL's collation "C")."""
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal that comes back exactly as it went in: NUMERIC on PostgreSQL, plain decimal text on SQLite."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type of each database."""
        return dialect.type_descriptor(sa.String() if dialect.name == "sqlite" else sa.Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Write without exponent and trailing zeros."""
        if value is None:
            return None
        return plain_text(value) if dialect.name == "sqlite" else plain(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Read as a plain decimal."""
        try:
            return None if value is None else plain(Decimal(value))
        except (ArithmeticError, TypeError, ValueError):
            raise DamagedError from None


def parse_url(database: str) -> URL:
    """The address of a supported database. Raises DatabaseUnavailableError with what would have worked."""
    try:
        url = make_url(database)
    except ArgumentError:
        url = None
    if url is not None and url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url is None or url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise DatabaseUnavailableError(
            "The database address is not understood: sqlite:///file.db or postgresql+psycopg://user:password@host/name "
            "was expected."
        )
    return url


def make_engine(settings: Settings, *, create: bool = False, reading: bool = False) -> sa.Engine:
    """An engine for the configured database; with `reading` for the standbys that answer, where there are any.

    A SQLite file that is not there is only created with `create`.
    """
    url = parse_url((settings.database_read_url if reading else None) or settings.database_url)
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, settings, create=create)
    return _postgres_engine(url, settings)


def _sqlite_engine(url: URL, settings: Settings, *, create: bool) -> sa.Engine:
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        if path.is_dir():
            raise DatabaseUnavailableError(f"{path} is a directory; the path of a SQLite file was expected.")
        if not create and not path.exists():
            raise DatabaseUnavailableError(
                f"There is no database {path}; `claimbook serve`, `migrate`, `seed` or `import` makes one."
            )
        if create and not path.parent.is_dir():
            raise DatabaseUnavailableError(f"The directory {path.parent} of the database does not exist.")
    protected = _protected(url)
    engine = sa.create_engine(
        protected or url,
        hide_parameters=True,
        connect_args={"timeout": settings.busy_timeout, "check_same_thread": False},
        **({} if url.database in (None, "", ":memory:") else _pool(settings)),
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: Any) -> None:
        limit = record.info["limit"] = _Limit()
        connection.set_progress_handler(limit.is_passed, STEPS)
        connection.isolation_level = None  # SQLAlchemy's begin event below begins; the driver must not
        cursor = connection.cursor()
        for pragma in ("foreign_keys=ON", "synchronous=FULL", "trusted_schema=OFF"):
            cursor.execute(f"PRAGMA {pragma}")
        if not protected:
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        if writes and protected:
            raise DatabaseUnavailableError(f"{url.database} may only be read here; nothing was written.")
        connection.info["limit"].writes = writes
        if writes:
            connection.exec_driver_sql(f"PRAGMA cache_size=-{WRITER_KIB}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def _limit(connection: sa.Connection, *_rest: Any) -> None:
        connection.info["limit"].end = time.monotonic() + settings.statement_timeout

    return engine


def _protected(url: URL) -> URL | None:
    """The address that opens a file which may only be read; None for any other.

    Readers beside a writer need a file of their own in its directory. Where they may not make one, and none is there, the
    file is taken never to change while it is open.
    """
    path = Path(url.database or ":memory:")
    own = os.access in os.supports_effective_ids
    if not path.is_file() or os.access(path, os.W_OK, effective_ids=own):
        return None
    beside = os.access(path.parent, os.W_OK, effective_ids=own) or path.with_name(f"{path.name}-shm").exists()
    how = {"mode": "ro"} if beside else {"mode": "ro", "immutable": "1"}
    return url.set(database=f"file:{quote(str(path.absolute()))}", query={**how, "uri": "true"})


WRITER_KIB = 65536
"""KiB of pages that a writing connection of SQLite holds; rows that go to many places of an index would pass through the file."""

STEPS = 50_000
"""Steps of SQLite's machine after which the time is looked at; some milliseconds."""


class _Limit:
    """When a reading statement of a connection has to be done, by the monotonic clock."""

    writes = False
    end = float("inf")

    def is_passed(self) -> bool:
        """Whether SQLite is to stop."""
        return not self.writes and time.monotonic() > self.end


def _postgres_engine(url: URL, settings: Settings) -> sa.Engine:
    milliseconds = int(settings.statement_timeout * 1000)
    limits = {
        "statement_timeout": milliseconds,
        "lock_timeout": milliseconds,
        "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
        "timezone": "UTC",
    }
    begun = "; ".join(f"SET LOCAL {name} = '{value}'" for name, value in limits.items())
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    kept: dict[str, Any] = {"prepare_threshold": None} if settings.transaction_pooler else {"options": options}
    try:
        engine = sa.create_engine(
            url,
            hide_parameters=True,
            connect_args={**kept, "connect_timeout": 5},
            execution_options={"begun": begun} if settings.transaction_pooler else {},
            pool_pre_ping=True,
            **_pool(settings),
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise DatabaseUnavailableError("PostgreSQL needs the extra: pip install 'claimbook[postgres]'.") from None
    if settings.transaction_pooler:

        @event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql(begun)

    return engine


def own_connection(engine: sa.Engine) -> Any:
    """A connection of the driver itself, for good: it takes no place in the pool, and whoever asks for it closes it."""
    borrowed = engine.raw_connection()
    connection: Any = borrowed.driver_connection
    borrowed.detach()
    return connection


def begun_with(engine: sa.Engine) -> str:
    """What each transaction must say first, as SQL: nothing, unless what is set for a connection would reach others."""
    begun = engine.get_execution_options().get("begun")
    return f"{begun}; " if begun else ""


ONE_BY_ONE = "SET LOCAL citus.multi_shard_modify_mode = 'sequential'"
"""On Citus: small tables may be written after large ones were read in the same transaction. Elsewhere it means nothing."""


def _pool(settings: Settings) -> dict[str, Any]:
    return {"pool_size": settings.pool_size, "max_overflow": 0, "pool_timeout": settings.pool_timeout}


ONE_SNAPSHOT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Options of PostgreSQL connections whose queries all see one snapshot."""


def make_sessions(engine: sa.Engine) -> sessionmaker[Session]:
    """Sessions for reading: all queries of one see one snapshot, nothing is flushed, rows stay readable afterwards."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(**ONE_SNAPSHOT)
    return sessionmaker(engine, autoflush=False, expire_on_commit=False)


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that may write: committed at the end, rolled back on any error. Writers wait for each other."""
    with engine.connect() as connection:
        connection = connection.execution_options(writes=True)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql(ONE_BY_ONE)
                connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('claimbook.write'))")
            yield connection


RUN_AGAIN = ("40001", "40P01")
"""SQLSTATE of a failed serialization and of a deadlock."""
TRIES = 4
"""How often a transaction is run at most that others keep from ending."""
PAUSE_SECONDS = 0.1
"""Longest pause before the second try; each further one is up to three times as long."""


def written(engine: sa.Engine, work: Callable[[sa.Connection], Result]) -> Result:
    """What `work` gives within one transaction that may write. It is run again where PostgreSQL asks for that, so it must
    hold nothing of a try that failed. Raises DatabaseUnavailableError when others keep it from ending each time."""

    def once() -> Result:
        with writing(engine) as connection:
            return work(connection)

    return retried(once)


def retried(once: Callable[[], Result]) -> Result:
    """The result of a whole transaction, run again after a failed serialization or a deadlock: then nothing was written."""
    reason = ""
    for tried in range(TRIES):
        if tried:
            time.sleep(random.uniform(0.5, 1) * PAUSE_SECONDS * 3 ** (tried - 1))  # noqa: S311
        try:
            return once()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in RUN_AGAIN:
                raise
            reason = _first_line(error)
    raise DatabaseUnavailableError(f"Other writers got in the way {TRIES} times, and nothing was written; try again ({reason}).")


def schema_revision(connection: sa.Connection) -> str | None:
    """The migration the database is at, or None when it holds no schema of ours."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def is_rendered(connection: sa.Connection) -> bool:
    """Whether representations were made as this program makes them."""
    return connection.execute(sa.text("SELECT rendering FROM instance")).scalar() == RENDERING


def check_schema(connection: sa.Connection) -> None:
    """Raise SchemaMismatchError unless the database has exactly the schema of this program."""
    found = schema_revision(connection)
    if found == SCHEMA_REVISION:
        if not is_rendered(connection):
            raise SchemaMismatchError("The stored statements were rendered by another program; run `claimbook migrate`.")
        return
    if found is None:
        raise SchemaMismatchError("The database holds no Claimbook schema; run `claimbook migrate`.")
    if found > SCHEMA_REVISION:
        raise SchemaMismatchError(
            f"The database's schema ({found}) is newer than this program's ({SCHEMA_REVISION}); install the newer program."
        )
    raise SchemaMismatchError(
        f"The database's schema ({found}) is older than this program's ({SCHEMA_REVISION}); run `claimbook migrate`."
    )


def contains(column: sa.ColumnElement[str] | Any, needle: str) -> sa.ColumnElement[bool]:
    """Whether a folded text column holds `needle` literally; wildcards of LIKE have no meaning."""
    escaped = needle.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(f"%{escaped}%", escape="\\")


class is_among(FunctionElement[bool]):  # noqa: N801 - it reads as SQL
    """Whether the first is one of what the second, a scalar subquery, selects: these are found first, then looked up in an
    index in its order. Asked with IN, PostgreSQL may go through the index and try each of its entries.
    """

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002
        """It stands alone: compared with 1, as SQLAlchemy would have it where there are no truths, no index is used."""
        return self


@compiles(is_among)
def _among(element: Any, compiler: Any, **how: Any) -> str:
    wanted, selected = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{wanted} IN {selected}"


@compiles(is_among, "postgresql")
def _among_array(element: Any, compiler: Any, **how: Any) -> str:
    wanted, selected = (compiler.process(clause, **how) for clause in element.clauses)
    return f"{wanted} = ANY (ARRAY{selected})"


class in_bytes(FunctionElement[Any]):  # noqa: N801 - it reads as SQL
    """A text as the driver has it at hand: SQLite's as bytes of UTF-8, so that it is not decoded and encoded again."""

    type = sa.types.NullType()
    inherit_cache = True


@compiles(in_bytes)
def _bytes(element: Any, compiler: Any, **how: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **how)} AS BLOB)"


@compiles(in_bytes, "postgresql")
def _text(element: Any, compiler: Any, **how: Any) -> str:
    return str(compiler.process(element.clauses, **how))


@contextmanager
def reachable(what: Callable[[], str] = lambda: "The database") -> Iterator[None]:
    """Turn a driver's error on connecting into one line that says what to do; addresses and passwords stay out of it."""
    try:
        yield
    except OperationalError as error:
        raise DatabaseUnavailableError(f"{what()} cannot be reached or opened: {_first_line(error)}") from None
    except DBAPIError as error:
        raise DatabaseUnavailableError(f"{what()} is not usable: {_first_line(error)}") from None


def _first_line(error: DBAPIError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__


@contextmanager
def checked_already(connection: sa.Connection) -> Iterator[None]:
    """Within, SQLite takes rows without trying their CHECK constraints; whoever writes has done so.

    A list of words with more than two becomes a table of its own for each row there: four fifths of the time of an insert.
    """
    if connection.dialect.name == "postgresql":
        yield
        return
    connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")


def insert_many(connection: sa.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Write rows of plain values (texts, whole numbers, None) as fast as the database takes them.

    Decimals and days go in as texts, truths as 0 and 1, as SQLite keeps them and PostgreSQL reads them. Rows may be made as
    they are taken, as long as that asks the database nothing: PostgreSQL writes the last one meanwhile.
    """
    try:
        _insert_many(connection, table, columns, rows)
    except connection.dialect.loaded_dbapi.OperationalError as error:  # as SQLAlchemy would tell it
        raise OperationalError(None, None, error) from error


def _insert_many(connection: sa.Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    listed = ", ".join(f'"{column}"' for column in columns)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        driver.executemany(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', rows)  # noqa: S608
