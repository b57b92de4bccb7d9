"""Is there a copy of the database that can be restored, made while it is in use, and does it hold the same?

The copy and the figures it is compared with are of one snapshot, so writers need not wait.
"""

import hashlib
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.errors import ClaimbookError
from app.models import Table

SOME = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """What a database holds: rows of each table, and one SHA-256 over all of them."""

    rows: dict[str, int]
    digest: str


def content_of(connection: sa.Connection) -> Content:
    """Read every row of every table, some at a time."""
    rows, digest = dict[str, int](), hashlib.sha256()
    for table in Table.metadata.sorted_tables:
        digest.update(table.name.encode())
        rows[table.name] = 0
        found = connection.execution_options(yield_per=SOME).execute(sa.select(table).order_by(*table.primary_key))
        for row in found:
            rows[table.name] += 1
            digest.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
    return Content(rows, digest.hexdigest())


def backup(engine: sa.Engine, target: Path) -> Content:
    """Write a copy of the database to a file that is not there yet, whole or not at all; returns what it holds.

    SQLite: another SQLite file. PostgreSQL: an archive of `pg_dump`, which must be on the path. Raises ClaimbookError.
    """
    if target.exists():
        raise ClaimbookError(f"{target} is there already; a file that is not was expected.")
    if not target.parent.is_dir():
        raise ClaimbookError(f"The directory {target.parent} does not exist.")
    partial = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with _snapshot(engine) as connection:
            (_copy_sqlite if engine.dialect.name == "sqlite" else _dump_postgres)(connection, partial)
            content = content_of(connection)
        with partial.open("rb+") as written:
            os.fsync(written.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    return content


def restored(engine: sa.Engine, archive: Path, scratch: Path) -> Content:
    """What the copy holds once it is restored: on SQLite in a directory, on PostgreSQL in a database of its own, dropped then.

    Raises ClaimbookError.
    """
    if engine.dialect.name == "sqlite":
        shutil.copy(archive, scratch / "restored.db")
        with _reading(sa.create_engine(f"sqlite:///{scratch / 'restored.db'}")) as connection:
            faults = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
            if faults != ["ok"] or connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise ClaimbookError(f"{archive} is damaged: {faults[0]}.")
            return content_of(connection)
    name = f"claimbook_drill_{secrets.token_hex(4)}"
    with _unhurried(engine) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        _run("pg_restore", engine.url.set(database=name), "--exit-on-error", str(archive))
        with _reading(sa.create_engine(engine.url.set(database=name), poolclass=sa.NullPool)) as connection:
            return content_of(connection)
    finally:
        with _unhurried(engine) as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _unhurried(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection for what stands in no transaction and may take its time."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("RESET statement_timeout")


@contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection all of whose reading sees one state of the database."""
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect() as plain:
        connection = plain.execution_options(**level)
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SELECT count(*) FROM data_version")  # the snapshot begins with the first reading
        yield connection


@contextmanager
def _reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _copy_sqlite(connection: sa.Connection, target: Path) -> None:
    """SQLite's own online copy: it reads the pages that this connection's transaction sees."""
    source: Any = connection.connection.driver_connection
    copy = sqlite3.connect(target)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal and -shm beside it
    finally:
        copy.close()


def _dump_postgres(connection: sa.Connection, target: Path) -> None:
    snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    _run("pg_dump", connection.engine.url, "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}")


def _run(program: str, url: sa.URL, *options: str) -> None:
    """One of PostgreSQL's own programs; the password goes by the environment, where no list of processes shows it."""
    found = shutil.which(program)
    if found is None:
        raise ClaimbookError(f"{program} is not on the path; it comes with PostgreSQL's client programs.")
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    address = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    command = [found, *options, f"--dbname={address.render_as_string()}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise ClaimbookError(f"{program} failed: {lines[0]}")
