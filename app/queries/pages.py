"""A page of statements as they are stored: keys first, then the representations of these, nothing rendered."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import in_bytes
from app.errors import DamagedError
from app.models import Document, Indicator, Project, Region, Representation, StatementScope
from app.models import Statement as Row
from app.queries.listing import NOW, Rows, read_cursor, read_page, scope_of, write_cursor
from app.queries.statements import (
    SURPRISING,
    StatementFilters,
    StatementFlatQuery,
    StatementListQuery,
    note_of_place,
    number_of,
    order_of,
    select_statements,
)
from app.queries.windows import (
    Execute,
    Shape,
    Wanted,
    Window,
    behind,
    in_order,
    named,
    read_ids,
    run_in,
    select_number,
    select_window,
    streams_of,
    wanted_of,
    window_of,
)

CODES: dict[str, Any] = {
    "region": Region.code,
    "within": Region.code,
    "indicator": Indicator.code,
    "topic": Indicator.topic,
    "project": Project.code,
    "document": Document.code,
}
"""Filters of windows that name codes, and where these stand."""

ALL: Any = sa.select(number_of())
LIST = "statements"
AT_ONCE = 2000
"""Rows of a stream that are read at a time."""
JSON = msgspec.json.Decoder(msgspec.Raw)
"""Checks that a text is JSON, and makes nothing of it."""
FEW = 64
"""Texts up to which each number of them has a query of its own; of more, each multiple."""
BESIDE = ("value", "unit_as", "facets", "group_by", "fields")
"""Parameters whose answers hold more than what is stored, or less."""


def is_stored(query: StatementListQuery) -> bool:
    """Whether the page is made of stored representations as they are."""
    return "comparison" not in query.include and not any(getattr(query, name) for name in BESIDE)


def read_stored(session: Session, query: StatementListQuery, *, quotes: bool) -> Rows[bytes]:
    """A page of representations. Raises BadRequestError (`invalid-cursor`)."""
    execute = run_in(session)
    found = read_window(execute, query, quotes=quotes)
    if found is not None and "total" in query.include:
        total = total_of(execute, query)
        found = replace(found, total=total) if total is not None else None
    if found is not None:
        return found
    stored = select_statements(query).join(Representation, Representation.statement == Row.id)
    rows = read_page(session, stored.with_only_columns(_body(quotes)), order_of(query.sort), query, name=LIST)
    return replace(rows, items=[_sound(body) for body in rows.items])


class Listed(NamedTuple):
    """A list that windows answer, made ready but for where its page begins."""

    window: Window
    limit: int
    size: int
    """values that tell a place in its order"""
    scope: str
    """by which a cursor of another list is known"""


def prepare(execute: Execute, wanted: Wanted, limit: int) -> Listed | None:
    """A list as the indices of places give it; None when it needs another way."""
    indicators = _indicators(execute, wanted)
    window = None if indicators is None else window_of(wanted, indicators, None, limit + 1)
    return window and Listed(window, limit, 2 if "period" in wanted.sort else 1, _scope(wanted))


def _scope(wanted: Wanted) -> str:
    """What `cursor_scope` says of the same query."""
    given = {name: value for name, value in zip(wanted._fields, wanted, strict=True) if value}
    if given["sort"] == "id":
        del given["sort"]
    return scope_of(LIST, given)


def read_listed(
    execute: Execute, listed: Listed, cursor: str | None, now: tuple[int, str], *, quotes: bool, held: dict[str, bytes]
) -> Rows[bytes]:
    """A page of a list. `now` is the data version of this snapshot and its key, `held` are the representations at hand by id,
    to which are added those that were read. Raises BadRequestError (`invalid-cursor`).
    """
    version, key = now
    window, limit = listed.window, listed.limit
    if cursor is not None:
        window = behind(window, read_cursor(cursor, key, listed.scope, size=listed.size))
    found = read_ids(execute, window)
    following = write_cursor(found[limit - 1][listed.size - 1 :: -1], key, listed.scope) if len(found) > limit else None
    bodies = _bodies(execute, [row[0] for row in found[:limit]], quotes=quotes, held=held)
    return Rows(items=bodies, limit=limit, cursor=following, total=None, data_version=version)


def read_window(execute: Execute, query: StatementListQuery, *, quotes: bool) -> Rows[bytes] | None:
    """A page read off the indices of places; None when it needs another way. Raises BadRequestError (`invalid-cursor`)."""
    wanted = wanted_of(query, query.sort)
    listed = wanted and prepare(execute, wanted, query.limit)
    if not listed:
        return None
    return read_listed(execute, listed, query.cursor, tuple(execute(NOW, {})[0]), quotes=quotes, held={})


def total_of(execute: Execute, query: StatementFilters) -> int | None:
    """How many statements a list has, counted in the indices of places; None when it needs another way."""
    wanted = wanted_of(query, "id")
    if wanted == Wanted():
        return execute(ALL, {})[0][0]  # type: ignore[no-any-return]
    indicators = _indicators(execute, wanted) if wanted else None
    window = window_of(wanted, indicators, None, 1) if wanted and indicators is not None else None
    return execute(select_number(window[0]), window[1])[0][0] if window else None


def stream_flat(session: Session, query: StatementFlatQuery, *, quotes: bool) -> Iterator[list[bytes]]:
    """The flat rows of all statements asked for as JSON, in order, AT_ONCE at a time. Raises DamagedError."""
    execute = run_in(session)
    order = order_of(query.sort)
    joined = select_statements(query).join(Representation, Representation.statement == Row.id)
    plain: Any = joined.with_only_columns(order.key, *reversed(order.columns), _flat(quotes)).order_by(*order.by()).limit(AT_ONCE)
    wanted = wanted_of(query, query.sort)
    indicators = _indicators(execute, wanted) if wanted else None
    last: list[Any] | None = None
    while True:
        window = window_of(wanted, indicators, last, AT_ONCE) if wanted and indicators is not None else None
        if window is None:
            rows = execute(plain.where(order.after(last)) if last is not None else plain, {})
        else:
            rows = execute(_select_flat(window[0]._replace(days=""), quotes), window[1])
        yield [_object(row[-1]) for row in rows]
        if len(rows) < AT_ONCE:
            return
        last = list(reversed(rows[-1][:-1]))


def read_one(execute: Execute, id_: str, *, quotes: bool) -> bytes | None:
    """The representation of a statement; None when there is none, or it is withdrawn."""
    rows = execute(_select_one(quotes), {"id0": id_})
    return _sound(rows[0][0]) if rows else None


def read_notes(execute: Execute, name: str, code: str) -> list[str] | None:
    """What `notes_for` says of a code that a filter names; None when no code list holds it."""
    rows = execute(_select_code(name), {"id0": code})
    if not rows:
        return None
    return [note_of_place(code, rows[0][1])] if name == "within" and rows[0][1] else []


def _indicators(execute: Execute, wanted: Wanted) -> Sequence[str] | None:
    """Those asked for, by themselves and by their topics; None when both are and have none in common."""
    if not wanted.topic:
        return wanted.indicator
    rows = execute(_select_topics(len(wanted.topic)), {f"topic{number}": each for number, each in enumerate(wanted.topic)})
    codes = [row[0] for row in rows if not wanted.indicator or row[0] in wanted.indicator]
    return codes or None


def _bodies(execute: Execute, ids: Sequence[str], *, quotes: bool, held: dict[str, bytes]) -> list[bytes]:
    bodies = list(map(held.get, ids))
    missing = [id_ for id_, body in zip(ids, bodies, strict=True) if body is None] if None in bodies else []
    if missing:
        many = len(missing) if len(missing) <= FEW else -(-len(missing) // FEW) * FEW
        values = {f"id{number}": missing[min(number, len(missing) - 1)] for number in range(many)}
        fresh = {row[0]: _sound(row[1]) for row in execute(_select_bodies(many, quotes), values)}
        held.update(fresh)
        bodies = [body or fresh.get(id_) for id_, body in zip(ids, bodies, strict=True)]
    if None in bodies:
        raise DamagedError
    return bodies  # type: ignore[return-value]


def _sound(body: str | bytes) -> bytes:
    """A representation as it goes out, if it is JSON in UTF-8. Raises DamagedError."""
    try:
        JSON.decode(body)
        if isinstance(body, str):
            return body.encode()
        body.decode()
    except (TypeError, ValueError):
        raise DamagedError from None
    return body


def _object(text: str | bytes) -> bytes:
    """A flat row as it goes out, if it is UTF-8 and not cut short; to read all of it would take a fifth of an export.

    Raises DamagedError.
    """
    try:
        body = text.encode() if isinstance(text, str) else text
        if not body.isascii():
            body.decode()
    except (AttributeError, ValueError):
        raise DamagedError from None
    if body[:1] != b"{" or body[-1:] != b"}":
        raise DamagedError
    return body


def _body(quotes: bool) -> sa.ColumnElement[Any]:
    return in_bytes(sa.func.coalesce(Representation.whole_quoted, Representation.whole) if quotes else Representation.whole)


def _flat(quotes: bool) -> sa.ColumnElement[Any]:
    return in_bytes(sa.func.coalesce(Representation.flat_quoted, Representation.flat) if quotes else Representation.flat)


@lru_cache(maxsize=256)
def _select_bodies(many: int, quotes: bool) -> sa.Select[Any]:
    select: Any = sa.select(Representation.statement, _body(quotes)).where(Representation.statement.in_(named("id", many)))
    return select  # type: ignore[no-any-return]


@lru_cache(maxsize=64)
def _select_flat(shape: Shape, quotes: bool) -> sa.Select[Any]:
    """Flat rows of a window, each behind its id and the key of its period, if that orders them."""
    window = select_window(shape)
    streams = streams_of(shape)
    if len(streams) == 1:  # read in the order of its index, and nothing sorted
        id_ = streams[0].of.statement if streams[0].of is StatementScope else Row.id
        only: Any = window.add_columns(_flat(quotes)).join(Representation, Representation.statement == id_)
        return only  # type: ignore[no-any-return]
    merged = window.subquery()
    select: Any = sa.select(*merged.c, _flat(quotes)).join(Representation, Representation.statement == merged.c.id)
    return select.order_by(*in_order(merged.c.id, list(merged.c)[-1], shape))  # type: ignore[no-any-return]


@lru_cache(maxsize=2)
def _select_one(quotes: bool) -> sa.Select[Any]:
    live = sa.select(Row.id).where(Row.id == named("id", 1)[0], Row.status != sa.literal_column("'withdrawn'"))
    return sa.select(_body(quotes)).where(Representation.statement == live.scalar_subquery())


@lru_cache(maxsize=16)
def _select_code(name: str) -> sa.Select[Any]:
    column = CODES[name]
    note = sa.case((Region.kind == SURPRISING, Region.note)) if name == "within" else sa.null()
    return sa.select(column, note).where(column == named("id", 1)[0]).limit(1)


@lru_cache(maxsize=64)
def _select_topics(many: int) -> sa.Select[Any]:
    return sa.select(Indicator.code).where(Indicator.topic.in_(named("topic", many))).order_by(Indicator.code)
