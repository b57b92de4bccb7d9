"""Goal 10: what do search, the comparison of a cell and a series cost, and does anybody wait meanwhile?

    python benchmarks/questions.py [STATEMENTS] [ROUNDS]

Asks the application in this process, with every store off. Beside the time of each answer stands the longest that the event
loop was held meanwhile, which is how long another client would have waited.
"""

import asyncio
import gc
import json
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent.parent))
from data import database
from growth import ask

from app.main import create_app
from app.settings import Settings


def questions(path: Path) -> Iterator[tuple[str, str, str]]:
    """Name, path, query: the commonest word and a rare one, names, a number, cells of few and of many figures, series."""
    connection = sqlite3.connect(path)
    for name, words in (
        ("commonest word", "yuan"),
        ("two common words", "trade billion"),
        ("a name", "Dongzhou"),
        ("a Chinese name", "大地国"),
        ("a number", "75.61"),
        ("a word nobody wrote", "xylophone"),
    ):
        yield f"search, {name}", "/v1/search", f"q={quote(words)}"
    largest = "SELECT cell, statements FROM comparison ORDER BY statements DESC, cell LIMIT 1"
    usual = "SELECT cell, statements FROM comparison WHERE statements BETWEEN 2 AND 4 ORDER BY cell LIMIT 1"
    for sql in (usual, largest):
        cell, figures = connection.execute(sql).fetchone()
        yield f"comparison of a cell of {figures}", f"/v1/comparisons/{quote(cell)}", ""
    points = (
        "SELECT region, indicator FROM statement s JOIN statement_region r ON r.statement = s.id WHERE indicator IS NOT NULL "
        "AND kind = 'actual' AND measure = 'level' GROUP BY 1, 2 ORDER BY {} LIMIT 1"
    )
    days = "count(DISTINCT s.period_key)"
    for order in (f"{days} DESC", f"abs({days} - 1000), count(*)"):
        region, indicator = connection.execute(points.format(order)).fetchone()
        yield f"series of {indicator} in {region}", "/v1/series", f"region={region}&indicator={indicator}"


async def main() -> None:
    """Measure and print."""
    statements, rounds = (int(each) for each in (*sys.argv[1:], *("1000000", "10")[len(sys.argv) - 1 :]))
    os.environ["CLAIMBOOK_REMEMBER_BYTES"] = "0"
    path = database(statements)
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    gc.freeze()  # as the server does
    print(f"{'':46} {'ms':>8} {'spread':>8} {'held ms':>8}")
    for name, address, query in questions(path):
        times, held = [], []
        body = json.loads(await ask(app, address, query))
        for _ in range(rounds):
            start = time.perf_counter()
            await ask(app, address, query)
            times.append((time.perf_counter() - start) * 1000)
            watch = asyncio.ensure_future(longest_hold())
            await asyncio.sleep(0)
            await ask(app, address, query)
            watch.cancel()
            held.append(await watch)
        middle = statistics.median(times)
        print(f"{name:46} {middle:8.1f} {(max(times) - min(times)) / middle:8.0%} {max(held):8.1f}   {told(body)}")


def told(body: dict[str, Any]) -> str:
    """How much an answer holds."""
    rows = body.get("data", body)
    points = sum(len(each.get("points", ())) for each in rows) if isinstance(rows, list) and rows and "points" in rows[0] else 0
    return f"{points} points" if points else f"{len(rows)} rows" if isinstance(rows, list) else ""


async def longest_hold() -> float:
    """The longest in milliseconds that a task which wants to run every millisecond was kept from it; until cancelled."""
    longest, last = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, (now - last) * 1000 - 1), now
    except asyncio.CancelledError:
        return longest


if __name__ == "__main__":
    asyncio.run(main())
