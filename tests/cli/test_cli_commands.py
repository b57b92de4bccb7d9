"""What each command says and does when all is well."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from make import SEED, SMALL_SEED, write_seed
from observe import address_of, claimbook, digest, rows_of

from app.db import SCHEMA_REVISION
from app.version import VERSION

COMMANDS = {
    "": ("serve", "migrate", "seed", "verify", "export", "mcp", "documents", "--version"),
    "serve": ("--database", "--host", "--port", "--workers", "--access-log", "--migrate"),
    "migrate": ("--database",),
    "seed": ("--from", "--check", "--prune", "--database"),
    "export": ("--out", "--database", "LIST[.FORMAT]", "FILTER..."),
    "mcp": ("--database", "--http", "--port"),
    "verify": ("--database", "document"),
    "documents": ("attach",),
    "documents attach": ("--accept", "--database", "paths"),
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_seed(tmp_path / "small", SMALL_SEED)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    ran = claimbook(*command.split(), "--help")
    assert (ran.code, ran.err) == (0, "")
    assert [word for word in COMMANDS[command] if word not in ran.out] == []


def test_the_version_is_told() -> None:
    assert claimbook("--version") == (0, f"claimbook {VERSION}\n", "")


def test_seeding_tells_what_it_did_and_that_nothing_was_left_to_do(small: Path, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/new.db"
    first = claimbook("seed", "--from", small, "--database", address)
    assert (first.code, first.err) == (0, "")
    assert first.out.splitlines() == [
        "actor: 2 created",
        "document: 1 created",
        "indicator: 1 created",
        "region: 2 created",
        "statement: 3 created",
        "unit: 2 created",
        "The database is now at data version 1.",
    ]
    second = claimbook("seed", "--from", small, "--database", address)
    assert second == (0, "Nothing has changed; the database stays at data version 1.\n", "")


def test_a_check_needs_no_database_and_makes_none(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ran = claimbook("seed", "--from", small, "--check")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[-2:] == ["statement: 3 read", "The seed data are sound; nothing was written."]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_check_against_a_database_changes_not_a_byte_of_it(small: Path, tmp_path: Path) -> None:
    for name, content in (("empty.db", b""), ("used.db", None)):
        file = tmp_path / name
        address = f"sqlite:///{file}"
        if content is None:
            claimbook("seed", "--from", small, "--database", address)
        else:
            file.write_bytes(content)
        before = file.read_bytes()
        ran = claimbook("seed", "--from", small, "--check", "--database", address)
        assert (ran.code, ran.out.splitlines()[-1]) == (0, "The seed data are sound; nothing was written.")
        assert file.read_bytes() == before


def test_documents_that_the_directory_does_not_hold_are_listed_and_pruned_on_request(
    empty: sa.Engine, small: Path, tmp_path: Path
) -> None:
    address = address_of(empty)
    claimbook("seed", "--from", small, "--database", address)
    other = write_seed(tmp_path / "other", {"regions.yaml": SMALL_SEED["regions.yaml"]})
    left = claimbook("seed", "--from", other, "--database", address)
    assert left.out.splitlines()[0] == "Documents of other directories, left alone (--prune would delete them): harbour"
    would = claimbook("seed", "--from", other, "--prune", "--check", "--database", address)
    assert "Not in the directory, would be removed: harbour" in would.out
    assert len(rows_of(empty, "document")) == 1
    removed = claimbook("seed", "--from", other, "--prune", "--database", address)
    assert removed.out.splitlines() == [
        "document: 1 removed",
        "statement: 3 removed",
        "Not in the directory, removed: harbour",
        "The database is now at data version 2.",
    ]
    assert rows_of(empty, "document") == []


def test_the_shipped_data_are_what_is_seeded_when_nothing_else_is_named(loaded: sa.Engine) -> None:
    ran = claimbook("seed", "--database", address_of(loaded))
    assert ran == (0, "Nothing has changed; the database stays at data version 1.\n", "")
    assert claimbook("seed", "--check", "--from", SEED, "--database", address_of(loaded)).code == 0


def test_migrating_tells_from_where_to_where(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/new.db"
    first, second = (claimbook("migrate", "--database", address) for _ in range(2))
    assert (first.code, first.out) == (0, f"The schema is now at {SCHEMA_REVISION} (before: none).\n")
    assert (second.code, second.out) == (0, f"The schema is at {SCHEMA_REVISION} already; nothing to do.\n")


def test_the_database_may_be_named_by_the_environment(loaded: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", address_of(loaded))
    before = digest(loaded)
    assert claimbook("migrate").out.endswith("nothing to do.\n")
    assert claimbook("verify").out.endswith(" unattached\n")
    assert digest(loaded) == before
