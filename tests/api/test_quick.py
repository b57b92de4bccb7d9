"""What the short way keeps in memory is bounded, and the newest stays; what it reads is of one data version."""

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some

from app.api.quick import MEAN_BYTES, Facts
from app.api.reader import PAUSE, Found, InThreads, reader_of
from app.api.remembered import Version
from app.db import writing
from app.models import DataVersion, Statement
from app.queries.listing import NOW
from app.queries.windows import Execute, TooLongError


@given(some.integers(0, 60), some.integers(0, 40))
def test_no_more_is_held_than_was_allowed_and_the_newest_stays(read: int, most: int) -> None:
    facts = Facts(Version(1, "key"))
    for number in range(read):
        facts.held[str(number)] = b"{}"
        facts.trim(most * MEAN_BYTES)
        assert len(facts.held) <= most
        if most > 1:
            assert str(number) in facts.held
    assert list(facts.held) == [str(number) for number in range(read - len(facts.held), read)]


IDS = sa.select(Statement.id).order_by(Statement.id).limit(3)
COUNTED = sa.select(sa.literal(1).label("n")).cte("counted", recursive=True)
SLOW_HERE = sa.select(sa.func.count()).select_from(COUNTED.union_all(sa.select(COUNTED.c.n + 1).where(COUNTED.c.n < 100_000_000)))
BRIEF_IDS = IDS.execution_options(briefly=True)
NOBODY = sa.select(Statement.id).where(Statement.id == "nobody.said-this")


def told(execute: Execute, now: Version) -> Found:
    """The version, and some ids."""
    return Found(now, None, " ".join(row[0] for row in execute(IDS, {})).encode())


@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_what_was_read_is_of_the_version_it_is_said_to_be(loaded: sa.Engine, beside: int) -> None:
    with loaded.connect() as connection:
        number, key = connection.execute(NOW).one()
        ids = " ".join(connection.execute(IDS).scalars()).encode()
    reader = reader_of(loaded)
    found = asyncio.run(reader.run(told, Version(number + beside, key)))
    if beside:
        assert found is None  # another version than the one known is left to the route
    else:
        assert found == Found(Version(number, key), None, ids)
    assert asyncio.run(reader.run(told)) == Found(Version(number, key), None, ids)
    reader.close()


def test_a_write_while_a_page_is_read_is_noticed(loaded: sa.Engine) -> None:
    def written_beside(execute: Execute, now: Version) -> Found:
        found = told(execute, now)
        with writing(loaded) as connection:
            connection.execute(sa.update(DataVersion).values(version=now.number + 1))
        return found

    reader = reader_of(loaded)
    version = Version(*_now(loaded))
    found = asyncio.run(reader.run(written_beside, version))
    assert found is None or loaded.dialect.name == "postgresql"  # there each query has told what it saw
    assert asyncio.run(reader.run(told, version)) is None
    reader.close()


def _now(engine: sa.Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(NOW).one()


def test_a_query_that_finds_nothing_cannot_tell_its_version(loaded: sa.Engine) -> None:
    def nothing(execute: Execute, now: Version) -> Found:
        return Found(now, None, str(len(execute(NOBODY, {}))).encode())

    reader = reader_of(loaded)
    number, key = _now(loaded)
    found = asyncio.run(reader.run(nothing, Version(number, key)))
    assert found == (None if loaded.dialect.name == "postgresql" else Found(Version(number, key), None, b"0"))
    reader.close()


def test_on_postgresql_a_page_is_one_message(loaded: sa.Engine, tmp_path: Path) -> None:
    version = Version(*_now(loaded))
    reader = reader_of(loaded)
    if isinstance(reader, InThreads):
        reader._threads = ThreadPoolExecutor(1)  # with more, another one may take the second read
    assert asyncio.run(reader.run(told, version)) is not None
    sent = tmp_path / "sent"
    if isinstance(reader, InThreads):
        (connection,) = reader._open
        with sent.open("w") as file:
            connection.pgconn.trace(file.fileno())
            assert asyncio.run(reader.run(told, version)) is not None
            connection.pgconn.untrace()
        assert re.findall(r"\bF\b.*\b(Query|Sync)\b", sent.read_text()) == ["Sync"], sent.read_text()
    else:
        assert reader.is_here  # SQLite sends nothing
    reader.close()


def test_what_is_tried_briefly_ends_soon_and_the_read_goes_on(loaded: sa.Engine) -> None:
    if loaded.dialect.name == "postgresql":
        assert not reader_of(loaded).is_here, "there nothing is tried briefly"
        return
    took: list[float] = []

    def trying(execute: Execute, now: Version) -> Found:
        began = time.monotonic()
        with pytest.raises(TooLongError):
            execute(SLOW_HERE.execution_options(briefly=True), {})
        took.append(time.monotonic() - began)
        return told(execute, now)

    version = Version(*_now(loaded))
    reader = reader_of(loaded)
    tries = [asyncio.run(reader.run(trying, version)) for _ in range(5)]
    assert tries[-1] == asyncio.run(reader.run(told, version))
    assert min(took) < 0.04, "sooner than any other query would be ended"
    quick = asyncio.run(reader.run(lambda execute, now: Found(now, None, str(len(execute(BRIEF_IDS, {}))).encode()), version))
    assert quick == Found(version, None, b"3")
    reader.close()


def test_after_a_query_that_took_too_long_nothing_is_tried_for_a_while(loaded: sa.Engine) -> None:
    slow = sa.select(sa.func.pg_sleep(2)) if loaded.dialect.name == "postgresql" else SLOW_HERE

    def waiting(execute: Execute, now: Version) -> Found:
        return Found(now, None, str(execute(slow, {})).encode())

    version = Version(*_now(loaded))
    reader = reader_of(loaded)
    began = time.monotonic()
    assert asyncio.run(reader.run(waiting, version)) is None
    assert time.monotonic() - began < 1.9
    found = asyncio.run(reader.run(told, version))
    assert (found is None) == isinstance(reader, InThreads)
    if isinstance(reader, InThreads):
        time.sleep(PAUSE)
        assert asyncio.run(reader.run(told, version)) is not None
    reader.close()
