"""Which statements come next on a page? Read off the indices of `statement_scope`, at the same price whatever the size.

A list is a set of streams, each the entries of one index in order: one for each place, indicator and length of period asked
for. Of each stream a page is taken, and of these the first page. Nothing is scanned and no more than these pages sorted, but
for what stands beside an index: a rare `kind`, or days that few of a place's statements meet in the order of their ids.
Lists with other filters are read by `select_statements`; for the same question both give the same statements in one order.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.domain.period import LENGTHS, NO_DAY, parse_moment
from app.models import Statement, StatementScope
from app.queries.statements import StatementFilters

FILTERS = frozenset({"region", "within", "indicator", "topic", "kind", "project", "document", "from_", "to"})
"""Filters that windows know."""
SORTED = frozenset({"id", "-id", "period", "-period"})
"""Orders that windows know."""
MOST_STREAMS = 120
EVERYWHERE = ""
_SPANS = (*LENGTHS, 0)


class Shape(NamedTuple):
    """What is asked for but for the values: how many of each filter there are. One shape is one SQL statement."""

    own: int
    """regions that statements name themselves"""
    within: int
    """regions that statements lie in"""
    indicators: int
    kinds: int
    projects: int
    documents: int
    from_: bool
    to: bool
    sort: str
    after: str
    """behind which sort of place: none, `day` (a key with a start) or `end` (one without, or an id)"""


class Stream(NamedTuple):
    """One index read in order, from its beginning or from behind a place."""

    where: tuple[sa.ColumnElement[bool], ...]
    of: type[StatementScope] | type[Statement] = StatementScope


def is_windowed(query: StatementFilters, sort: str) -> bool:
    """Whether windows can answer the query."""
    asked = {name for name in query.model_fields_set & StatementFilters.model_fields.keys() if getattr(query, name)}
    overlaps = query.period_match == "overlaps"
    asked -= {"period_match", "match"}
    return sort in SORTED and overlaps and asked <= FILTERS


def window_of(
    query: StatementFilters, sort: str, indicators: Sequence[str], after: Sequence[Any] | None, limit: int
) -> tuple[Shape, dict[str, Any]] | None:
    """The shape of a query and the values for it; `indicators` are those asked for, by themselves or by their topics.

    None where too many streams would have to be merged, or where none would find anything.
    """
    if query.from_ and query.to and parse_moment(query.from_)[0] > parse_moment(query.to)[1]:
        return None  # nothing meets such days
    values: dict[str, Any] = {"limit": limit}
    given: dict[str, Sequence[str]] = {
        "own": query.region,
        "within": query.within,
        "indicator": indicators,
        "kind": query.kind,
        "project": query.project,
        "document": query.document,
    }
    for name, asked in given.items():
        values.update((f"{name}{number}", value) for number, value in enumerate(dict.fromkeys(asked)))
    if query.from_:
        start = values["from"] = parse_moment(query.from_)[0].isoformat()
        if "period" in sort:
            values.update((f"reach{span}", _days_before(start, span)) for span in LENGTHS)
    if query.to:
        values["to"] = f"{parse_moment(query.to)[1]}{NO_DAY}{NO_DAY}"
    behind = ""
    if after is not None:
        values["id"] = after[-1]
        behind = "end"
        if "period" in sort:
            values["key"] = after[0]
            behind = "day" if after[0] < NO_DAY else "end"
    own, within, many, kinds, projects, documents = (len(set(asked)) for asked in given.values())
    shape = Shape(own, within, many, kinds, projects, documents, bool(query.from_), bool(query.to), sort, behind)
    return (shape, values) if len(streams_of(shape)) <= MOST_STREAMS else None


def _days_before(day: str, days: int) -> str:
    """The first day that a period of so many days can begin on and still hold the day."""
    return (date.fromisoformat(day) - timedelta(days=min(days - 1, date.fromisoformat(day).toordinal() - 1))).isoformat()


@lru_cache(maxsize=4096)
def select_window(shape: Shape) -> sa.Select[Any]:
    """The ids of the next page, in order, with the keys of their periods where these order it."""
    descending, by_period = shape.sort.startswith("-"), "period" in shape.sort
    parts: list[Any] = []
    for stream in streams_of(shape):
        id_ = stream.of.statement if stream.of is StatementScope else Statement.id
        columns: list[Any] = [stream.of.period_key, id_] if by_period else [id_]
        order: list[Any] = [column.desc() if descending else column.asc() for column in columns]
        named = [column.label(name) for column, name in zip(reversed(columns), ("id", "key"), strict=False)]
        parts.append(sa.select(*named).where(*stream.where).order_by(*order).limit(sa.bindparam("limit", type_=sa.Integer())))
    if len(parts) == 1:
        only: sa.Select[Any] = parts[0]
        return only
    merged = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    columns = [merged.c[name] for name in (("key", "id") if by_period else ("id",))]
    order = [column.desc() if descending else column.asc() for column in columns]
    if by_period and descending:
        order.insert(0, (merged.c.key >= NO_DAY).asc())
    selected: Any = sa.select(*reversed(columns))
    if max(shape.own, 0 if shape.own else shape.within) > 1:
        selected = selected.group_by(*columns)  # a joint claim lies in several places
    limited: sa.Select[Any] = selected.order_by(*order).limit(sa.bindparam("limit", type_=sa.Integer()))
    return limited


@lru_cache(maxsize=4096)
def streams_of(shape: Shape) -> list[Stream]:
    """The streams that make a list of this shape."""
    if shape.projects or (shape.documents and "period" in shape.sort):
        return list(_streams_of_statements(shape))
    return list(_streams_of_places(shape))


def _streams_of_places(shape: Shape) -> Iterator[Stream]:
    table, by_period = StatementScope, "period" in shape.sort
    places = _named("own", shape.own) or _named("within", shape.within) or [sa.literal_column(f"'{EVERYWHERE}'")]
    own = [True, False] if shape.within and not shape.own else [True]
    indicators = _named("indicator", shape.indicators) or [None]
    documents = _named("document", shape.documents) or [None]
    spans = _SPANS if by_period and not shape.indicators else [None]
    rest = [*_kinds(table, shape), *([_lies_in(table.statement, shape)] if shape.own and shape.within else [])]
    for place, named, indicator, document, span, unknown in product(places, own, indicators, documents, spans, _segments(shape)):
        if unknown and span:
            continue  # a period without a start has no known length
        where = [table.region == place, table.own == sa.true() if named else table.own == sa.false()]
        if indicator is not None:
            where.append(table.indicator == indicator)
        if span is not None:
            where.append(table.longest == sa.literal_column(str(span)))
        if document is not None:
            where += [table.statement > document + ".", table.statement < document + "/"]
        if shape.from_ and span:
            where.append(table.period_key >= _value(f"reach{span}"))
        yield Stream((*where, *rest, *_days(table, shape, unknown), *_behind(table, table.statement, shape, unknown)))


def _streams_of_statements(shape: Shape) -> Iterator[Stream]:
    table = Statement
    column, name, many = (
        (table.project, "project", shape.projects) if shape.projects else (table.document, "document", shape.documents)
    )
    rest = [table.status != sa.literal_column("'withdrawn'"), *_kinds(table, shape)]
    if shape.projects and shape.documents:
        rest.append(table.document.in_(_named("document", shape.documents)))
    if shape.indicators:
        rest.append(table.indicator.in_(_named("indicator", shape.indicators)))
    if shape.own:
        rest.append(_names(table.id, shape))
    if shape.within:
        rest.append(_lies_in(table.id, shape))
    for value, unknown in product(_named(name, many), _segments(shape)):
        days, behind = _days(table, shape, unknown), _behind(table, table.id, shape, unknown)
        yield Stream((column == value, *rest, *days, *behind), of=table)


def _value(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.String())


def _named(name: str, many: int) -> list[Any]:
    return [_value(f"{name}{number}") for number in range(many)]


def _segments(shape: Shape) -> list[bool | None]:
    """How the order is cut: a start that is unknown comes last either way, and a bound of days looks for starts."""
    if "period" not in shape.sort:
        return [None]
    if shape.sort.startswith("-"):
        return [True] if shape.after == "end" else [False, True]
    return [False, True] if shape.to else [None]


def _kinds(table: Any, shape: Shape) -> list[Any]:
    return [table.kind.in_(_named("kind", shape.kinds))] if shape.kinds else []


def _lies_in(statement: Any, shape: Shape) -> sa.ColumnElement[bool]:
    place = sa.orm.aliased(StatementScope)
    return sa.exists().where(place.statement == statement, place.region.in_(_named("within", shape.within)))


def _names(statement: Any, shape: Shape) -> sa.ColumnElement[bool]:
    place = sa.orm.aliased(StatementScope)
    named = place.region.in_(_named("own", shape.own))
    return sa.exists().where(place.statement == statement, named, place.own == sa.true())


def _days(table: Any, shape: Shape, unknown: bool | None) -> Iterator[sa.ColumnElement[bool]]:
    """Periods that meet the days asked for, told by their keys: the start, then the end, `~` where there is none."""
    key = table.period_key
    if unknown is not None:
        yield key >= NO_DAY if unknown else key < NO_DAY
    if shape.from_ or shape.to:
        yield key != NO_DAY * 2
    if shape.from_:
        end = sa.case((key < NO_DAY, sa.func.substr(key, 11)), else_=sa.func.substr(key, 2))
        yield end >= _value("from")
    if shape.to and not unknown:
        starts = key < _value("to")
        yield starts if unknown is False else sa.or_(starts, key >= NO_DAY)


def _behind(table: Any, id_: Any, shape: Shape, unknown: bool | None) -> Iterator[sa.ColumnElement[bool]]:
    """What comes after the place where the page before ended."""
    if not shape.after or (shape.sort == "-period" and unknown and shape.after == "day"):
        return
    place: Any = (sa.tuple_(table.period_key, id_), sa.tuple_(_value("key"), _value("id")))
    here, there = place if "period" in shape.sort else (id_, _value("id"))
    yield here < there if shape.sort.startswith("-") else here > there
