"""What the short way keeps in memory is bounded, and the newest stays; what it reads is of one data version."""

import asyncio

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as some

from app.api.quick import MEAN_BYTES, Facts, Found, Reader
from app.api.remembered import Version
from app.models import Statement
from app.queries.listing import NOW
from app.queries.pages import Execute


@given(some.integers(0, 60), some.integers(0, 40))
def test_no_more_is_held_than_was_allowed_and_the_newest_stays(read: int, most: int) -> None:
    facts = Facts((1, "key"))
    for number in range(read):
        facts.held[str(number)] = b"{}"
        facts.trim(most * MEAN_BYTES)
        assert len(facts.held) <= most
        if most > 1:
            assert str(number) in facts.held
    assert list(facts.held) == [str(number) for number in range(read - len(facts.held), read)]


IDS = sa.select(Statement.id).order_by(Statement.id).limit(3)
NOBODY = sa.select(Statement.id).where(Statement.id == "nobody.said-this")


def told(execute: Execute) -> Found:
    """The version, and some ids."""
    ((version, _key),) = execute(NOW, {})
    return Found(version, None, " ".join(row[0] for row in execute(IDS, {})).encode())


@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_what_was_read_is_of_the_version_it_is_said_to_be(loaded: sa.Engine, beside: int) -> None:
    with loaded.connect() as connection:
        number, key = connection.execute(NOW).one()
        ids = " ".join(connection.execute(IDS).scalars()).encode()
    reader = Reader(loaded)
    found = asyncio.run(reader.run(told, Version(number + beside, key)))
    if beside and loaded.dialect.name == "postgresql":
        assert found is None  # another version than the one known is left to the route
    else:
        assert found == Found(number, None, ids)
    assert asyncio.run(reader.run(told)) == Found(number, None, ids)
    reader.close()


def test_a_query_that_finds_nothing_cannot_tell_its_version(loaded: sa.Engine) -> None:
    def nothing(execute: Execute) -> Found:
        return Found(0, None, str(len(execute(NOBODY, {}))).encode())

    reader = Reader(loaded)
    found = asyncio.run(reader.run(nothing, Version(1, "key")))
    assert found == (None if loaded.dialect.name == "postgresql" else Found(0, None, b"0"))
    reader.close()


def test_on_postgresql_a_page_is_one_message(loaded: sa.Engine) -> None:
    with loaded.connect() as connection:
        version = Version(*connection.execute(NOW).one())
    reader = Reader(loaded)
    asyncio.run(reader.run(told, version))
    sent: list[str] = []
    sa.event.listen(loaded, "before_cursor_execute", lambda *told: sent.append(told[2]))
    asyncio.run(reader.run(told, version))
    assert len(sent) == (1 if loaded.dialect.name == "postgresql" else 0)  # SQLite is read without SQLAlchemy
    reader.close()
