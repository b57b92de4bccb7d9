"""What do answers that count take: the index, code lists, totals, suggestions, facets and menus?

    python benchmarks/counts.py [STATEMENTS] [ROUNDS]

Asks the application in this process, with every store off; prints the median of the rounds in milliseconds. A server
remembers these answers until the next write. Those that run into the time limit are told as such.
"""

import asyncio
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from data import database
from growth import answer

from app.main import create_app
from app.settings import Settings

PATHS = (
    "/v1",
    *(f"/v1/{each}" for each in ("units", "regions", "regions/tree", "indicators", "actors", "projects", "documents")),
    "/v1/exports",
    "/v1/statements?include=total",
    "/v1/statements?include=total&region=land",
    "/v1/statements?include=total&within=land&from=2021",
    "/v1/search/suggest?q=d",
    "/v1/search/suggest?q=out",
    "/v1/statements?facets=kind",
    "/v1/grafana/variables?dimension=indicator",
    "/v1/grafana/variables?dimension=region",
    "/v1/availability?dimensions=kind",
    "/v1/availability",
)


async def main() -> None:
    """Measure and print."""
    statements, rounds = (int(each) for each in (*sys.argv[1:], *("1000000", "3")[len(sys.argv) - 1 :]))
    os.environ["CLAIMBOOK_REMEMBER_BYTES"] = "0"
    app = create_app(Settings(database_url=f"sqlite:///{database(statements)}"))
    for path in PATHS:
        address, _, query = path.partition("?")
        times = []
        for _ in range(rounds + 1):
            start = time.perf_counter()
            _, body = await answer(app, address, query)
            times.append((time.perf_counter() - start) * 1000)
        late = "   ran into the time limit" if b'"query-too-slow"' in body else ""
        print(f"{path:56} {statistics.median(times[1:]):10.1f}{late}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
