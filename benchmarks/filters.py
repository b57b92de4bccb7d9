"""Goal 5, the rest of it: what does every pair of filters cost, in the two orders that dashboards ask for?

    python benchmarks/filters.py [STATEMENTS] [SECONDS] [alone]

Asks the application itself, in this process, for a page with each filter and each pair of filters, once with values that
many statements have and once with values that few have, and prints milliseconds: the slower of the two, in Markdown.
SECONDS is the time limit of a query; what ran into it, and was told so, stands as `limit`. With `alone` each filter is asked
for by itself, and no pairs. Stores are off.
"""

import asyncio
import os
import sqlite3
import sys
import time
from itertools import combinations_with_replacement
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))
from data import database
from growth import answer

from app.main import create_app
from app.settings import Settings

SORTS = ("id", "-period")
OF_STATEMENTS = {
    "indicator": "indicator",
    "measure": "measure",
    "kind": "kind",
    "project": "project",
    "document": "document",
    "unit": "unit",
    "comparator": "comparator",
    "period_basis": "period_basis",
    "period_type": "period_type",
    "cell": "cell",
    "status": "status",
    "period": "period_label",
}
"""Filter → the column of statements that its values stand in."""
JOINED = {
    "region": "SELECT region FROM statement_scope WHERE own AND region <> ''",
    "within": "SELECT region FROM statement_scope WHERE region <> ''",
    "topic": "SELECT topic FROM statement JOIN indicator ON indicator = code",
    "publisher": "SELECT publisher FROM statement JOIN document ON document = code",
    "actor": "SELECT speaker FROM statement WHERE speaker IS NOT NULL",
}
"""Filter → its values, one for each statement that has it."""
GIVEN = {
    "from": ("2015", "2035"),
    "to": ("2024", "1950"),
    "published_from": ("2000", "2026"),
    "published_to": ("2030", "2001"),
    "q": ("the", "unheard"),
    "has_quantity": ("true", "false"),
    "value": ("gt:0", "gt:900000000000"),
    "cumulative": ("false", "true"),
}
"""Filter → a value that many have, and one that few or none have."""


def values(path: Path) -> dict[str, tuple[str, str]]:
    """Filter → the commonest value, and the rarest."""
    connection = sqlite3.connect(path)
    all_of = {name: f"SELECT {column} FROM statement WHERE {column} IS NOT NULL" for name, column in OF_STATEMENTS.items()}
    found: dict[str, tuple[str, str]] = {}
    for name, each in {**JOINED, **all_of}.items():
        counted = f"WITH v (v) AS ({each}) SELECT v FROM v GROUP BY 1 ORDER BY count(*) DESC, v"
        rows = [str(row[0]) for row in connection.execute(counted)]
        found[name] = rows[0], rows[-1]
    return found | GIVEN


async def main() -> None:
    """Measure and print."""
    statements = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    os.environ["CLAIMBOOK_REMEMBER_BYTES"] = "0"
    os.environ["CLAIMBOOK_STATEMENT_TIMEOUT"] = limit = sys.argv[2] if len(sys.argv) > 2 else "10"
    path = database(statements)
    app = create_app(Settings(database_url=f"sqlite:///{path}"))
    filters = values(path)
    for name in filters:  # so that no first answer is measured
        await cost_of(app, {name: filters[name][0], "limit": "1", "unit": filters["unit"][0]})
    for sort in SORTS:
        costs: dict[tuple[str, str], float] = {}
        for pair in zip(filters, filters, strict=True) if "alone" in sys.argv else combinations_with_replacement(filters, 2):
            asked = [{name: filters[name][rare] for name in pair} | {"sort": sort} for rare in (0, 1)]
            if "value" in pair:  # a number is compared in a unit
                asked = [{"unit": filters["unit"][0]} | each for each in asked]
            costs[pair] = max([await cost_of(app, each) for each in asked])
        print(f"\n**{statements:,} statements, sort={sort}, milliseconds**\n")
        _print(list(filters), costs)
        told = [each for each in costs.values() if each != float("inf")]
        within = [f"{sum(each <= most for each in told)} within {most} ms" for most in (5, 50, 500, 5000)]
        print(f"\nOf {len(costs)}: {', '.join(within)}; {len(costs) - len(told)} ran into the limit of {limit} s.")


def _print(names: list[str], costs: dict[tuple[str, str], float]) -> None:
    print("| | " + " | ".join(names) + " |")
    print("|---|" + "--:|" * len(names))
    for name in names:
        shown = [_told(costs[other, name]) if (other, name) in costs else "" for other in names]
        print(f"| {name} | {' | '.join(shown)} |")


def _told(cost: float) -> str:
    return "limit" if cost == float("inf") else f"{cost:.0f}" if cost >= 10 else f"{cost:.1f}"


async def cost_of(app: object, filters: dict[str, str]) -> float:
    """Milliseconds until the answer is there, the better of two; endless for one that the time limit ended."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        status, body = await answer(app, "/v1/statements", urlencode(filters))
        times.append((time.perf_counter() - start) * 1000)
        if status == 503 and b"query-too-slow" in body:
            return float("inf")
        if status != 200:
            sys.exit(f"{filters}: {status} {body.decode()}")
        if times[0] > 200:
            break
    return min(times)


if __name__ == "__main__":
    asyncio.run(main())
