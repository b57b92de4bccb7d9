"""How much memory does an export take? Writes generated statements as each format and prints the growth of the peak.

    python benchmarks/exports.py [ROWS] [DIRECTORY]

Each export runs in a process of its own, once on a tenth of the rows and once on all: a memory curve that is flat prints
about the same growth twice. The database is made in DIRECTORY (default: a temporary one) and used again when it is there.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
SUFFIXES = ("csv", "ndjson", "json", "parquet", "xlsx")


def make(path: Path, rows: int) -> None:
    """A database of `rows` statements: some thousand made ones, and copies of them under other ids."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    import sqlalchemy as sa
    from made import made
    from make import migrated

    engine = made(migrated(f"sqlite:///{path}"), 2_000)
    with engine.begin() as connection:
        for table in ("statement", "statement_region"):
            names = [column["name"] for column in sa.inspect(connection).get_columns(table)]
            key = "id" if table == "statement" else "statement"
            picked = ", ".join(f"{table}.{name}" if name != key else f"{table}.{name} || '-copy-' || n" for name in names)
            connection.execute(
                sa.text(
                    f"WITH RECURSIVE copies(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < {rows // 2_000 - 1}) "
                    f"INSERT INTO {table} ({', '.join(names)}) SELECT {picked} FROM {table} JOIN copies"
                )
            )
    engine.dispose()


def export(database: Path, suffix: str, out: Path) -> None:
    """Export in this process and print peak growth in MiB, seconds and bytes."""
    sys.path.insert(0, str(ROOT))
    from app.db import make_engine
    from app.exporting import export as write
    from app.settings import Settings

    settings = Settings(database_url=f"sqlite:///{database}")
    engine = make_engine(settings)
    write(settings, engine, f"units.{suffix}", [], out)  # what is loaded once is not counted
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    size = write(settings, engine, f"statements.{suffix}", [], out)
    took, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{(after - before) / 1024:8.1f} MiB {took:8.1f} s {size / 2**20:9.1f} MiB written", flush=True)
    engine.dispose()


def main() -> None:
    """Make the database and run every export in a process of its own."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    directory = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp(prefix="claimbook-exports-"))
    databases = {count: directory / f"made-{count}.db" for count in (rows // 10, rows)}
    for count, path in databases.items():
        if not path.exists():
            make(path, count)
    print(f"peak memory while statements are exported: {rows // 10:,} rows, then {rows:,}")
    for suffix in SUFFIXES:
        for count, path in databases.items():
            print(f"{suffix:8} {count:9,} rows", end=" ", flush=True)
            command = [sys.executable, __file__, "--one", str(path), suffix, str(directory / f"rows.{suffix}")]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        export(Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
    else:
        main()
