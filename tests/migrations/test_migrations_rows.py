"""The schema goes up, down and up again with rows in it, is the one the program means, and keeps what is put in exactly."""

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given, settings
from hypothesis import strategies as st
from make import ROOT, SMALL_SEED, engine_for, migrated, seeded, write_seed
from observe import COMMAND, Nursery, address_of, digest, snapshot

from app.db import SCHEMA_REVISION, schema_revision, writing
from app.models import Table, Unit
from app.seed.load import seed_directory
from app.upgrade import config_for, migrate

KILLS = int(os.environ.get("CLAIMBOOK_KILLS", "12")) // 2
"""Kills of a migration on each database and in each direction."""


def tables_of(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def of_the_engine(table: str | None) -> bool:
    """Whether a table is the engine's own full-text index, of which the models know nothing."""
    return table is not None and table.startswith("search_index")


def revision_of(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        return schema_revision(connection)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_seed(tmp_path_factory.mktemp("small"), SMALL_SEED)


@pytest.fixture
def filled(empty: sa.Engine, small: Path) -> sa.Engine:
    """A database with the small seed."""
    seed_directory(empty, small)
    return empty


def test_the_program_and_the_newest_migration_agree_on_the_revision() -> None:
    assert ScriptDirectory.from_config(config_for()).get_heads() == [SCHEMA_REVISION]


def test_every_migration_is_dated_and_can_be_undone() -> None:
    for script in ScriptDirectory.from_config(config_for()).walk_revisions():
        assert Path(script.path).stem == script.revision
        assert time.strptime(script.revision[:10], "%Y_%m_%d")
        assert callable(script.module.downgrade)


def test_autogenerate_finds_no_difference_between_the_migrations_and_the_models(empty: sa.Engine) -> None:
    with empty.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": lambda name, *_: not of_the_engine(name)}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Table.metadata) == []


def test_the_migrations_make_the_very_constraints_of_the_models(empty: sa.Engine, new_database: Callable[..., str]) -> None:
    """Autogenerate does not look at checks."""
    direct = engine_for(new_database(empty.dialect.name))
    with writing(direct) as connection:
        Table.metadata.create_all(connection)
    assert constraints_of(empty) == constraints_of(direct)
    direct.dispose()


def constraints_of(engine: sa.Engine) -> dict[str, object]:
    inspector = sa.inspect(engine)
    return {
        table: (
            sorted((check["name"] or "", check["sqltext"]) for check in inspector.get_check_constraints(table)),
            inspector.get_pk_constraint(table),
            sorted(
                (key["name"] or "", key["constrained_columns"], key["referred_table"], key["referred_columns"])
                for key in inspector.get_foreign_keys(table)
            ),
            sorted((index["name"] or "", index["column_names"]) for index in inspector.get_indexes(table)),
        )
        for table in tables_of(engine)
        if not of_the_engine(table)
    }


def test_the_schema_goes_down_and_up_again_with_rows_in_it(filled: sa.Engine, small: Path) -> None:
    before, tables = digest(filled), tables_of(filled)
    assert migrate(filled, "base") == SCHEMA_REVISION
    assert (tables_of(filled), revision_of(filled)) == (set(), None)
    assert migrate(filled) is None
    assert (tables_of(filled), revision_of(filled)) == (tables, SCHEMA_REVISION)
    seed_directory(filled, small)
    assert digest(filled) == before


def test_migrating_what_is_migrated_changes_nothing(filled: sa.Engine) -> None:
    before = snapshot(filled)
    assert migrate(filled) == SCHEMA_REVISION
    assert snapshot(filled) == before


def test_each_database_has_a_key_of_its_own(empty: sa.Engine, new_database: Callable[..., str]) -> None:
    other = migrated(new_database(empty.dialect.name))
    keys = []
    for engine in (empty, other):
        with engine.connect() as connection:
            keys.append(connection.execute(sa.text("SELECT key FROM instance")).scalar_one())
    assert len(set(keys)) == 2
    assert all(len(key) == 64 and int(key, 16) for key in keys)
    other.dispose()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**9), max_value=10**9), max_size=5),
    st.lists(st.integers(-(10**18) + 1, 10**18 - 1), max_size=5),
)
def test_decimals_of_18_digits_come_back_exactly_as_they_went_in(
    databases: dict[str, sa.Engine], fractions: list[Decimal], wholes: list[int]
) -> None:
    values = [Decimal("0.1"), Decimal("123456789.123456789"), Decimal("999999999999999999"), Decimal("1E+17"), *fractions]
    values += [Decimal(whole) for whole in wholes]
    rows = [
        {"code": f"u{index}", "name": "U", "dimension": "u", "family": "count", "base": "u", "factor": value}
        for index, value in enumerate(values)
    ]
    for engine in databases.values():
        with engine.connect() as connection, connection.begin() as transaction:
            connection.execute(sa.insert(Unit), rows)
            found = dict(connection.execute(sa.select(Unit.code, Unit.factor)).all())  # type: ignore[arg-type]
            assert [found[row["code"]] for row in rows] == values
            transaction.rollback()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), unique=True, max_size=20))
def test_text_is_ordered_byte_by_byte(databases: dict[str, sa.Engine], words: list[str]) -> None:
    codes = sorted({*words, "a", "B", "é", "Z", "z", "a-b", "a b", "ab", "重庆", "\U0001f6a2", "\uffee"}, key=str.encode)
    rows = [{"code": code, "name": "U", "dimension": "u", "family": "count", "base": "u", "factor": Decimal(1)} for code in codes]
    for engine in databases.values():
        with engine.connect() as connection, connection.begin() as transaction:
            connection.execute(sa.insert(Unit), rows)
            assert list(connection.execute(sa.select(Unit.code).order_by(Unit.code)).scalars()) == codes
            above = connection.execute(sa.select(Unit.code).where(Unit.code > "a-b").order_by(Unit.code)).scalars()
            assert list(above) == [code for code in codes if code.encode() > b"a-b"]
            transaction.rollback()


@pytest.fixture(scope="module")
def databases(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> Iterator[dict[str, sa.Engine]]:
    """A database of each backend that no test leaves a row in."""
    made = {name: engine_for(new_database(name, like=templates(name, "migrated"))) for name in ("sqlite", "postgresql")}
    yield made
    for engine in made.values():
        engine.dispose()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["head", "base"])
def test_a_killed_migration_leaves_the_schema_before_or_after(
    backend: str, direction: str, small: Path, new_database: Callable[..., str], nursery: Nursery
) -> None:
    full = seeded(new_database(backend), small)
    data, tables, address = digest(full), tables_of(full), address_of(full)
    began = time.perf_counter()
    migrate(full, "base")
    seconds = time.perf_counter() - began
    migrate(full)
    seed_directory(full, small)
    if backend == "sqlite":
        with full.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    full.dispose()
    chance, stopped = random.Random(2026), 0
    for _ in range(KILLS):
        target = new_database(backend, like=address if direction == "base" else None)
        source = f"migrate(make_engine(Settings(database_url={target!r}), create=True), {direction!r})"
        stopped += nursery.kill(source, lambda: time.sleep(chance.uniform(0, 1.2 * seconds)))
        engine = engine_for(target)
        found = tables_of(engine)
        assert (found, revision_of(engine)) in ((tables, SCHEMA_REVISION), (set(), None))
        if direction == "base" and found:
            assert digest(engine) == data
        migrate(engine)
        seed_directory(engine, small)
        assert digest(engine) == data
        engine.dispose()
    print(f"{KILLS} kills of a migration to {direction} on {backend}: {stopped} came before the end, 0 left it between")
    assert stopped, "no kill came before the end"


def test_two_migrators_at_once_have_one_result(backend: str, new_database: Callable[..., str]) -> None:
    address = new_database(backend)
    command = [*COMMAND, "migrate", "--database", address]
    both = [subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(process.communicate(timeout=60)[1], process.returncode) for process in both] == [("", 0), ("", 0)]
    engine = engine_for(address)
    assert revision_of(engine) == SCHEMA_REVISION
    engine.dispose()
