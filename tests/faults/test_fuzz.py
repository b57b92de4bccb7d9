"""Thousands of requests that were bent at random, on both databases: never an error of ours, always the same answer."""

import asyncio
import os
import re
from collections import Counter
from collections.abc import Callable

import pytest
from fuzzing import Asked, Told, ask, requests
from starlette.testclient import TestClient

pytestmark = pytest.mark.slow

REQUESTS = int(os.environ.get("CLAIMBOOK_REQUESTS", "400"))
"""Requests to each database."""
SEED = int(os.environ.get("CLAIMBOOK_SEED", "1"))
HANGS = 60

# Cursors are signed with each database's own key, and changes are stamped with the time of their commit.
OWN = re.compile(rb'cursor=[A-Za-z0-9_-]*|"at":"[^"]*"|"database":"[a-z]*"')
# Archives and workbooks are compressed; what is in them is compared elsewhere.
PACKED = ("application/zip", "application/vnd.")


def fault_of(asked: Asked, told: Told, documented: dict[str, set[int]]) -> str | None:
    """What is wrong with an answer, if anything is."""
    kind = told.headers.get("content-type", "")
    if told.status >= 500:
        return f"status {told.status}"
    if told.status >= 400 and asked.method != "HEAD" and not kind.startswith(("application/problem+json", "text/html")):
        return f"{told.status} as {kind}"
    if kind.startswith("text/html") and b"<script>alert" in told.body:
        return "a script came back"
    if told.headers.get("x-content-type-options") != "nosniff":
        return "no header against sniffing"
    if "evil.example" in told.headers.get("location", "") + told.headers.get("link", ""):
        return "a link to a forged host"
    allowed = documented.get(asked.path.decode("ascii"))
    if asked.method == "GET" and allowed and told.status not in allowed | {206, 304, 400, 404, 406, 413, 414, 415, 416, 422}:
        return f"status {told.status} is not in the document"
    return None


def same(one: Told, other: Told) -> bool:
    if one.status != other.status or one.headers.get("content-type") != other.headers.get("content-type"):
        return False
    if "content-encoding" in one.headers:  # cursors of their own, compressed
        return one.headers["content-encoding"] == other.headers.get("content-encoding")
    return one.headers.get("content-type", "").startswith(PACKED) or OWN.sub(b"", one.body) == OWN.sub(b"", other.body)


def test_bent_requests_are_never_an_error_of_ours_and_alike_on_both_databases(clients: Callable[[str], TestClient]) -> None:
    document = clients("sqlite").get("/openapi.json").json()
    documented = {path: set(map(int, each["get"]["responses"])) for path, each in document["paths"].items()}
    apps = [clients(backend).app for backend in ("sqlite", "postgresql")]
    seen: Counter[int] = Counter()
    found: list[str] = []

    async def run() -> None:
        for asked in requests(document, REQUESTS, SEED):
            one, other = [await ask(app, asked, HANGS) for app in apps]
            seen[one.status] += 1
            wrong = fault_of(asked, one, documented) or fault_of(asked, other, documented)
            if wrong or not same(one, other):
                found.append(f"{wrong or 'the databases differ'}: {asked}"[:600])

    asyncio.run(run())
    print(f"{REQUESTS} bent requests (seed {SEED}) to each database: {len(found)} findings; answers {dict(sorted(seen.items()))}")
    assert found == []
    assert seen[200] > REQUESTS / 10
    assert seen[422] > REQUESTS / 10
