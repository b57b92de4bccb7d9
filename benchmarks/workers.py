"""Goal 12: what do two workers answer more than one, on pages that nobody asked for before? And how much memory does each take?

    python benchmarks/workers.py [STATEMENTS] [ROUNDS] [SECONDS]

The load generator runs on the same machine, so its share of CPU is printed: where it takes a core, two workers share the rest.
"""

import resource
import statistics
import sys
import time
from contextlib import ExitStack

from data import CLAIMBOOK, database
from measure import Server, ask, serving
from pages import addresses


def main() -> None:
    """Measure and print."""
    statements, rounds, seconds = (int(each) for each in (*sys.argv[1:], *("100000", "5", "3")[len(sys.argv) - 1 :]))
    path = database(statements)
    asked = addresses(path)
    endless = asked.distinct()  # shared, so that no address comes twice
    with ExitStack() as stack:
        servers: list[Server] = []
        for workers in (1, 2):
            serve = [CLAIMBOOK, "serve", "--database", f"sqlite:///{path}", "--workers", str(workers), "--port", "{port}"]
            servers.append(stack.enter_context(serving(f"workers: {workers}", serve, lambda: endless)))
        rates: dict[str, list[float]] = {server.name: [] for server in servers}
        shares: list[float] = []
        for number in range(rounds + 1):
            for server in servers:
                before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
                found = ask(server, seconds, 32)
                after = resource.getrusage(resource.RUSAGE_SELF)
                used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                if number:
                    rates[server.name].append(found.rate)
                    shares.append(used / (time.perf_counter() - began))
        for server in servers:
            each = server.memory() / max(len(server.pids) - 1, 1)
            print(f"{server.name}: {statistics.median(rates[server.name]):7.0f} requests/s, {each:.0f} MiB anonymous a worker")
        one, two = (statistics.median(each) for each in rates.values())
        print(f"two against one: {two / one:.2f}; the generator took {statistics.median(shares):.0%} of a core")


if __name__ == "__main__":
    main()
