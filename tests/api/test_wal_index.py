"""What a query said holds until someone commits: nobody is asked twice, and nothing old is told."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from app import wal_index
from app.wal_index import UntilCommit

listed = pytest.mark.skipif(not wal_index.DESCRIPTORS.exists(), reason="this system does not list what a process has open")


class Asked:
    """A database with one number in it, a connection that reads it, and how often it did."""

    def __init__(self, path: Path, mode: str = "wal") -> None:
        self.path, self.times = path, 0
        with self.other() as connection:
            connection.execute(f"PRAGMA journal_mode={mode}")
            connection.execute("CREATE TABLE t (n INTEGER)")
            connection.execute("INSERT INTO t VALUES (0)")
        self.connection = self.other()

    def other(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None)

    def read(self) -> int:
        self.times += 1
        return int(self.connection.execute("SELECT n FROM t").fetchone()[0])


@listed
def test_one_asks_again_only_after_a_commit_of_whichever_process(tmp_path: Path) -> None:
    asked = Asked(tmp_path / "one.db")
    until = UntilCommit(str(asked.path), asked.read)
    assert [until.get() for _ in range(5)] == [0] * 5
    assert asked.times == 2  # once to begin with, once when the log was known
    other = asked.other()
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE t SET n = 1")
    assert (until.get(), asked.times) == (0, 2), "nothing is committed yet"
    other.execute("ROLLBACK")
    assert (until.get(), asked.times) == (0, 2)
    other.execute("UPDATE t SET n = 2")
    assert ([until.get(), until.get()], asked.times) == ([2, 2], 3)
    write = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE t SET n = 3'); c.commit()"
    subprocess.run([sys.executable, "-c", write, str(asked.path)], check=True)
    assert ([until.get(), until.get()], asked.times) == ([3, 3], 4)


def test_what_is_told_is_always_what_a_fresh_reader_sees(tmp_path: Path) -> None:
    dice = Random(5)
    asked = Asked(tmp_path / "one.db")
    until = UntilCommit(str(asked.path), asked.read)
    others = [asked.other() for _ in range(3)]

    def write(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE t SET n = n + 1")

    def check(connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA wal_checkpoint({dice.choice(['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE'])})").fetchall()

    def clean(connection: sqlite3.Connection) -> None:
        connection.execute("VACUUM")

    def reopen(connection: sqlite3.Connection) -> None:
        others.remove(connection)
        connection.close()
        others.append(asked.other())

    for _ in range(2000):
        dice.choices([write, check, clean, reopen], [6, 3, 1, 2])[0](dice.choice(others))
        for _ in range(dice.randrange(3)):
            assert until.get() == others[0].execute("SELECT n FROM t").fetchone()[0]


@listed
def test_nothing_is_opened_so_that_no_lock_is_lost(tmp_path: Path) -> None:
    asked = Asked(tmp_path / "one.db")
    asked.read()
    before = sorted(wal_index.DESCRIPTORS.iterdir())
    UntilCommit(str(asked.path), asked.read).get()
    assert sorted(wal_index.DESCRIPTORS.iterdir()) == before


def test_without_a_log_or_a_list_of_descriptors_everything_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rolled_back = Asked(tmp_path / "other.db", mode="delete")
    until = UntilCommit(str(rolled_back.path), rolled_back.read)
    assert ([until.get(), until.get()], rolled_back.times) == ([0, 0], 3)
    monkeypatch.setattr(wal_index, "DESCRIPTORS", tmp_path / "nowhere")
    unlisted = Asked(tmp_path / "one.db")
    until = UntilCommit(str(unlisted.path), unlisted.read)
    assert ([until.get(), until.get()], unlisted.times) == ([0, 0], 3)
    nameless = Asked(tmp_path / "two.db")
    until = UntilCommit(None, nameless.read)
    assert ([until.get(), until.get()], nameless.times) == ([0, 0], 3)


@listed
def test_what_is_no_header_tells_nothing(tmp_path: Path) -> None:
    asked = Asked(tmp_path / "one.db")
    until = UntilCommit(str(asked.path), asked.read)
    with (tmp_path / "plain").open("w+b") as plain:
        plain.write(b"SQLite format 3\0" * 4)
        plain.flush()
        until._descriptor = plain.fileno()
        assert ([until.get(), until.get()], asked.times) == ([0, 0], 3)
    assert (until.get(), asked.times) == (0, 4), "the number of the descriptor is free again"
