"""Goals 1 to 4 and 6: pages, repeated pages, 304 and single statements, against a bare ASGI answer and two peers.

    python benchmarks/pages.py [STATEMENTS] [ROUNDS] [SECONDS]

All servers run on this machine and are asked in turn, ROUNDS times. The load generator is Python and takes the other core;
CPU time of the server for one request is the figure to read. Peers are left out, and named, where they are not installed.
"""

import itertools
import random
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from data import CLAIMBOOK, database
from measure import Server, alternate, ask, report, serving

PYTHON = sys.executable


def addresses(path: Path) -> "Questions":
    """What is asked: the larger regions of a tree, with the commoner indicators."""
    connection = sqlite3.connect(path)
    regions = connection.execute(
        "SELECT region FROM statement_scope WHERE region <> '' GROUP BY 1 HAVING count(*) > 2000 ORDER BY count(*) DESC LIMIT 40"
    )
    indicators = connection.execute(
        "SELECT indicator FROM statement WHERE indicator IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 12"
    )
    ids = connection.execute("SELECT id FROM statement WHERE status = 'published' ORDER BY id LIMIT 5000")
    return Questions(*([row[0] for row in found] for found in (regions, indicators, ids)))


class Questions:
    """Endless addresses."""

    def __init__(self, regions: list[str], indicators: list[str], ids: list[str]) -> None:
        self.regions, self.indicators, self.ids = regions, indicators, ids

    def distinct(self) -> Iterator[str]:
        """Full pages, every address another one."""
        dice = random.Random(1)
        for number in itertools.count():
            region, indicator = dice.choice(self.regions), dice.choice(self.indicators)
            yield f"/v1/statements?within={region}&indicator={indicator}&from={1000 + number % 900}-{1 + number // 900 % 12:02d}"

    def few(self) -> Iterator[str]:
        """The same without days, for peers that have no such filter."""
        dice = random.Random(1)
        while True:
            yield f"/v1/statements?within={dice.choice(self.regions)}&indicator={dice.choice(self.indicators)}"

    def repeated(self) -> Iterator[str]:
        """One page again and again."""
        while True:
            yield f"/v1/statements?within={self.regions[0]}"

    def one(self) -> Iterator[str]:
        """Statements, each by its id."""
        return (f"/v1/statements/{each}" for each in itertools.cycle(self.ids))

    def rows(self) -> Iterator[str]:
        """The same pages as Datasette answers them: stored JSON joined by SQL."""
        dice = random.Random(1)
        sql = (
            "select group_concat(whole) as data from (select r.whole from statement_scope s join representation r "
            "on r.statement = s.statement where s.region = :region and s.own = 0 and s.indicator = :indicator "
            "order by s.statement limit 50)"
        )
        while True:
            yield (
                f"/data.json?sql={quote(sql)}&region={dice.choice(self.regions)}"
                f"&indicator={dice.choice(self.indicators)}&_shape=arrayfirst"
            )


def bare(size: int) -> tuple[list[str], dict[str, str]]:
    """The command and environment of the bare answer of `size` bytes."""
    command = [PYTHON, "-m", "uvicorn", "--app-dir", "benchmarks", "bare:app", "--port", "{port}"]
    return [*command, "--log-level", "critical", "--no-access-log"], {"BYTES": str(size)}


def etag_of(server: Server, path: str) -> str:
    """The name of an answer."""
    with urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
        return str(answer.headers["etag"])


def bytes_of(server: Server, path: str) -> int:
    """How long an answer is."""
    with urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
        return len(answer.read())


def main() -> None:
    """Measure and print."""
    statements, rounds, seconds = (int(each) for each in (*sys.argv[1:], *("100000", "5", "3")[len(sys.argv) - 1 :]))
    path = database(statements)
    asked = addresses(path)
    serve = [CLAIMBOOK, "serve", "--database", f"sqlite:///{path}", "--port", "{port}"]
    stores_off = {"CLAIMBOOK_REMEMBER_BYTES": "0"}
    with ExitStack() as stack:

        def start(*args: object, **more: object) -> Server:
            return stack.enter_context(serving(*args, **more))  # type: ignore[arg-type]

        warm = start("page, every address different, warm", serve, asked.distinct)
        size = bytes_of(warm, next(asked.repeated()))
        command, env = bare(size)
        limit = start(f"bare ASGI, {size / 1000:.1f} KB", command, asked.repeated, env=env)
        servers = [
            limit,
            warm,
            start("the same, every store off", serve, asked.distinct, env=stores_off),
            start("page repeated, version checked", serve, asked.repeated),
        ]
        if find_spec("datasette"):
            shown = [PYTHON, "-m", "datasette", "serve", named_data(path), "--port", "{port}"]
            servers.append(start("Datasette, SQL that joins stored JSON", shown, asked.rows))
        else:
            print("not measured: Datasette (pip install -r benchmarks/requirements.txt)")
        if find_spec("fastapi_pagination"):
            usual = [PYTHON, "-m", "uvicorn", "--app-dir", "benchmarks", "usual:app", "--port", "{port}", "--no-access-log"]
            servers.append(start("fastapi-pagination over the ORM", usual, asked.few, env={"DATABASE_URL": f"sqlite:///{path}"}))
        else:
            print("not measured: fastapi-pagination (pip install -r benchmarks/requirements.txt)")
        alternate(servers, rounds=rounds, seconds=seconds)
        report(servers, limit)
        command, env = bare(1000)
        small = start("bare ASGI, 1 KB", command, asked.repeated, env=env)
        single = start("one statement by id", serve, asked.one)
        known = start("304", serve, asked.repeated)
        known.headers = f"If-None-Match: {etag_of(known, next(asked.repeated()))}\r\n"
        alternate([small, single, known], rounds=rounds, seconds=seconds)
        print()
        report([small, single, known], small)
        print(f"\nmemory of the server that was asked for different pages: {servers[1].memory():.0f} MiB anonymous")
        print("64 new clients at once, on the warm pages:")
        crowd(servers[1], limit)


def crowd(server: Server, limit: Server) -> None:
    """How long the last of 64 new connections waits for its first answer, against its fair share."""
    for each in (limit, server):
        found = ask(each, 0.5, connections=64)
        fair = found.seconds / max(found.requests, 1) * 64
        print(f"{each.name:38} slowest answer {max(found.latencies) * 1000:7.1f} ms, fair share {fair * 1000:7.1f} ms")


def named_data(path: Path) -> str:
    """Datasette names a database after its file; ours is called `data` in addresses."""
    link = path.with_name("data.db")
    link.unlink(missing_ok=True)
    link.symlink_to(path)
    return str(link)


if __name__ == "__main__":
    main()
