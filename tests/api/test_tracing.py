"""Does a request leave a trace with its queries where OpenTelemetry is set up, and nothing where it is not?"""

import json
import subprocess
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from make import ROOT

ASK = """
    import json, sys
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from starlette.testclient import TestClient

    seen = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(seen))
    if sys.argv[2] == "traced":
        trace.set_tracer_provider(provider)
    from app.main import create_app
    from app.settings import Settings

    with TestClient(create_app(Settings(database_url=sys.argv[1]))) as client:
        assert client.get("/v1/regions?limit=1").status_code == 200
    told = [
        {"name": span.name, "trace": span.context.trace_id, "attributes": dict(span.attributes)}
        for span in seen.get_finished_spans()
    ]
    print(json.dumps(told))
"""
"""In a process of its own: a provider is set once for a process."""


def spans(url: str, how: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(ASK), url, how]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_a_request_and_its_queries_are_one_trace(
    backend: str, new_database: Callable[..., str], templates: Callable[[str, str], str]
) -> None:
    found = spans(new_database(backend, like=templates(backend, "seeded")), "traced")
    [request] = [span for span in found if span["attributes"].get("http.route") == "/v1/regions"]
    queries = [span for span in found if span["trace"] == request["trace"] and "db.query.text" in span["attributes"]]
    assert any("FROM region" in query["attributes"]["db.query.text"] for query in queries), found


@pytest.mark.slow
def test_without_a_setup_nothing_is_traced(new_database: Callable[..., str], templates: Callable[[str, str], str]) -> None:
    assert spans(new_database("sqlite", like=templates("sqlite", "seeded")), "untraced") == []
