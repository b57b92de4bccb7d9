"""A page read off the indices of places is the page that the filters give, whatever is asked; and no table is read whole."""

import re
from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from made import made

from app.db import make_sessions
from app.models import Document, Indicator, Project, Region, Representation, Statement
from app.queries import windows
from app.queries.facets import count_statements
from app.queries.listing import Rows, read_page
from app.queries.pages import LIST, read_stored, read_window, total_of
from app.queries.statements import StatementListQuery, order_of, select_statements
from app.queries.windows import (
    BY_PERIOD,
    NEXT,
    Shape,
    TooLongError,
    briefly,
    how_many,
    read_ids,
    run_in,
    select_window,
    streams_of,
    wanted_of,
    window_of,
)

KINDS = ["actual", "target", "planned", "agreed", "forecast"]
DAYS = ["2015", "2016-05", "2018-06", "2020-03-05", "2022", "2030"]
SORTS = ["id", "-id", "period", "-period"]
DAYS_OF = ("from", "to")


@pytest.fixture
def many(empty: sa.Engine) -> sa.Engine:
    return made(empty, 1200)


def by_filters(session: Any, query: StatementListQuery) -> Rows[str]:
    stored = select_statements(query).join(Representation, Representation.statement == Statement.id)
    select = stored.with_only_columns(Representation.whole)
    return read_page(session, select, order_of(query.sort), query, name=LIST)


def by_windows(session: Any, query: StatementListQuery) -> Rows[bytes] | None:
    return read_window(run_in(session), query, quotes=False)


def drawn(session: Any, count: int) -> Iterator[dict[str, Any]]:
    dice = Random(20261122)
    codes = {
        "region": session.execute(sa.select(Region.code).order_by(Region.code)).scalars().all(),
        "indicator": session.execute(sa.select(Indicator.code).order_by(Indicator.code)).scalars().all(),
        "topic": sorted(set(session.execute(sa.select(Indicator.topic)).scalars())),
        "project": session.execute(sa.select(Project.code).order_by(Project.code)).scalars().all(),
        "document": session.execute(sa.select(Document.code).order_by(Document.code)).scalars().all(),
        "kind": KINDS,
    }
    codes["within"] = codes["region"]
    chances = {"region": 0.3, "within": 0.4, "indicator": 0.3, "topic": 0.2, "project": 0.1, "document": 0.2, "kind": 0.3}
    for _ in range(count):
        asked: dict[str, Any] = {"sort": dice.choice(SORTS), "limit": dice.choice([1, 4, 50])}
        for name, chance in chances.items():
            if dice.random() < chance:
                asked[name] = dice.sample(list(codes[name]), dice.choice([1, 1, 1, 2]))
        for name in ("from", "to"):
            if dice.random() < 0.3:
                asked[name] = dice.choice(DAYS)
        yield asked


def test_windows_give_what_the_filters_give_page_after_page(many: sa.Engine) -> None:
    compared = 0
    with make_sessions(many)() as session:
        for asked in drawn(session, 220):
            cursor: dict[str, Any] = {}
            for _ in range(6):
                query = StatementListQuery(**asked, **cursor)
                window, plain = by_windows(session, query), by_filters(session, query)
                if window is not None:
                    assert ([body.decode() for body in window.items], window.cursor) == (plain.items, plain.cursor), asked
                    compared += 1
                if plain.cursor is None:
                    break
                cursor = {"cursor": plain.cursor}
    assert compared > 300


def test_a_total_is_the_number_that_the_filters_find(many: sa.Engine) -> None:
    counted = 0
    with make_sessions(many)() as session:
        for asked in drawn(session, 150):
            query = StatementListQuery(**asked, include=["total"])
            found = select_statements(query).with_only_columns(Statement.id).subquery()
            expected = session.execute(sa.select(sa.func.count()).select_from(found)).scalar_one()
            assert read_stored(session, query, quotes=False).total == expected, asked
            assert count_statements(session, query) == expected, asked
            counted += total_of(run_in(session), query) is not None
    assert counted > 100


counts = st.integers(0, 3)
SHAPES = st.builds(
    Shape,
    *(counts for _ in range(6)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(SORTS),
    st.booleans(),
    st.just(""),
)


@given(SHAPES, st.sampled_from(["", NEXT, BY_PERIOD]))
def test_streams_are_counted_without_making_them(shape: Shape, days: str) -> None:
    if "period" not in shape.sort and not shape.projects and not shape.documents:
        shape = shape._replace(days=days)
    assert how_many(shape) == len(streams_of(shape))


def test_sql_of_many_streams_is_not_kept(many: sa.Engine) -> None:
    """It takes much room, and there are thousands of shapes."""
    with make_sessions(many)() as session:
        codes = session.execute(sa.select(Region.code).order_by(Region.code)).scalars().all()
        indicators = session.execute(sa.select(Indicator.code).order_by(Indicator.code)).scalars().all()
        kept = windows._kept.cache_info().currsize
        for regions in range(3, 9):
            query = StatementListQuery.model_validate(
                {"within": codes[:regions], "indicator": indicators[:4], "from": "2016", "sort": "period", "limit": 3}
            )
            window, plain = by_windows(session, query), by_filters(session, query)
            assert window is not None
            assert [body.decode() for body in window.items] == plain.items
        assert windows._kept.cache_info().currsize <= kept + 1  # streams of texts alone are few
    assert 6 <= len(windows.COMPILED) <= 2 * windows.MOST_LARGE
    engine_keeps: Any = many._compiled_cache
    assert max(len(str(each)) for each in engine_keeps.values()) < 40_000


def test_days_that_few_meet_are_found_by_their_periods(many: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the next entries are many or few, the pages are the same, to the last."""
    compared = 0
    with make_sessions(many)() as session:
        for looked, filters, days, sort in product(
            (1, 40),
            ({}, {"within": ["land"]}, {"region": ["land"]}, {"indicator": ["trade-output"]}, {"kind": ["target"]}),
            ({"from": "2018"}, {"from": "2018-06-30"}, {"to": "2016"}, {"from": "2016-05", "to": "2018"}, {"from": "2030"}),
            ("id", "-id"),
        ):
            monkeypatch.setattr(windows, "LOOKED", looked)
            cursor: dict[str, Any] = {}
            for _ in range(4):
                query = StatementListQuery.model_validate({**filters, **days, "sort": sort, "limit": 17, **cursor})
                window, plain = by_windows(session, query), by_filters(session, query)
                assert window is not None
                assert ([body.decode() for body in window.items], window.cursor) == (plain.items, plain.cursor), query
                compared += len(plain.items)
                if plain.cursor is None:
                    break
                cursor = {"cursor": plain.cursor}
    assert compared > 1000


def test_who_can_end_a_query_tries_the_plain_way_first(many: sa.Engine) -> None:
    days = ({"from": "2018"}, {"to": "2016"}, {"from": "2016-05", "to": "2018"}, {"from": "2035"}, {})
    with make_sessions(many)() as session:
        run, tried = run_in(session), list[bool]()

        def execute(select: sa.Select[Any], values: Any) -> Any:
            tried.append("briefly" in select.get_execution_options())
            if tried[-1] and too_long:
                raise TooLongError
            return run(select, values)

        for asked, sort, too_long in product(days, ("id", "-id"), (False, True)):
            wanted = wanted_of(StatementListQuery.model_validate({**asked, "sort": sort, "within": ["land"]}), sort)
            window = wanted and window_of(wanted, [], None, 51)
            assert window
            tried.clear()
            found = [row[0] for row in read_ids(execute, briefly(window))]
            assert tried == ([True, False][: 1 + too_long] if asked else [False])
            assert found == [row[0] for row in read_ids(run, window)]


def test_their_periods_are_ranges_of_an_index(many: sa.Engine) -> None:
    for filters in ({}, {"within": ["land"]}, {"indicator": ["trade-output"]}):
        query = StatementListQuery.model_validate({**filters, "from": "2018", "to": "2019"})
        wanted = wanted_of(query, "id")
        window = wanted and window_of(wanted, query.indicator, None, 51)
        assert window
        shape, values = window
        assert shape.days == NEXT
        for stream in plans(many, shape._replace(days=BY_PERIOD), values):
            assert re.search(r"Index Cond: .*period_key|INDEX ix_statement_scope_\w*period \(.*period_key[<>=]", stream), stream


PLACES = ("region", "within")
ALONE: list[dict[str, str]] = [
    {},
    {"region": "land"},
    {"within": "land"},
    {"indicator": "trade-output"},
    {"document": "DOCUMENT"},
    {"project": "project-0"},
]
BESIDE: list[dict[str, str]] = [
    {"indicator": "trade-output"},
    {"topic": "trade"},
    {"document": "DOCUMENT"},
    {"kind": "target"},
    {"from": "2018"},
    {"to": "2018"},
    {"from": "2017-06", "to": "2018"},
]


def test_a_page_is_read_off_an_index(many: sa.Engine) -> None:
    """No table is scanned, and what is sorted are pages only: each stream is read in order."""
    with many.connect() as connection:
        document = connection.execute(sa.select(Document.code).order_by(Document.code)).scalars().first()
    for filters in (*ALONE, *({place: "land", **more} for place in PLACES for more in BESIDE)):
        filters = {name: str(document) if value == "DOCUMENT" else value for name, value in filters.items()}
        for sort in SORTS:
            query = StatementListQuery.model_validate(
                {**{n: v if n in DAYS_OF else [v] for n, v in filters.items()}, "sort": sort}
            )
            wanted = wanted_of(query, sort)
            assert wanted is not None
            indicators = ["trade-output", "trade-trips"] if "topic" in filters else query.indicator
            for after in (None, ["2018-01-012018-12-31", f"{document}.s1"]):
                window = window_of(wanted, indicators, after and after[0 if "period" in sort else 1 :], 51)
                assert window is not None
                for stream in plans(many, *window):
                    assert not re.search(r"\bSCAN statement|Seq Scan|USE TEMP B-TREE FOR ORDER BY|^ *Sort", stream), (
                        f"{filters} {sort}\n{stream}"
                    )


def test_periods_that_hold_a_day_are_looked_up_and_not_gone_through(many: sa.Engine) -> None:
    """Most periods before a day have ended by then; they are many, and their statements more."""
    for sort, filters in product(("period", "-period"), ({}, {"within": ["land"]}, {"region": ["land"]})):
        query = StatementListQuery.model_validate({"from": "2018", "sort": sort, **filters})
        wanted = wanted_of(query, sort)
        window = wanted and window_of(wanted, query.indicator, None, 51)
        assert window
        _, holding, _ = plans(many, *window)
        assert re.search(r"AND period_key(_down)?=\?\)|period_key(_down)?(\)::text)? = ANY", holding), holding


def plans(engine: sa.Engine, shape: Any, values: dict[str, Any]) -> Iterator[str]:
    """How the engine reads each stream of a window; what it merges is a page of each."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            for setting in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):  # small tables tempt the planner
                connection.exec_driver_sql(f"SET LOCAL {setting} = off")
        for part in parts_of(select_window(shape)):
            compiled = part.compile(engine)
            names = compiled.positiontup
            known = {**compiled.params, **values}
            given: Any = tuple(known[name] for name in names) if names else known
            explain = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
            rows = connection.exec_driver_sql(f"{explain}{compiled}", given).all()
            yield "\n".join(str(row[-1]) for row in rows)


def parts_of(select: Any) -> Iterator[Any]:
    """The selects that a window merges, or itself."""
    merged = select.get_final_froms()[0]
    if not isinstance(getattr(merged, "element", None), sa.CompoundSelect):
        yield select
        return
    for part in merged.element.selects:
        yield part.get_final_froms()[0].element
