"""Starts servers, asks them over sockets, and reads from the system what each request cost.

CPU time of the server process is the steady figure; requests a second depend on the machine's mood. Needs Linux (/proc).
"""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A server process that answers on a port of this machine."""

    name: str
    port: int
    pids: list[int]
    paths: Iterator[str]
    """the addresses to ask for, one after another, on and on over all rounds"""
    headers: str = ""
    rounds: list["Round"] = field(default_factory=list)

    def cpu(self) -> float:
        """Seconds of CPU that its processes have used."""
        return sum(_cpu(pid) for pid in self.pids)

    def memory(self) -> float:
        """Anonymous memory in MiB, all processes together."""
        return sum(_anonymous(pid) for pid in self.pids)


@dataclass(frozen=True)
class Round:
    """What one round of requests showed."""

    requests: int
    seconds: float
    cpu: float
    latencies: Sequence[float]
    wrong: int

    @property
    def microseconds(self) -> float:
        """CPU time of the server for one request."""
        return self.cpu / self.requests * 1e6

    @property
    def rate(self) -> float:
        """Requests answered in a second."""
        return self.requests / self.seconds


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _anonymous(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    return 0.0


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(
    name: str,
    command: Sequence[str],
    paths: Callable[[], Iterator[str]],
    *,
    headers: str = "",
    env: dict[str, str] | None = None,
    cwd: Path = ROOT,
) -> Iterator[Server]:
    """A server for as long as the block lasts; `{port}` in its command is the port it is to take."""
    port = free_port()
    line = [part.replace("{port}", str(port)) for part in command]
    with Path(os.devnull).open("wb") as nowhere:
        process = subprocess.Popen(line, cwd=cwd, env={**os.environ, **(env or {})}, stdout=nowhere, stderr=nowhere)
    try:
        _wait(port, process)
        yield Server(name, port, [process.pid, *_children(process.pid)], paths(), headers)
    finally:
        process.terminate()
        process.wait(30)


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in listed]


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"a server ended at once, with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("a server did not come up")


class _Asking(asyncio.Protocol):
    """One connection that asks for one address after another until the time is up."""

    def __init__(self, server: Server, paths: Iterator[str], until: float, done: "asyncio.Future[None]") -> None:
        self.server, self.paths, self.until, self.done = server, paths, until, done
        self.latencies: list[float] = []
        self.wrong = 0
        self.buffer = bytearray()
        self.length = -1
        self.chunked = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._ask()

    def _ask(self) -> None:
        self.asked = time.perf_counter()
        if self.asked >= self.until:
            self.transport.close()
            return
        request = f"GET {next(self.paths)} HTTP/1.1\r\nHost: x\r\n{self.server.headers}\r\n"
        self.transport.write(request.encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if self.length < 0:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self.buffer[:end]).lower()
            if head[9:12] not in (b"200", b"304"):
                self.wrong += 1
            self.chunked = b"transfer-encoding: chunked" in head
            place = head.find(b"content-length:")
            self.length = end + 4 + (int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0)
        if self.buffer.endswith(b"0\r\n\r\n") if self.chunked else len(self.buffer) >= self.length:
            self.buffer.clear()
            self.length = -1
            self.latencies.append(time.perf_counter() - self.asked)
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self.done.done():
            self.done.set_result(None)


def ask(server: Server, seconds: float, connections: int = 16) -> Round:
    """Keep a server busy for a while and see what it cost."""
    return asyncio.run(_ask(server, seconds, connections))


async def _ask(server: Server, seconds: float, connections: int) -> Round:
    loop = asyncio.get_running_loop()
    paths, before, start = server.paths, server.cpu(), time.perf_counter()
    asking, waiting = [], []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        _, one = await loop.create_connection(
            lambda done=done: _Asking(server, paths, start + seconds, done), "127.0.0.1", server.port
        )
        asking.append(one)
        waiting.append(done)
    await asyncio.gather(*waiting)
    latencies = [each for one in asking for each in one.latencies]
    return Round(len(latencies), time.perf_counter() - start, server.cpu() - before, latencies, sum(one.wrong for one in asking))


def alternate(servers: Sequence[Server], *, rounds: int, seconds: float, connections: int = 16) -> None:
    """Ask all servers in turn, some rounds; the first round warms up and does not count."""
    for number in range(rounds + 1):
        for server in servers:
            found = ask(server, seconds, connections)
            if number:
                server.rounds.append(found)


def report(servers: Sequence[Server], limit: Server) -> None:
    """Print what each request cost, and how it stands to the limit: by CPU, by requests, with the spread of the rounds."""
    base_cpu, base_rate = (statistics.median(getattr(each, name) for each in limit.rounds) for name in ("microseconds", "rate"))
    print(
        f"{'':38} {'requests/s':>10} {'CPU us':>8} {'ratio CPU':>10} {'ratio rps':>10} {'spread':>8} "
        f"{'p50 ms':>7} {'p99 ms':>7} wrong"
    )
    for server in servers:
        costs = [each.microseconds for each in server.rounds]
        cost, rate = statistics.median(costs), statistics.median(each.rate for each in server.rounds)
        spread = (max(costs) - min(costs)) / cost
        latencies = sorted(latency for each in server.rounds for latency in each.latencies)
        p50, p99 = latencies[len(latencies) // 2] * 1000, latencies[int(len(latencies) * 0.99)] * 1000
        wrong = sum(each.wrong for each in server.rounds)
        print(
            f"{server.name:38} {rate:10.0f} {cost:8.1f} {base_cpu / cost:10.3f} {rate / base_rate:10.3f} {spread:8.0%} "
            f"{p50:7.2f} {p99:7.2f} {wrong:5}"
        )
