"""Goal 9: what does the export of a whole database cost in time and memory, against the tools that do nothing else?

    python benchmarks/exports.py [STATEMENTS] [ROUNDS]

Each export runs in a process of its own, in turn with its peer: the sqlite3 shell writes the same stored rows (NDJSON) or the
same columns joined from the tables (CSV); DuckDB writes the Parquet file anew from itself. Prints CPU seconds and the growth
of the peak of memory over an idle program. A tenth of the rows is exported first: a flat curve grows by the same amount twice.
"""

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from data import CLAIMBOOK, database

CSV = """select s.id, s.document, d.title, d.publisher, d.published_on, s.text, s.exact, s.indicator, i.name, i.topic, s.measure,
s.base_region, s.base_indicator, s.base_period, s.counted, s.kind, (select group_concat(region, ';') from statement_region r
where r.statement = s.id), s.project, s.value, s.comparator, s.approximate, s.lower, s.lower_inclusive, s.upper,
s.upper_inclusive, s.interval_basis, s.unit, s.period_label, s.period_type, s.period_start, s.period_end, s.period_basis,
s.period_as_written, s.speaker, s.attribution_mode, s.attribution_basis, s.evidence_start, s.evidence_end, s.paragraph, d.url,
s.cell, s.status, s.version, s.changed_in from statement s join document d on d.code = s.document
left join indicator i on i.code = s.indicator order by s.id"""


def run(command: list[str], out: Path) -> tuple[float, float]:
    """CPU seconds and peak memory in MiB of a command that writes to a file."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with out.open("wb") as file:
        wrapped = [sys.executable, str(Path(__file__)), "--child", *command]
        told = subprocess.run(wrapped, stdout=file, stderr=subprocess.PIPE, check=True, text=True).stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, float(told.rsplit("peak ", 1)[1]) / 1024


def child(command: list[str]) -> None:
    """Run a command and tell its peak of memory."""
    subprocess.run(command, check=True)
    print(f"peak {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}", file=sys.stderr)


def ours(path: Path, suffix: str) -> list[str]:
    """The command that exports everything."""
    return [CLAIMBOOK, "export", f"statements.{suffix}", "--database", f"sqlite:///{path}", "--out", "-"]


def peers(path: Path, parquet: Path) -> dict[str, list[str]]:
    """Suffix → what writes the same."""
    found: dict[str, list[str]] = {}
    shell = shutil.which("sqlite3")
    if shell:
        found["ndjson"] = [shell, str(path), "select flat from representation order by statement"]
        found["csv"] = [shell, "-csv", "-header", str(path), CSV]
    if find_spec("duckdb"):
        copy = (
            f"import duckdb; duckdb.sql(\"set threads=1; copy (from '{parquet}') to '/dev/stdout' (format parquet, codec zstd)\")"
        )
        found["parquet"] = [sys.executable, "-c", copy]
    return found


def main() -> None:
    """Measure and print."""
    statements, rounds = (int(each) for each in (*sys.argv[1:], *("100000", "3")[len(sys.argv) - 1 :]))
    paths = {rows: database(rows) for rows in (statements // 10, statements)}
    with tempfile.TemporaryDirectory() as directory:
        out, parquet = Path(directory, "out"), Path(directory, "all.parquet")
        _, idle = run([CLAIMBOOK, "export", "units.csv", "--database", f"sqlite:///{paths[statements]}", "--out", "-"], out)
        run(ours(paths[statements], "parquet"), parquet)
        beside = peers(paths[statements], parquet)
        for suffix in ("ndjson", "csv", "parquet"):
            growth = [run(ours(path, suffix), out)[1] - idle for path in paths.values()]
            times: dict[str, list[float]] = {"ours": [], "peer": []}
            for _ in range(rounds):
                times["ours"].append(run(ours(paths[statements], suffix), out)[0])
                if suffix in beside:
                    times["peer"].append(run(beside[suffix], Path(directory, "peer"))[0])
            cost = statistics.median(times["ours"])
            line = f"{suffix:8} {cost:7.2f} s CPU, {out.stat().st_size / 2**20:8.1f} MiB, memory over idle "
            line += " and ".join(f"{each:6.1f} MiB ({rows:,} rows)" for each, rows in zip(growth, paths, strict=True))
            if times["peer"]:
                line += f"; peer {statistics.median(times['peer']):6.2f} s, ratio {statistics.median(times['peer']) / cost:.2f}"
            print(f"{line}{'' if times['peer'] else '; peer not installed, not measured'}", flush=True)


if __name__ == "__main__":
    child(sys.argv[2:]) if sys.argv[1:2] == ["--child"] else main()
