"""Keeps the cells true: whoever writes statements or documents has the comparisons they touch made anew, in one transaction."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.db import insert_many
from app.domain.comparison import MOST_FIGURES, Figure, agreement, groups_of, key_of, slot_of
from app.domain.decimals import sort_key
from app.domain.interval import Interval, rounded
from app.models import Comparison, Document, DocumentGroup, Relation, Statement

Row = dict[str, Any]
BATCH = 500
AT_ONCE = 40  # keys looked up in one SQL statement


class Held(NamedTuple):
    """A figure as it is stored, with what decides in which cells it is compared."""

    id: str
    document: str
    cell: str
    status: str
    value: Any
    approximate: bool
    lower: Any
    lower_inclusive: bool
    upper: Any
    upper_inclusive: bool
    interval_basis: str
    period_type: str
    period_end: date | None
    published_on: date
    group: str
    conversion: bool
    """Whether it restates a figure of its document in another unit."""

    @property
    def figure(self) -> Figure:
        """What a comparison needs to know of it; most figures stand alone in their cell and are never asked."""
        lower, upper = _decimal(self.lower), _decimal(self.upper)
        interval = Interval(lower, bool(self.lower_inclusive), upper, bool(self.upper_inclusive), self.interval_basis)
        return Figure(self.id, self.document, interval, _decimal(self.value), bool(self.approximate), self.group)

    @property
    def strong_end(self) -> date | None:
        """Last day of a strong `instant` or `cumulative` period; such a figure may be a guest."""
        strong = self.period_type in ("instant", "cumulative") and slot_of(self.cell) != "asof"
        return self.period_end if strong else None


def _decimal(stored: Any) -> Decimal | None:
    return None if stored is None else Decimal(stored)


def rebuild(connection: sa.Connection) -> None:
    """Make everything that follows from the rows anew: sortable bounds, groups of documents, comparisons."""
    _fill_bound_keys(connection)
    regroup(connection)
    connection.execute(sa.delete(Comparison))
    _insert(connection, _all_rows(_stream(connection, sa.true()), _apart(connection)))


def keys_of(connection: sa.Connection, documents: Collection[str]) -> set[str]:
    """What the figures of these documents are compared by: their cells without the period."""
    cell = Statement.cell
    keys: set[str] = set()
    for batch in _batches(sorted(documents)):
        cells = connection.execute(sa.select(cell).where(Statement.document.in_(batch), cell.is_not(None)).distinct())
        keys.update(key_of(each) for each in cells.scalars() if each)
    return keys


def refresh(connection: sa.Connection, keys: Collection[str]) -> None:
    """Make the comparisons of these keys anew."""
    apart = _apart(connection) if keys else {}
    for batch in _batches(sorted(keys), size=AT_ONCE):
        connection.execute(sa.delete(Comparison).where(sa.or_(*(_begins(Comparison.cell, key) for key in batch))))
        held = _stream(connection, sa.or_(*(_begins(Statement.cell, key) for key in batch)))
        _insert(connection, _all_rows(list(held), apart))


def regroup(connection: sa.Connection) -> set[str]:
    """Keep the independence groups; returns the documents that changed theirs."""
    stored = {row.document: row.group_code for row in connection.execute(sa.select(DocumentGroup.__table__))}
    rows = connection.execute(sa.select(Document.code, Document.publisher, Document.release))
    groups = groups_of((row.code, row.publisher, row.release) for row in rows)
    gone = [code for code in stored if code not in groups]
    moved = {code for code, group in groups.items() if stored.get(code) != group}
    for batch in _batches([*gone, *sorted(moved & stored.keys())]):
        connection.execute(sa.delete(DocumentGroup).where(DocumentGroup.document.in_(batch)))
    for batch in _batches(sorted(moved)):
        connection.execute(sa.insert(DocumentGroup), [{"document": code, "group_code": groups[code]} for code in batch])
    return moved


def _begins(column: Any, key: str) -> sa.ColumnElement[bool]:
    """Cells of one key; codes and days hold only ASCII, so a range finds them."""
    return sa.and_(column > key, column < f"{key}\x7f")


def _stream(connection: sa.Connection, where: sa.ColumnElement[bool]) -> Iterator[Held]:
    """Published figures, those of one key together."""
    converts = sa.select(Relation.statement).where(Relation.statement == Statement.id, Relation.relation == "conversion_of")
    table = Statement.__table__.c
    columns = [sa.type_coerce(table[name], sa.types.NullType()) if name in _NUMBERS else table[name] for name in _COLUMNS]
    query = (
        sa.select(*columns, Document.published_on, DocumentGroup.group_code, converts.exists().label("converts"))
        .join(Document, Document.code == Statement.document)
        .join(DocumentGroup, DocumentGroup.document == Document.code)
        .where(Statement.cell.is_not(None), where)
        .order_by(Statement.cell, Statement.id)
    )
    rows = connection.execute(query.execution_options(yield_per=1000))
    # Sorted out here, not in SQL: nearly all of a key are published, and the rows that are read are so either way.
    return (held for held in itertools.starmap(Held, rows) if held.status == "published")


_NUMBERS = ("value", "lower", "upper")
"""Columns that are read as they are stored, and made decimals only where they are compared."""

_COLUMNS = (
    "id",
    "document",
    "cell",
    "status",
    "value",
    "approximate",
    "lower",
    "lower_inclusive",
    "upper",
    "upper_inclusive",
    "interval_basis",
    "period_type",
    "period_end",
)


def _all_rows(held: Iterable[Held], apart: Mapping[frozenset[str], str]) -> Iterator[Row]:
    for _, same in groupby(held, key=lambda each: key_of(each.cell)):
        yield from _rows_of(list(same), apart)


def _rows_of(held: list[Held], apart: Mapping[frozenset[str], str]) -> Iterator[Row]:
    """The comparisons of one key. A cell of conversions only is folded into that of the figures they convert."""
    guest = _guest(held)
    for cell, same in groupby(held, key=lambda each: each.cell):
        members = list(same)
        if all(each.conversion for each in members):
            continue
        weak = slot_of(cell) == "asof"
        invited = guest if weak else None
        yield _row(cell, [*members, *([invited] if invited else [])], invited, apart, weak=weak)


def _guest(held: Iterable[Held]) -> Held | None:
    """The latest strong state or running total: by its day, then by publication, then by id."""
    strong = [(each.strong_end, each.published_on, each) for each in held if each.strong_end and not each.conversion]
    if not strong:
        return None
    latest = max((end, published) for end, published, _ in strong)
    return min((each for end, published, each in strong if (end, published) == latest), key=lambda each: each.id)


def _row(cell: str, held: list[Held], guest: Held | None, apart: Mapping[frozenset[str], str], *, weak: bool) -> Row:
    latest = sorted(held, key=lambda each: (each is guest, each.published_on), reverse=True)[:MOST_FIGURES]
    pairs = map(frozenset, itertools.combinations([each.id for each in latest], 2)) if apart else ()
    here = {pair: apart[pair] for pair in pairs if pair in apart}
    status, gap = agreement([each.figure for each in latest], here) if len(held) > 1 else ("single", None)
    return {
        "cell": cell,
        "status": status,
        "weak_period": int(weak),
        "statements": len(held),
        "documents": len({each.document for each in held}),
        "guest": guest.id if guest else None,
        "gap_key": None if gap is None else sort_key(rounded(gap, ROUND_HALF_EVEN)),
    }


def _apart(connection: sa.Connection) -> dict[frozenset[str], str]:
    """Pairs that curators marked as look-alikes, with the reason."""
    query = sa.select(Relation.statement, Relation.other, Relation.note).where(Relation.relation == "look_alike")
    return {frozenset({row.statement, row.other}): row.note or "look-alike" for row in connection.execute(query)}


def _insert(connection: sa.Connection, rows: Iterator[Row]) -> None:
    columns = [column.name for column in Comparison.__table__.columns]
    values: Any = itemgetter(*columns)
    for batch in _batches(rows):
        insert_many(connection, "comparison", columns, [values(row) for row in batch])


def _fill_bound_keys(connection: sa.Connection) -> None:
    """Sortable bounds of statements written before there were any."""
    missing = sa.or_(
        sa.and_(Statement.lower.is_not(None), Statement.lower_key.is_(None)),
        sa.and_(Statement.upper.is_not(None), Statement.upper_key.is_(None)),
    )
    rows = connection.execute(sa.select(Statement.id, Statement.lower, Statement.upper).where(missing)).all()
    low: Any = sa.bindparam("low")
    high: Any = sa.bindparam("high")
    fill = sa.update(Statement.__table__).where(Statement.id == sa.bindparam("of")).values(lower_key=low, upper_key=high)  # type: ignore[arg-type]
    keys = [{"of": row.id, "low": _key(row.lower), "high": _key(row.upper)} for row in rows]
    for batch in _batches(keys):
        connection.execute(fill, batch)


def _key(value: Any) -> str | None:
    return None if value is None else sort_key(value)


def _batches(rows: Iterable[Any], size: int = BATCH) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
