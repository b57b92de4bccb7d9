"""Does the server forget hostile requests, or does it keep something of each?"""

import http.client
import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rounds import ROUNDS
from served import Server, serving

pytestmark = pytest.mark.slow

REQUESTS = int(os.environ.get("CLAIMBOOK_REQUESTS", "10000")) if ROUNDS else 600
WARM = 300
"""Requests after which everything that is loaded once has been loaded."""
MOST = 20 * 1024 * 1024
"""Bytes by which the server may have grown."""

HOSTILE = [
    *("/v1/statements?q=%00", "/v1/statements?q=" + "a" * 8000, "/v1/statements?limit=100000000000000000000", "/" + "a" * 2000),
    *("/v1/statements?cursor=" + "A" * 2000, "/v1/statements?regoin=x", "/v1/regions/%ED%A0%80", "/v1/statements?" + "&" * 150),
    *(
        "/v1/search?q=" + "%E9%87%8D" * 60,
        "/v1/search?q=a+AND+(b",
        "/problems/%3Cscript%3E",
        "/v1/periods/resolve?text=" + "1" * 190,
    ),
    *("/v1/statements?region=" + ",".join(["chongqing"] * 50), "/v1/derivations", "/v1/statements?value=gt:1e999", "/x" * 1000),
]


def memory(server: Server) -> int:
    """Bytes of the server's memory."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the size of a process is read from /proc")
def test_the_server_does_not_grow_with_hostile_requests(
    backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str]
) -> None:
    seen: dict[int, int] = {}
    with serving("--database", new_database(backend, like=templates(backend, "seeded"))) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        for number, path in enumerate(itertools.islice(itertools.cycle(HOSTILE), WARM + REQUESTS)):
            if number == WARM:
                before = memory(server)
            headers = {"X-Request-Id": "x" * 5000, "If-None-Match": '"a"' * 300, "Range": "bytes=" + "0-1," * 300}
            body = b'{"checks": ' + b"[" * 3000 if number % 7 == 0 else None
            connection.request("POST" if body else "GET", "/v1/checks" if body else path, body, headers)
            answer = connection.getresponse()
            answer.read()
            seen[answer.status] = seen.get(answer.status, 0) + 1
        grown = memory(server) - before
        connection.close()
    print(f"{backend}: {REQUESTS} hostile requests, {grown / 2**20:+.1f} MiB; answers {dict(sorted(seen.items()))}")
    assert max(seen) < 500
    assert grown < MOST
