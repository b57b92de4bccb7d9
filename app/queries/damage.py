"""Does a database hold what its tables cannot hold? Asked after an answer failed for no other reason, never before one.

SQLite takes any value in any column, and a disk may change one; the engine itself finds only pages that are broken. What was
changed into another value of the same kind nobody can find.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.errors import ClaimbookError, DamagedError
from app.models import Representation, StatementScope, Table

REMEMBERED_SECONDS = 60
"""So long the finding stands: looking reads every row."""
WITH_JSON_CHECK = (16,)
"""PostgreSQL can tell from this version on whether a text is JSON."""


class Soundness:
    """Looks at a database when asked, and remembers for a minute what it found."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._found = False
        self._until = 0.0

    def is_damaged(self) -> bool:
        """Whether any row is not as rows can be; False too when that cannot be found out in time."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._found = is_damaged(self._engine)
                self._until = time.monotonic() + REMEMBERED_SECONDS
            return self._found


def is_damaged(engine: sa.Engine) -> bool:
    """Look at every row now."""
    try:
        with engine.connect() as connection:
            return any(connection.execute(select).first() is not None for select in _faults(connection))
    except DBAPIError as error:
        return "malformed" in str(error.orig)
    except (SQLAlchemyError, UnicodeDecodeError):
        return False


@contextmanager
def damage_told(engine: sa.Engine) -> Iterator[None]:
    """Turn what fails because a row is damaged into one line. Raises DamagedError."""
    try:
        yield
    except (ClaimbookError, DBAPIError, OSError):
        raise
    except Exception:
        if is_damaged(engine):
            raise DamagedError from None
        raise


def _faults(connection: sa.Connection) -> Iterator[sa.Executable]:
    """Queries that find a row each if something is wrong."""
    if connection.dialect.name == "sqlite":
        yield sa.text("PRAGMA foreign_key_check")
        for table in Table.metadata.sorted_tables:
            yield sa.select(sa.literal(1)).select_from(table).where(sa.or_(*_wrong(table))).limit(1)
    there = sa.exists().where(Representation.statement == StatementScope.statement)
    yield sa.select(StatementScope.statement).where(~there).limit(1)
    no_json = _no_json(connection)
    if no_json:
        texts = ("whole", "flat", "whole_quoted", "flat_quoted")
        yield sa.select(Representation.statement).where(sa.text(" OR ".join(no_json.format(text) for text in texts))).limit(1)


def _no_json(connection: sa.Connection) -> str | None:
    """The condition that a text is no JSON, where the database can tell."""
    if connection.dialect.name == "sqlite":
        return "NOT json_valid(coalesce({}, 'null'))"
    version = connection.dialect.server_version_info or ()
    return "NOT pg_input_is_valid(coalesce({}, 'null'), 'json')" if version >= WITH_JSON_CHECK else None


def _wrong(table: sa.Table) -> Iterator[Any]:
    """Conditions on a row of SQLite that a sound one never meets."""
    for column in table.columns:
        of_another_kind = _another_kind(column)
        yield column.is_(None) if not column.nullable else sa.false()
        yield sa.and_(column.is_not(None), of_another_kind)
    for constraint in table.constraints:
        if isinstance(constraint, sa.CheckConstraint):
            yield sa.text(f"NOT ({constraint.sqltext})")


def _another_kind(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.Boolean):
        return sa.type_coerce(column, sa.Integer()).not_in((0, 1))
    if isinstance(column.type, sa.Date):
        return sa.type_coerce(column, sa.String()).is_distinct_from(sa.func.date(column))
    return sa.func.typeof(column) != ("integer" if isinstance(column.type, sa.Integer) else "text")
