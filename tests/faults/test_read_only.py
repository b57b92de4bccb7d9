"""A database file that may only be read: everything is answered from it, and whoever would write is told why not."""

import ctypes
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import client_for
from make import SMALL_SEED, engine_for, write_seed
from observe import claimbook

from app.db import make_engine
from app.serving import prepare
from app.settings import Settings

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="root obeys the rights of files on Linux alone, where it can give up not to"
)

PATHS = [
    "/",
    "/v1",
    "/v1/statements?limit=1000",
    "/v1/statements.csv",
    "/v1/search?q=rail",
    "/v1/comparisons",
    "/readyz",
    "/v1/exports",
]
WRITERS = [("seed",), ("seed", "--from"), ("import",), ("migrate",), ("documents", "attach")]
OVERRIDE = 1 << 1  # CAP_DAC_OVERRIDE


@contextmanager
def obeying_rights() -> Iterator[None]:
    """Within, root obeys the rights of files as any user does."""
    if os.geteuid():
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, held = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, held) == 0
    given_up = (ctypes.c_uint32 * 6)(*held)
    given_up[0] &= ~OVERRIDE
    assert libc.capset(header, given_up) == 0
    try:
        yield
    finally:
        assert libc.capset(header, held) == 0


@pytest.fixture(params=["alone", "in a directory that may be written", "beside a writer"])
def protected(request: pytest.FixtureRequest, templates: Callable[[str, str], str], tmp_path: Path) -> Iterator[Path]:
    """A file with the shipped data and without the right to write it."""
    directory = tmp_path / "protected"
    directory.mkdir()
    file = directory / "claimbook.db"
    shutil.copy(sa.make_url(templates("sqlite", "seeded")).database or "", file)
    writer = engine_for(f"sqlite:///{file}")
    if request.param == "beside a writer":
        with writer.begin() as connection:
            connection.exec_driver_sql("UPDATE region SET note = 'written'")
        held = writer.connect()
        held.exec_driver_sql("SELECT 1 FROM region")
    for each in directory.iterdir():
        each.chmod(0o444)
    directory.chmod(0o755 if request.param.startswith("in") else 0o555)
    yield file
    directory.chmod(0o755)
    if request.param == "beside a writer":
        held.close()
    writer.dispose()


def answers(file: Path) -> list[tuple[int, bytes]]:
    engine = make_engine(Settings(database_url=f"sqlite:///{file}"))
    assert list(prepare(engine, migrate_postgres=False)) == []
    client = client_for(engine)
    found = [(answer.status_code, answer.content) for answer in map(client.get, PATHS)]
    engine.dispose()
    return found


def test_everything_is_answered_from_a_file_that_may_only_be_read(protected: Path) -> None:
    expected = answers(protected)
    assert {status for status, _ in expected} == {200}
    before = hashlib.sha256(protected.read_bytes()).hexdigest()
    with obeying_rights():
        assert not os.access(protected, os.W_OK, effective_ids=True)
        assert answers(protected) == expected
    assert hashlib.sha256(protected.read_bytes()).hexdigest() == before


def test_who_would_write_to_it_is_told_so_in_one_line(protected: Path, tmp_path: Path) -> None:
    given = {
        ("seed", "--from"): write_seed(tmp_path / "small", SMALL_SEED),
        ("import",): tmp_path / "made.ndjson",
        ("documents", "attach"): tmp_path,
    }
    claimbook("generate", "3", "--out", tmp_path / "made.ndjson")
    with engine_for(f"sqlite:///{protected}").begin() as connection:
        connection.exec_driver_sql("UPDATE instance SET rendering = 0")  # so that there is something to migrate
    before = hashlib.sha256(protected.read_bytes()).hexdigest()
    with obeying_rights():
        for command in WRITERS:
            ran = claimbook(*command, *([given[command]] if command in given else []), "--database", f"sqlite:///{protected}")
            assert (ran.code, ran.out) == (1, ""), ran
            assert ran.err == f"claimbook: {protected} may only be read here; nothing was written.\n"
    assert hashlib.sha256(protected.read_bytes()).hexdigest() == before


def test_it_can_be_exported_and_copied(protected: Path, tmp_path: Path) -> None:
    with obeying_rights():
        for command in (("export", "units.csv", "--out", tmp_path / "units.csv"), ("backup", tmp_path / "copy.db", "--drill")):
            ran = claimbook(*command, "--database", f"sqlite:///{protected}")
            assert ran.code == 0, ran
