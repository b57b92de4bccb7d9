"""Goal 5: does a page cost the same at any size, depth and level of the tree?

    python benchmarks/growth.py [SIZES, by commas] [ROUNDS]

Asks the application itself, in this process, for full pages with every filter and order that is read off an index, on
databases of each size in turn, and prints microseconds of CPU. Stores are off.
"""

import asyncio
import json
import os
import sqlite3
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
from data import database

from app.main import create_app
from app.settings import Settings

SORTS = ("id", "period", "-period")


async def answer(app: Any, path: str, query: str) -> tuple[int, bytes]:
    """Status and body of an answer."""
    sent: list[Any] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"x")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "scheme": "http",
    }

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def ask(app: Any, path: str, query: str) -> bytes:
    """The body of a good answer."""
    status, body = await answer(app, path, query)
    if status != 200:
        sys.exit(f"{path}?{query}: {body.decode()}")
    return body


def questions(path: Path) -> dict[str, str]:
    """Name → filters that find full pages; levels of the tree from the largest place to the smallest that fills one."""
    connection = sqlite3.connect(path)
    places = [
        row[0]
        for row in connection.execute(
            "SELECT region FROM statement_scope WHERE region <> '' GROUP BY 1 HAVING count(*) > 400 ORDER BY count(*) DESC"
        )
    ]
    levels = {"largest": places[0], "middle": places[len(places) // 2], "smallest": places[-1]}

    def most(column: str, table: str = "statement") -> str:
        counted = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        return str(connection.execute(counted).fetchone()[0])

    indicator, document, project = most("indicator"), most("document"), most("project")
    topic = connection.execute("SELECT topic FROM indicator WHERE code = ?", (indicator,)).fetchone()[0]
    found = {"no filter": "", f"indicator {indicator}": f"indicator={indicator}"}
    found |= {f"document {document}": f"document={document}", f"project {project}": f"project={project}"}
    for level, code in levels.items():
        for name in ("region", "within"):
            found[f"{name} {level}"] = f"{name}={code}"
        for beside in (f"indicator={indicator}", f"topic={topic}", "kind=actual", "kind=target", "from=2018&to=2019"):
            found[f"within {level}, {beside}"] = f"within={code}&{beside}"
    return found


async def main() -> None:
    """Measure and print."""
    sizes = [int(each) for each in (sys.argv[1] if len(sys.argv) > 1 else "10000,100000").split(",")]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    os.environ["CLAIMBOOK_REMEMBER_BYTES"] = "0"
    databases = {size: database(size) for size in sizes}
    apps = {size: create_app(Settings(database_url=f"sqlite:///{path}")) for size, path in databases.items()}
    asked = questions(databases[min(sizes)])
    print(f"{'CPU us a page of 50':58}" + "".join(f"{size:>12,}" for size in sizes) + "   largest/smallest")
    for name, filters in asked.items():
        for sort in SORTS:
            costs: dict[int, list[float]] = {size: [] for size in sizes}
            full = True
            for _ in range(rounds):
                for size in sizes:
                    query = "&".join(filter(None, (filters, f"sort={sort}")))
                    cost, rows = await cost_of(apps[size], query)
                    costs[size].append(cost)
                    full &= rows == 50
            best = {size: min(each) for size, each in costs.items()}
            ratio = best[max(sizes)] / best[min(sizes)]
            spread = max(statistics.median(each) / min(each) for each in costs.values())
            note = "" if full else "   (not a full page everywhere)"
            print(
                f"{name + ', ' + sort:58}" + "".join(f"{best[size]:12.0f}" for size in sizes) + f"{ratio:12.2f}{note}",
                f"±{spread - 1:.0%}",
            )


async def cost_of(app: Any, query: str) -> tuple[float, int]:
    """Microseconds of CPU for a page, the mean of forty."""
    rows = len(json.loads(await ask(app, "/v1/statements", query))["data"])
    start = time.process_time()
    for _ in range(40):
        await ask(app, "/v1/statements", query)
    return (time.process_time() - start) / 40 * 1e6, rows


if __name__ == "__main__":
    asyncio.run(main())
