"""What a database says, as plain values (equal snapshots, equal databases, whatever the engine), and what a command prints."""

import contextlib
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from make import ROOT
from starlette.testclient import TestClient

from app.cli import main
from app.models import Table

OWN = {("instance", "key"), ("change", "at")}
"""Columns that differ between databases with the same data: the secret key and the times."""

COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]
"""The command line as a process of its own; the console script does nothing else."""

Rows = list[dict[str, Any]]


def snapshot(engine: sa.Engine) -> dict[str, Rows]:
    """Every row of every table."""
    with engine.connect() as connection:
        return snapshot_within(connection)


def snapshot_within(connection: sa.Connection) -> dict[str, Rows]:
    """Every row of every table, as a transaction sees them."""
    return {table.name: _rows(connection, table) for table in Table.metadata.sorted_tables}


def _rows(connection: sa.Connection, table: sa.Table) -> Rows:
    columns = [column for column in table.columns if (table.name, column.name) not in OWN]
    select = sa.select(*columns).order_by(*table.primary_key)
    return [dict(row) for row in connection.execute(select).mappings()]


def digest(engine: sa.Engine) -> str:
    """SHA-256 of every row of every table."""
    return hashlib.sha256(repr(snapshot(engine)).encode()).hexdigest()


def rows_of(engine: sa.Engine, table: str) -> Rows:
    """The rows of one table."""
    with engine.connect() as connection:
        return _rows(connection, Table.metadata.tables[table])


def changes_in(engine: sa.Engine, version: int) -> dict[tuple[str, str], tuple[str, str]]:
    """What a data version changed: resource and code → operation and fields."""
    return {
        (row["resource"], row["code"]): (row["operation"], row["fields"])
        for row in rows_of(engine, "change")
        if row["version"] == version
    }


def edit(file: Path, old: str, new: str) -> None:
    """Replace the one place in a file where `old` stands."""
    content = file.read_text("utf-8")
    assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in {file}"
    file.write_text(content.replace(old, new), "utf-8")


class Ran(NamedTuple):
    """A command that has ended: its exit code and what it printed."""

    code: int
    out: str
    err: str


def claimbook(*arguments: object) -> Ran:
    """Run a command in this process, as the console script would."""
    out, err, code, before = io.StringIO(), io.StringIO(), 0, sys.argv
    sys.argv = ["claimbook", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        sys.argv = before
    return Ran(code, out.getvalue(), err.getvalue())


def address_of(engine: sa.Engine) -> str:
    """The address of a database, as `--database` takes it."""
    return engine.url.render_as_string(hide_password=False)


NURSERY = """
import json, os, sys
import alembic.command, psycopg
from app.cli import main
from app.db import make_engine
from app.seed.load import load_seed
from app.settings import Settings
from app.upgrade import migrate
for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        exec(json.loads(line))
        os._exit(0)
    print(child, flush=True)
    print(os.waitpid(child, 0)[1], flush=True)
"""


class Nursery:
    """A process that has imported all there is to import, and runs Python lines in children of its own, to be killed."""

    def __init__(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            cwd=ROOT,
            env={**os.environ, **environment},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def kill(self, source: str, wait: Callable[[], None]) -> bool:
        """Start a child, wait, kill it with SIGKILL; whether it had not ended before."""
        child = self._start(source)
        wait()
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        status = self._end()
        assert status in (0, signal.SIGKILL), status
        return status != 0

    def run(self, source: str, directory: Path, *arguments: object) -> Ran:
        """Run a command in a child to its end, after statements of Python; what it prints goes through files in a directory."""
        out, err, command = directory / "out", directory / "err", ["claimbook", *map(str, arguments)]
        flags = "os.O_WRONLY | os.O_CREAT | os.O_TRUNC"
        streams = "; ".join(f"os.dup2(os.open({str(file)!r}, {flags}), {number})" for number, file in ((1, out), (2, err)))
        self._start(f"{streams}\n{source}\nsys.argv = {command!r}\nmain()\nsys.stdout.flush()")
        status = self._end()
        return Ran(os.waitstatus_to_exitcode(status), out.read_text("utf-8"), err.read_text("utf-8"))

    def _start(self, source: str) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(source) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def _end(self) -> int:
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


@contextlib.contextmanager
def counting(client: TestClient) -> Iterator[list[str]]:
    """The SQL statements that a block sends."""
    engine: sa.Engine = client.app.state.engine  # type: ignore[attr-defined]
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.split(maxsplit=1)[0] not in ("BEGIN", "COMMIT", "ROLLBACK", "SET"):
            sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
