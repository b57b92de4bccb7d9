"""Where do requests and queries go in time? OpenTelemetry, if it is installed (`[otel]`) and its environment names a receiver.

The framework traces requests and sends them where `OTEL_EXPORTER_OTLP_ENDPOINT` and its siblings say; without them it does
nothing. Each SQL statement gets a span within that of its request.
"""

import os
from typing import Any

import sqlalchemy as sa
from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from sqlalchemy import event

TELEMETRY: TelemetryConfig = {"auto_configure": True, "metrics": False, "logs": False, "operation_spans": False}
"""Spans of requests only: the metrics are told at `/metrics`, and logs stay where they are."""

RECEIVERS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def trace_queries(engine: sa.Engine) -> None:
    """Give each SQL statement a span, where spans are wanted; values are not in it."""
    if not is_traced():
        return
    tracer, system = trace.get_tracer("claimbook"), engine.dialect.name
    spans: dict[int, trace.Span] = {}

    @event.listens_for(engine, "before_cursor_execute")
    def _begin(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        told = {"db.system.name": system, "db.query.text": statement}
        spans[id(context)] = tracer.start_span(statement.split(maxsplit=1)[0], kind=trace.SpanKind.CLIENT, attributes=told)

    @event.listens_for(engine, "after_cursor_execute")
    def _end(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        spans.pop(id(context)).end()

    @event.listens_for(engine, "handle_error")
    def _fail(context: sa.engine.ExceptionContext) -> None:
        span = spans.pop(id(context.execution_context), None)
        if span is not None:
            span.set_status(trace.StatusCode.ERROR, type(context.original_exception).__name__)
            span.end()


def is_traced() -> bool:
    """Whether the environment names a receiver, or whoever runs this program has set up tracing already."""
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true" or os.environ.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    provider = trace.get_tracer_provider()
    return any(map(os.environ.get, RECEIVERS)) or not isinstance(provider, (trace.ProxyTracerProvider, trace.NoOpTracerProvider))
