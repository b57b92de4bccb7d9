"""Menus and events as rows for Grafana."""

from datetime import date, timedelta
from typing import Any

from app.domain.period import midnight
from app.queries.events import Event
from app.schemas.grafana import GrafanaAnnotation, GrafanaVariable


def variable(row: Any) -> GrafanaVariable:
    """A value that leads to at least one statement."""
    return GrafanaVariable(text=row.name or row.value, value=row.value, statements=row.statements)


def event(told: Event) -> GrafanaAnnotation:
    """An event; one that takes longer than a day has an end, the last millisecond of its last day."""
    following = told.end + timedelta(days=1) if told.end < date.max else told.end
    return GrafanaAnnotation(
        time=midnight(told.start, told.zone),
        time_end=midnight(following, told.zone) - 1 if told.end > told.start else None,
        title=told.name,
        text=told.text,
        tags=",".join(told.tags),
    )
