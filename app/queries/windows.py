"""Which statements come next on a page? Read off the indices of `statement_scope`, at the same price whatever the size.

A list is a set of streams, each the entries of one index in order: one for each place, indicator, kind and piece of the
order asked for. Of each stream a page is taken, and of these the first page. Nothing is scanned and no more than these pages
sorted, but for what stands beside an index: a rare `kind` in the order of ids. Days that few meet are found by the periods.
Lists with other filters are read by `select_statements`; for the same question both give the same statements in one order.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import is_among
from app.domain.period import NO_DAY, down, parse_moment
from app.models import Period, Statement, StatementScope
from app.queries.statements import StatementFilters

SORTED = frozenset({"id", "-id", "period", "-period"})
"""Orders that windows know."""
MOST_STREAMS, FEW_STREAMS = 120, 16
"""Streams that are merged at all, and few: SQL of many takes long to make and much room, so not many such shapes are kept."""
MOST_LARGE = 16
COMPILED: Any = sa.util.LRUCache(MOST_LARGE)
"""SQL of shapes with many streams; that of all others the engine keeps."""
Execute: TypeAlias = Callable[[sa.Select[Any], Mapping[str, Any]], Sequence[Sequence[Any]]]
"""Runs a query with its values. The selects that pages are read with are the same objects for the same shape."""
NEXT, BRIEFLY, BY_PERIOD = "next", "briefly", "by period"
LOOKED = 5000
"""Next entries among which those are looked for that meet days, before the periods are asked."""
EVERYWHERE = ""
"""The place that every statement lies in."""


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
    after: bool
    """whether the page begins behind a place"""
    days: str = ""
    """how days are met in the order of ids: among all, for a while only (BRIEFLY, where a query can be ended), among the next
    entries only (NEXT), or by the periods (BY_PERIOD)"""


Window: TypeAlias = tuple[Shape, dict[str, Any]]
"""A shape, and the values for it."""


class Wanted(NamedTuple):
    """What windows look for: filters under the names that query models give them, and the order."""

    region: Sequence[str] = ()
    within: Sequence[str] = ()
    indicator: Sequence[str] = ()
    topic: Sequence[str] = ()
    kind: Sequence[str] = ()
    project: Sequence[str] = ()
    document: Sequence[str] = ()
    from_: str | None = None
    to: str | None = None
    sort: str = "id"


FILTERS = frozenset(Wanted._fields) - {"sort"}
"""Filters that windows know."""


class TooLongError(Exception):
    """A query that was to be tried briefly took longer."""


class Stream(NamedTuple):
    """One index read in order, from its beginning or from behind a place."""

    where: tuple[sa.ColumnElement[bool], ...]
    of: type[StatementScope] | type[Statement] = StatementScope


def wanted_of(query: StatementFilters, sort: str) -> Wanted | None:
    """What a query asks for, if windows can answer it."""
    given = query.model_fields_set & StatementFilters.model_fields.keys()
    asked = {name: value for name in given if (value := getattr(query, name)) not in (None, [])}
    overlaps = asked.pop("period_match", "overlaps") == "overlaps"
    asked.pop("match", None)
    return Wanted(**asked, sort=sort) if sort in SORTED and overlaps and asked.keys() <= FILTERS else None


def window_of(wanted: Wanted, indicators: Sequence[str], after: Sequence[Any] | None, limit: int) -> Window | None:
    """The shape of what is wanted and the values for it; `indicators` are those asked for, by themselves or by their topics.

    None where too many streams would have to be merged, or where none would find anything.
    """
    sort, (start, _), (_, end) = wanted.sort, _moment(wanted.from_), _moment(wanted.to)
    if start and end and start > end:
        return None  # nothing meets such days
    values: dict[str, Any] = {"limit": limit}
    own, within, many, kinds, projects, documents = (
        _name(values, name, asked)
        for name, asked in (
            ("own", wanted.region),
            ("within", wanted.within),
            ("indicator", indicators),
            ("kind", wanted.kind),
            ("project", wanted.project),
            ("document", wanted.document),
        )
    )
    if start:
        values.update({"from": start, "open": f"{NO_DAY}{start}"})
        if sort == "-period":
            values.update({"down": f"{down(start)}{NO_DAY}", "open": f"{NO_DAY}{down(start)}"})
    if end:
        values["to"] = down(end) if sort == "-period" else f"{end}{NO_DAY}{NO_DAY}"
    shape = Shape(own, within, many, kinds, projects, documents, bool(start), bool(end), sort, after=False)
    many = how_many(shape)
    if many > MOST_STREAMS:
        return None
    if many == 1 and (start or end) and sort in ("id", "-id") and not projects and not documents:
        values["looked"] = LOOKED
        shape = shape._replace(days=NEXT)
    return (shape, values) if after is None else behind((shape, values), after)


def behind(window: Window, after: Sequence[Any]) -> Window:
    """The same window from behind a place on: the key of the period, where it orders the list, and the id."""
    shape, values = window
    return shape._replace(after=True), {**values, "id": after[-1], "key": after[0]}


def read_ids(execute: Execute, window: Window) -> Sequence[Sequence[Any]]:
    """The rows of `select_window`. Days beside the order of ids are looked for among the next entries; where they are too rare
    for that, few entries meet them, which are found by their periods and then put in order.
    """
    shape, values = window
    try:
        found: Any = execute(select_window(shape), values)
    except TooLongError:
        return execute(select_window(shape._replace(days=BY_PERIOD)), values)
    if shape.days != NEXT or (len(found) == values["limit"] and sorted(found, reverse=shape.sort == "-id") == list(found)):
        return found  # type: ignore[no-any-return]
    return execute(select_window(shape._replace(days=BY_PERIOD)), values)


def briefly(window: Window) -> Window:
    """The same window for who can end a query that takes long: the cheaper way, as most days are met by many."""
    shape, values = window
    return (shape._replace(days=BRIEFLY), values) if shape.days == NEXT else window


def _name(values: dict[str, Any], name: str, asked: Sequence[str]) -> int:
    """Give different values their names, and say how many they are."""
    different = asked if len(asked) < 2 else list(dict.fromkeys(asked))
    for number, value in enumerate(different):
        values[f"{name}{number}"] = value
    return len(different)


def _moment(text: str | None) -> tuple[str, str]:
    """The first and the last day of a moment that was asked for, empty when none was."""
    if not text:
        return "", ""
    first, last = parse_moment(text)
    return first.isoformat(), last.isoformat()


def how_many(shape: Shape) -> int:
    """The number of its streams."""
    if "period" not in shape.sort and shape.days != BY_PERIOD:
        pieces = 1
    elif shape.from_:
        pieces = 3
    else:
        pieces = 2 if shape.to and shape.sort != "-period" else 1
    if shape.projects or (shape.documents and "period" in shape.sort):
        return (shape.projects or shape.documents) * pieces
    kinds = shape.kinds if "period" in shape.sort and not shape.indicators else 0
    alternatives = (shape.own or shape.within, shape.indicators, shape.documents, kinds)
    return math.prod(many or 1 for many in alternatives) * pieces


def select_window(shape: Shape) -> sa.Select[Any]:
    """The ids of the next page, in order, with the keys of their periods where these order it."""
    return _kept(shape) if how_many(shape) <= FEW_STREAMS else _large(shape)


@lru_cache(maxsize=256)
def _kept(shape: Shape) -> sa.Select[Any]:
    return _made(shape).execution_options(briefly=True) if shape.days == BRIEFLY else _made(shape)


@lru_cache(maxsize=MOST_LARGE)
def _large(shape: Shape) -> sa.Select[Any]:
    return _made(shape).execution_options(large=True)


def select_number(shape: Shape) -> sa.Select[Any]:
    """How many statements a list of this shape has, whatever days it looks for among the next."""
    parts: list[Any] = []
    for stream in streams_of(shape._replace(days="")):
        id_ = stream.of.statement if stream.of is StatementScope else Statement.id
        parts.append(sa.select(id_.label("id")).where(*stream.where))
    several = max(shape.own, 0 if shape.own else shape.within) > 1  # a joint claim lies in several places
    unite: Any = sa.union if several else sa.union_all
    found = unite(*parts) if len(parts) > 1 else parts[0]
    number: Any = sa.select(sa.func.count()).select_from(found.subquery())
    return number.execution_options(large=True) if how_many(shape) > FEW_STREAMS else number  # type: ignore[no-any-return]


def run_in(session: Session) -> Execute:
    """What runs windows, and other queries, in a session."""

    def execute(select: sa.Select[Any], values: Mapping[str, Any]) -> Sequence[Any]:
        beside = {"compiled_cache": COMPILED} if select.get_execution_options().get("large") else {}
        return session.execute(select, dict(values), execution_options=beside).all()

    return execute


def _made(shape: Shape) -> sa.Select[Any]:
    by_period = "period" in shape.sort
    parts: list[Any] = []
    for stream in streams_of(shape):
        id_ = stream.of.statement if stream.of is StatementScope else Statement.id
        columns: list[Any] = [id_.label("id"), *([_key(stream.of, shape).label("key")] if by_period else [])]
        order = in_order(_unordered(id_) if shape.days == BY_PERIOD else id_, _key(stream.of, shape), shape)
        if shape.days == NEXT:
            parts.append(_among_next(stream, shape))
            continue
        parts.append(sa.select(*columns).where(*stream.where).order_by(*order).limit(_limit("limit")))
    if len(parts) == 1:
        only: sa.Select[Any] = parts[0]
        return only
    merged = sa.union_all(*(sa.select(part.subquery()) for part in parts)).subquery()
    selected: Any = sa.select(*merged.c)
    if max(shape.own, 0 if shape.own else shape.within) > 1:
        selected = selected.group_by(*merged.c)  # a joint claim lies in several places
    ordered = selected.order_by(*in_order(merged.c.id, list(merged.c)[-1], shape))
    limited: sa.Select[Any] = ordered.limit(_limit("limit"))
    return limited


def _among_next(stream: Stream, shape: Shape) -> sa.Select[Any]:
    """Those that meet the days among the next entries. They come as these do: to be put in order, all would have to be read."""
    table = StatementScope
    order = in_order(table.statement, table.period_key, shape)
    near = sa.select(table.statement, table.period_key).where(*stream.where).order_by(*order).limit(_limit("looked")).subquery()
    found: sa.Select[Any] = sa.select(near.c.statement.label("id")).where(*_days(near.c, shape)).limit(_limit("limit"))
    return found


def _unordered(id_: Any) -> Any:
    """An id by which no index is ordered, so that what is found by another one is put in order."""
    return id_ + sa.literal_column("''")


def _limit(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.Integer())


def _key(table: Any, shape: Shape) -> Any:
    return table.period_key_down if shape.sort == "-period" else table.period_key


def in_order(id_: Any, key: Any, shape: Shape) -> list[Any]:
    """What a list of this shape is ordered by."""
    orders: dict[str, list[Any]] = {
        "id": [id_.asc()],
        "-id": [id_.desc()],
        "period": [key.asc(), id_.asc()],
        "-period": [key.asc(), id_.asc()],
    }
    return orders[shape.sort]


def streams_of(shape: Shape) -> list[Stream]:
    """The streams that make a list of this shape."""
    if shape.projects or (shape.documents and "period" in shape.sort):
        return list(_streams_of_statements(shape))
    return list(_streams_of_places(shape))


def _streams_of_places(shape: Shape) -> Iterator[Stream]:
    table = StatementScope
    places = named("own", shape.own) or named("within", shape.within) or [sa.literal_column(f"'{EVERYWHERE}'")]
    own = sa.true() if shape.own else sa.false()
    indicators = named("indicator", shape.indicators) or [None]
    documents = named("document", shape.documents) or [None]
    beside, kinds = _kinds(table, shape), [None]
    if "period" in shape.sort and shape.kinds and not shape.indicators:
        beside, kinds = [], named("kind", shape.kinds)
    if shape.own and shape.within:
        beside.append(_lies_in(table.statement, shape))
    pieces = list(_pieces(table, table.statement, shape))
    for place, indicator, document, kind, piece in product(places, indicators, documents, kinds, pieces):
        where = [table.region == place, table.own == own, *beside, *piece]
        if indicator is not None:
            where.append(table.indicator == indicator)
        if kind is not None:
            where.append(table.kind == kind)
        if document is not None:
            where += [table.statement > document + ".", table.statement < document + "/"]
        yield Stream(tuple(where))


def _streams_of_statements(shape: Shape) -> Iterator[Stream]:
    table = Statement
    column, name, many = (
        (table.project, "project", shape.projects) if shape.projects else (table.document, "document", shape.documents)
    )
    rest = [table.status != sa.literal_column("'withdrawn'"), *_kinds(table, shape)]
    if shape.projects and shape.documents:
        rest.append(table.document.in_(named("document", shape.documents)))
    if shape.indicators:
        rest.append(table.indicator.in_(named("indicator", shape.indicators)))
    if shape.own:
        rest.append(_names(table.id, shape))
    if shape.within:
        rest.append(_lies_in(table.id, shape))
    for value, piece in product(named(name, many), list(_pieces(table, table.id, shape))):
        yield Stream((column == value, *rest, *piece), of=table)


def _value(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.String())


def named(name: str, many: int) -> list[Any]:
    """Values that are given later, by name: `name0`, `name1` and so on."""
    return [_value(f"{name}{number}") for number in range(many)]


def _kinds(table: Any, shape: Shape) -> list[Any]:
    return [table.kind.in_(named("kind", shape.kinds))] if shape.kinds else []


def _lies_in(statement: Any, shape: Shape) -> sa.ColumnElement[bool]:
    place = sa.orm.aliased(StatementScope)
    return sa.exists().where(place.statement == statement, place.region.in_(named("within", shape.within)))


def _names(statement: Any, shape: Shape) -> sa.ColumnElement[bool]:
    place = sa.orm.aliased(StatementScope)
    told = place.region.in_(named("own", shape.own))
    return sa.exists().where(place.statement == statement, told, place.own == sa.true())


def _pieces(table: Any, id_: Any, shape: Shape) -> Iterator[list[sa.ColumnElement[bool]]]:
    """The pieces that the order is cut into: each is one range of an index, from behind the place where the page before ended."""
    if shape.sort in ("id", "-id"):
        behind = [id_ < _value("id") if shape.sort == "-id" else id_ > _value("id")] if shape.after else []
        met = {NEXT: [[]], BY_PERIOD: _pieces_by_period(table.period_key, shape._replace(sort="period", after=False))}
        for piece in met.get(shape.days, [list(_days(table, shape))]):
            yield [*piece, *behind]
        return
    key = _key(table, shape)
    here: Any = sa.tuple_(key, id_)
    there: Any = sa.tuple_(_value("key"), _value("id"))
    for piece in _pieces_by_period(key, shape):
        yield [*piece, *([here > there] if shape.after else [])]


def _pieces_by_period(key: Any, shape: Shape) -> Iterator[list[sa.ColumnElement[bool]]]:
    """Periods that meet the days asked for, told by their keys: the start, then the end; NO_DAY sorts after every day.

    From a day on, those are the ones that begin on it or later, those that hold it and began before, and those of unknown
    start that end on it or later. Up to a day, those that begin until then, and all of unknown start.
    """
    descending = shape.sort == "-period"
    started, known = key < NO_DAY, key < NO_DAY * 2
    if shape.from_:
        begins = key <= _value("down") if descending else key >= _value("from")
        until = [key >= _value("to") if descending else key < _value("to")] if shape.to else []
        yield [begins, started, *until]
        yield [is_among(key, _holding(shape).scalar_subquery())]
        yield [key >= NO_DAY, key <= _value("open")] if descending else [key >= _value("open"), known]
    elif shape.to and descending:
        yield [key >= _value("to"), known]
    elif shape.to:
        yield [key < _value("to")]
        yield [key >= NO_DAY, known]
    else:
        yield []


def _holding(shape: Shape) -> sa.Select[Any]:
    """Keys of the periods that hold the first day asked for and began before it, from that of the page before on."""
    key = _key(Period, shape)
    before = key > _value("down") if shape.sort == "-period" else key < _value("from")
    select = sa.select(key).where(before, Period.last >= _value("from"))
    return select.where(key >= _value("key")) if shape.after else select


def _days(table: Any, shape: Shape) -> Iterator[sa.ColumnElement[bool]]:
    """Periods that meet the days asked for, where the index is in another order."""
    key = table.period_key
    if shape.from_ or shape.to:
        yield key != NO_DAY * 2
    if shape.from_:
        end = sa.case((key < NO_DAY, sa.func.substr(key, 11)), else_=sa.func.substr(key, 2))
        yield end >= _value("from")
    if shape.to:
        yield sa.or_(key < _value("to"), key >= NO_DAY)
