"""PostgreSQL ends a writer that it cannot let finish beside another: the writer begins again, and what it does is done once."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from make import SMALL_SEED, SMALL_TEXT, engine_for, seeded, write_seed
from observe import Ran, address_of, claimbook, digest

from app.bulk.write import write_generated

HANGS = 60
CHANGED = "documents/harbour.yaml"

VERSION = "UPDATE data_version SET version = version"
INSTANCE = "UPDATE instance SET rendering = rendering"
Database = Callable[..., str]


@pytest.fixture
def database(new_database: Database, tmp_path: Path) -> Iterator[sa.Engine]:
    """A small PostgreSQL database of its own."""
    engine = seeded(new_database("postgresql"), write_seed(tmp_path / "small", SMALL_SEED))
    yield engine
    engine.dispose()


@pytest.fixture
def ended() -> Iterator[list[str]]:
    """The SQLSTATE of each statement that PostgreSQL has ended."""
    states: list[str] = []

    def told(context: Any) -> None:
        states.append(getattr(context.original_exception, "sqlstate", ""))

    sa.event.listen(sa.Engine, "handle_error", told)
    yield states
    sa.event.remove(sa.Engine, "handle_error", told)


def configured(engine: sa.Engine, name: str, value: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {engine.url.database} SET {name} = '{value}'")
    engine.dispose()


@contextmanager
def running(*command: object) -> Iterator[list[Ran]]:
    """A command at work in a thread; at the end its result stands in the list."""
    found: list[Ran] = []
    thread = threading.Thread(target=lambda: found.append(claimbook(*command)))
    thread.start()
    yield found
    thread.join(HANGS)


def wait_for_waiting(engine: sa.Engine) -> None:
    """Return when some transaction waits for another."""
    until = time.monotonic() + HANGS
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
            assert time.monotonic() < until
            time.sleep(0.01)


def changed_seed(directory: Path) -> Path:
    text = re.sub(r"(?m)^( +)text: ", r"\1text: Indeed, ", SMALL_SEED[CHANGED])
    assert text != SMALL_SEED[CHANGED]
    return write_seed(directory, {**SMALL_SEED, CHANGED: text})


def commands(tmp_path: Path) -> dict[str, tuple[str, ...]]:
    write_generated(20, 3, str(tmp_path / "made.ndjson"))
    (tmp_path / "harbour.txt").write_text(SMALL_TEXT, "utf-8")
    return {
        "seed": ("seed", "--from", str(changed_seed(tmp_path / "changed"))),
        "import": ("import", str(tmp_path / "made.ndjson")),
        "attach": ("documents", "attach", str(tmp_path / "harbour.txt")),
        "migrate": ("migrate",),
    }


@pytest.mark.parametrize("name", ["seed", "import", "attach", "migrate"])
def test_a_writer_that_cannot_be_serialized_is_run_again(
    name: str, database: sa.Engine, new_database: Database, ended: list[str], tmp_path: Path
) -> None:
    command = commands(tmp_path)[name]
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE instance SET rendering = 0" if name == "migrate" else VERSION)
    database.dispose()
    undisturbed = engine_for(new_database("postgresql", like=address_of(database)))
    assert claimbook(*command, "--database", address_of(undisturbed)).code == 0
    configured(database, "default_transaction_isolation", "repeatable read")
    with database.connect() as other:
        other.exec_driver_sql(INSTANCE if name == "migrate" else VERSION)
        with running(*command, "--database", address_of(database)) as ran:
            wait_for_waiting(database)
            other.commit()
    assert (ran[0].code, ran[0].err) == (0, "")
    assert ended == ["40001"]
    assert digest(database) == digest(undisturbed)
    undisturbed.dispose()


def test_a_writer_in_a_deadlock_is_run_again(database: sa.Engine, ended: list[str], tmp_path: Path) -> None:
    configured(database, "deadlock_timeout", "2s")
    command = commands(tmp_path)["seed"]
    with database.connect() as other:
        other.exec_driver_sql("SET deadlock_timeout = '1min'")  # so that it is the seeder that is ended
        other.exec_driver_sql(VERSION)
        with running(*command, "--database", address_of(database)) as ran:
            wait_for_waiting(database)
            other.exec_driver_sql("UPDATE statement SET note = note")
            other.rollback()
    assert (ran[0].code, ran[0].err) == (0, "")
    assert ended == ["40P01"]
    with database.connect() as connection:
        texts = connection.execute(sa.text("SELECT text FROM statement")).scalars().all()
    assert all(text.startswith("Indeed, ") for text in texts)


def test_a_writer_that_never_may_finish_says_so_and_leaves_the_old_data(
    database: sa.Engine, ended: list[str], tmp_path: Path
) -> None:
    command, before = commands(tmp_path)["seed"], digest(database)
    with database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE EXCEPTION ''not now'' USING ERRCODE = ''40001''; END'"
        )
        connection.exec_driver_sql("CREATE TRIGGER refuse BEFORE UPDATE ON data_version EXECUTE FUNCTION refuse()")
    ran = claimbook(*command, "--database", address_of(database))
    told = "claimbook: Other writers got in the way 4 times, and nothing was written; try again (not now).\n"
    assert (ran.code, ran.out, ran.err) == (1, "", told)
    assert ended == ["40001"] * 4
    assert digest(database) == before
