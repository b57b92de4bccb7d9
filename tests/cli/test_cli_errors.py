"""What goes wrong is one line on stderr and exit code 1: no traceback, no secret, and not a byte of any file is changed."""

import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from observe import Ran, address_of, claimbook

from app.db import SCHEMA_REVISION

UNREACHABLE = "postgresql://someone:hunter2@127.0.0.1:1/claims"
EVERY = {
    "serve": ("serve", "--port", "0"),
    "migrate": ("migrate",),
    "seed": ("seed",),
    "check": ("seed", "--check"),
    "verify": ("verify",),
    "attach": ("documents", "attach", "nothing.txt"),
}
"""Every command that opens a database."""


def line_of(ran: Ran) -> str:
    """The one line that an error is."""
    assert (ran.code, ran.out) == (1, ""), ran
    assert ran.err.startswith("claimbook: ")
    assert ran.err.count("\n") == 1
    assert "hunter2" not in ran.err
    return ran.err.removeprefix("claimbook: ").rstrip("\n")


@pytest.mark.parametrize("command", EVERY)
@pytest.mark.parametrize(
    ("address", "said"),
    [
        (UNREACHABLE, "The database cannot be reached or opened: connection failed: "),
        ("mysql://someone:hunter2@host/claims", "The database address is not understood: "),
        ("claims.db", "The database address is not understood: "),
        ("", "The database address is not understood: "),
        ("sqlite://", "A database in memory would be gone with this command; sqlite:///file.db was expected."),
    ],
)
def test_an_address_that_leads_nowhere_is_one_line(command: str, address: str, said: str) -> None:
    assert line_of(claimbook(*EVERY[command], "--database", address)).startswith(said)


@pytest.mark.parametrize("command", EVERY)
def test_a_directory_is_no_database(command: str, tmp_path: Path) -> None:
    said = f"{tmp_path} is a directory; the path of a SQLite file was expected."
    assert line_of(claimbook(*EVERY[command], "--database", f"sqlite:///{tmp_path}")) == said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", EVERY)
def test_garbage_is_no_database_and_stays_as_it_is(command: str, tmp_path: Path) -> None:
    file = tmp_path / "claims.db"
    content = b"This is a letter to a friend.\n" * 300
    file.write_bytes(content)
    line = line_of(claimbook(*EVERY[command], "--database", f"sqlite:///{file}"))
    assert line == "The database is not usable: file is not a database"
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("claims.db", content)]


@pytest.mark.parametrize("command", EVERY)
def test_a_schema_newer_than_the_program_is_left_alone(command: str, loaded: sa.Engine) -> None:
    with loaded.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '2999_01_01_moons'")
    before = bytes_of(loaded)
    line = line_of(claimbook(*EVERY[command], "--database", address_of(loaded)))
    assert line.startswith(f"The database's schema (2999_01_01_moons) is newer than this program's ({SCHEMA_REVISION}); install")
    assert bytes_of(loaded) == before


def bytes_of(engine: sa.Engine) -> bytes:
    """The file of a SQLite database, with all that waits in its log."""
    engine.dispose()
    if engine.dialect.name != "sqlite":
        return b""
    with closing(sqlite3.connect(engine.url.database or "")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(engine.url.database or "").read_bytes()


@pytest.mark.parametrize("command", ["serve", "seed", "verify", "attach"])
def test_postgresql_without_a_schema_is_told_how_to_get_one(command: str, new_database: Callable[..., str]) -> None:
    line = line_of(claimbook(*EVERY[command], "--database", new_database("postgresql")))
    assert line == "The database holds no Claimbook schema; run `claimbook migrate`."


@pytest.mark.parametrize("command", ["verify", "attach"])
def test_a_command_that_makes_no_database_says_which_does(command: str, tmp_path: Path) -> None:
    line = line_of(claimbook(*EVERY[command], "--database", f"sqlite:///{tmp_path}/none.db"))
    assert line == f"There is no database {tmp_path}/none.db; `claimbook serve`, `migrate`, `seed` or `import` makes one."
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    line = line_of(claimbook("migrate", "--database", f"sqlite:///{tmp_path}/none/claims.db"))
    assert line == f"The directory {tmp_path}/none of the database does not exist."


def test_a_table_that_is_gone_is_one_line(loaded: sa.Engine) -> None:
    with loaded.begin() as connection:
        connection.exec_driver_sql("DROP TABLE quotation")
        connection.exec_driver_sql("ALTER TABLE statement RENAME TO lost")
    assert "statement" in line_of(claimbook("verify", "--database", address_of(loaded)))


def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        line = line_of(claimbook("serve", "--port", port, "--database", f"sqlite:///{tmp_path}/new.db"))
    assert line == f"127.0.0.1:{port} is taken; --port or --host chooses another."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("no such host", "The host 'no such host' is not known ("),
        ("192.0.2.1", "192.0.2.1:0 cannot be listened on ("),
    ],
)
def test_a_host_that_is_not_ours_is_one_line(host: str, said: str) -> None:
    assert line_of(claimbook("serve", "--port", "0", "--host", host)).startswith(said)


@pytest.mark.parametrize(
    ("environment", "arguments", "said"),
    [
        ({"CLAIMBOOK_PORT": "http"}, ("serve",), "CLAIMBOOK_PORT: Input should be a valid integer"),
        ({"CLAIMBOOK_PORT": "http"}, ("migrate",), "CLAIMBOOK_PORT: Input should be a valid integer"),
        ({}, ("serve", "--port", "65536"), "--port: Input should be less than or equal to 65535"),
        ({"CLAIMBOOK_SERVE_QUOTES": "perhaps"}, ("serve",), "CLAIMBOOK_SERVE_QUOTES: Input should be a valid boolean"),
        ({"CLAIMBOOK_POOL_SIZE": "0"}, ("verify",), "CLAIMBOOK_POOL_SIZE: Input should be greater than or equal to 1"),
        ({"CLAIMBOOK_BUSY_TIMEOUT": "NaN"}, ("seed",), "CLAIMBOOK_BUSY_TIMEOUT: Input should be "),
        ({"DATABASE_URL": UNREACHABLE}, ("verify",), "The database cannot be reached or opened: "),
        ({"DATABASE_URL": "hunter2"}, ("verify",), "The database address is not understood: "),
    ],
)
def test_a_wrong_setting_is_named_by_the_place_it_was_set_in(
    environment: dict[str, str], arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert line_of(claimbook(*arguments)).startswith(said)


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", UNREACHABLE)
    assert claimbook("migrate", "--database", f"sqlite:///{tmp_path}/new.db").code == 0


def test_a_misspelt_command_is_a_usage_error() -> None:
    ran = claimbook("sed")
    assert (ran.code, ran.out) == (2, "")
    assert "No such command 'sed'" in ran.err
