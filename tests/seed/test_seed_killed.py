"""A seeder that is killed, meets another one, waits in vain or fills the disk leaves the old data or the new, never between."""

import contextlib
import os
import random
import re
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from make import ROOT, SEED, SMALL_SEED, engine_for, seeded, write_seed
from observe import COMMAND, Nursery, address_of, claimbook, digest

from app.seed.gather import Seed, gather
from app.seed.load import load_seed

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("CLAIMBOOK_KILLS", "12"))
"""Kills on each database."""

CHANGED = "documents/tech-innovation.yaml"


@dataclass(frozen=True)
class Change:
    """A seed that changes every statement of one shipped document, and what a database says before and after it."""

    directory: Path
    seed: Seed
    template: str
    old: str
    new: str
    seconds: float


@pytest.fixture(scope="module")
def changes(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[..., str], templates: Callable[[str, str], str]
) -> Callable[[str], Change]:
    """The change for a backend."""
    content = re.sub(r"(?m)^  text: (['\"]?)", r"  text: \1Indeed, ", (SEED / CHANGED).read_text("utf-8"))
    directory = write_seed(tmp_path_factory.mktemp("changed"), {CHANGED: content})
    seed = gather(directory)
    made: dict[str, Change] = {}

    def get(backend: str) -> Change:
        if backend not in made:
            template = templates(backend, "seeded")
            engine = engine_for(new_database(backend, like=template))
            old, began = digest(engine), time.perf_counter()
            load_seed(engine, seed)
            seconds = time.perf_counter() - began
            made[backend] = Change(directory, seed, template, old, digest(engine), seconds)
            engine.dispose()
        return made[backend]

    return get


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


def wait_for_writer(engine: sa.Engine, limit: float = 10) -> None:
    """Return as soon as another process is within a write transaction, or has been for too short a time to be seen."""
    until = time.monotonic() + limit
    with writer_probe(engine) as writes:
        while not writes() and time.monotonic() < until:
            time.sleep(0.001)


@contextlib.contextmanager
def writer_probe(engine: sa.Engine) -> Iterator[Callable[[], bool]]:
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            locks = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            yield lambda: bool(connection.execute(locks).scalar_one())
        return
    with contextlib.closing(sqlite3.connect(engine.url.database or "", timeout=0, isolation_level=None)) as raw:

        def writes() -> bool:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            raw.execute("ROLLBACK")
            return False

        yield writes


def check_whole(engine: sa.Engine) -> None:
    """Nothing is broken below the rows."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_killed_seeder_leaves_the_old_data_or_the_new_and_the_next_run_completes(
    backend: str, changes: Callable[[str], Change], new_database: Callable[..., str], nursery: Nursery
) -> None:
    change, chance = changes(backend), random.Random(2026)
    found = {"old": 0, "new": 0}
    for kill in range(KILLS):
        engine = engine_for(new_database(backend, like=change.template))
        command = ["claimbook", "seed", "--from", str(change.directory), "--database", address_of(engine)]

        def wait(engine: sa.Engine = engine, kill: int = kill) -> None:
            if kill % 4:
                wait_for_writer(engine)
                time.sleep(chance.uniform(0, 4 * change.seconds))
            else:
                time.sleep(chance.uniform(0, 0.5 + 2 * change.seconds))

        nursery.kill(f"sys.argv = {command!r}; main()", wait)
        found[{change.old: "old", change.new: "new"}[digest(engine)]] += 1
        check_whole(engine)
        load_seed(engine, change.seed)
        assert digest(engine) == change.new
        engine.dispose()
    print(f"{KILLS} kills on {backend}: {found['old']} left the old data, {found['new']} the new")
    assert found["old"], "no kill came before the end"


def started(engine_address: str, directory: Path, *before: str) -> subprocess.Popen[str]:
    """A seeder in a process of its own; `before` are statements that it runs first."""
    command = [*COMMAND[:-1], "; ".join([*before, COMMAND[-1]]), "seed", "--from", str(directory), "--database", engine_address]
    return subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_two_seeders_at_once_have_one_result(
    backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str], tmp_path: Path
) -> None:
    directory = write_seed(tmp_path / "small", SMALL_SEED)
    made_alone = seeded(new_database(backend), directory)
    address = new_database(backend, like=templates(backend, "migrated") if backend == "postgresql" else None)
    both = [started(address, directory), started(address, directory)]
    ended = [(*process.communicate(timeout=60), process.returncode) for process in both]
    assert [(err, code) for _, err, code in ended] == [("", 0), ("", 0)]
    assert sorted(out.splitlines()[-1] for out, _, _ in ended) == [
        "Nothing has changed; the database stays at data version 1.",
        "The database is now at data version 1.",
    ]
    engine = engine_for(address)
    assert digest(engine) == digest(made_alone)
    engine.dispose()
    made_alone.dispose()


def test_a_seeder_waits_for_another_writer_for_a_bounded_time(
    loaded: sa.Engine, changes: Callable[[str], Change], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAIMBOOK_BUSY_TIMEOUT", "0.2")
    monkeypatch.setenv("CLAIMBOOK_STATEMENT_TIMEOUT", "0.2")
    change = changes(loaded.dialect.name)
    with other_writer(loaded):
        ran = claimbook("seed", "--from", change.directory, "--database", address_of(loaded))
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert re.fullmatch(r"claimbook: .*lock.*\n", ran.err)
    assert digest(loaded) == change.old
    assert claimbook("seed", "--from", change.directory, "--database", address_of(loaded)).code == 0
    assert digest(loaded) == change.new


@contextlib.contextmanager
def other_writer(engine: sa.Engine) -> Iterator[None]:
    """Another program that holds the lock of writers."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection = connection.execution_options(writes=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('claimbook.write'))")
            yield


@pytest.mark.parametrize("most", [20_000, 60_000])
def test_a_full_disk_is_one_line_and_leaves_the_old_data(
    most: int, changes: Callable[[str], Change], new_database: Callable[..., str]
) -> None:
    change = changes("sqlite")
    address = new_database("sqlite", like=change.template)
    process = started(address, change.directory, "import resource as r", f"r.setrlimit(r.RLIMIT_FSIZE, ({most}, {most}))")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.count("\n")) == (1, "", 1), err
    assert err.startswith("claimbook: ")
    engine = engine_for(address)
    assert digest(engine) == change.old
    check_whole(engine)
    load_seed(engine, change.seed)
    assert digest(engine) == change.new
    engine.dispose()
