"""Which event loop and which HTTP parser? Prints CPU time a request, and how long the last of 64 new clients waits.

    python benchmarks/connections.py [--rounds 5] [--work 2.5] [--parsers ...]

Each variant serves the same application in a process of its own: an answer of 2 bytes, or one after `--work` milliseconds
of CPU. The fair share of the last client is 64 times the work. The first figure needs `wrk` and /proc.
"""

import argparse
import asyncio
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvicorn

CLIENTS = 64
LOOPS = ("asyncio", "uvloop", "app.api.accepting:GreedyLoop")
PARSERS = ("h11", "httptools", "app.api.connection:Connection")


class Application:
    """Answers at once, or after some work."""

    def __init__(self, work: float) -> None:
        self.work = work / 1000
        self.state = SimpleNamespace(settings=SimpleNamespace(receive_seconds=30.0, max_connections=2000))

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        if scope["path"] == "/work":
            until = time.perf_counter() + self.work
            while time.perf_counter() < until:
                pass
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})


def serve(loop: str, parser: str, work: float) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        print(listener.getsockname()[1], flush=True)
        settings = {
            "lifespan": "off",
            "ws": "none",
            "proxy_headers": False,
            "backlog": 2048,
            "access_log": False,
            "log_level": "error",
        }
        config = uvicorn.Config(Application(work), loop=loop, http=parser, **settings)  # type: ignore[arg-type]
        uvicorn.Server(config).run(sockets=[listener])


async def last_of_many(port: int) -> float:
    """Seconds until the last of the new clients has its first answer."""

    async def ask() -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /work HTTP/1.1\r\nhost: a\r\n\r\n")
        while (line := await reader.readline()) != b"\r\n":
            assert line
        await reader.readexactly(2)
        ended = time.perf_counter()
        # a client goes on asking on its connection, as a dashboard does, while others wait to be let in
        for _ in range(30):
            writer.write(b"GET /work HTTP/1.1\r\nhost: a\r\n\r\n")
            while await reader.readline() != b"\r\n":
                pass
            await reader.readexactly(2)
        writer.close()
        return ended

    began = time.perf_counter()
    return max(await asyncio.gather(*(ask() for _ in range(CLIENTS)))) - began


def ticks(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    used = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


def cost(port: int, pid: int) -> float:
    """Microseconds of CPU a request, on connections that stay open."""
    before = ticks(pid)
    done = subprocess.run(["wrk", "-t1", "-c32", "-d2s", f"http://127.0.0.1:{port}/"], capture_output=True, text=True, check=True)
    found = re.search(r"(\d+) requests in", done.stdout)
    assert found
    return (ticks(pid) - before) / int(found[1]) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=float, default=2.5)
    parser.add_argument("--parsers", nargs="+", default=PARSERS)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.serve:
        serve(*told.serve, told.work)
        return
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(told.rounds):
        for loop in LOOPS:
            for http in told.parsers:
                command = [sys.executable, __file__, "--work", str(told.work), "--serve", loop, http]
                with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                    assert process.stdout
                    port = int(process.stdout.readline())
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60).close()  # until it is there
                    rate = cost(port, process.pid) if shutil.which("wrk") else 0.0
                    found.setdefault((loop, http), []).append((rate, asyncio.run(last_of_many(port))))
                    process.kill()
                print(".", end="", file=sys.stderr, flush=True)
    print(f"{'loop':8} {'parser':30} {'us CPU':>10} {'last of 64, s':>14}   (fair: {CLIENTS * told.work / 1000:.2f} s)")
    for (loop, http), rounds in found.items():
        rates, waits = zip(*rounds, strict=True)
        print(f"{loop:8} {http:30} {statistics.median(rates):10.1f} {statistics.median(waits):14.2f}")


if __name__ == "__main__":
    main()
