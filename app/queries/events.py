"""What happened when: the dated steps of projects, and the days on which documents were published."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from app.domain.period import parse_moment
from app.errors import BadRequestError, Fault
from app.models import Actor, Document, Project, ProjectRegion, ProjectStatus, Region, Statement
from app.queries.listing import Codes, OneOrMore, Strict, require_codes
from app.queries.periods import Moment
from app.queries.statements import regions_within

MOST_EVENTS = 10_000

EventResource = Literal["project", "document"]


class EventQuery(Strict):
    """Which events."""

    resource: Annotated[
        OneOrMore[EventResource],
        Field(description="`project`: dated steps of projects; `document`: days of publication. Left out: both."),
    ] = []
    project: Annotated[Codes, Field(description="Steps of these projects only. Left out: all.")] = []
    document: Annotated[Codes, Field(description="These documents, and steps that they state, only. Left out: all.")] = []
    within: Annotated[
        Codes, Field(description="Steps of projects in these regions or in any that lies in one. Left out: all.")
    ] = []
    from_: Annotated[Moment | None, Field(alias="from", description="Events that reach this day or a later one.")] = None
    to: Annotated[Moment | None, Field(description="Events that reach this day or an earlier one.")] = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened on a day, or in a period."""

    resource: EventResource
    code: str
    name: str
    start: date
    end: date
    zone: str
    text: str
    tags: tuple[str, ...]


def read_events(session: Session, query: EventQuery) -> list[Event]:
    """The events asked for, by time. Raises BadRequestError (`unknown-code`, `too-broad`)."""
    require_codes(
        session,
        {
            "project": (Project.code, query.project),
            "document": (Document.code, query.document),
            "within": (Region.code, query.within),
        },
    )
    wanted = query.resource or ["project", "document"]
    events = [
        *(_steps(session, query) if "project" in wanted else ()),
        *(_publications(session, query) if "document" in wanted else ()),
    ]
    if len(events) > MOST_EVENTS:
        raise BadRequestError(
            "too-broad",
            f"There are more than {MOST_EVENTS:,} events; narrow them by `project`, `document`, `from` and `to`.",
            [Fault("query", "project", "filters that leave fewer events were expected")],
        )
    return sorted(events, key=lambda event: (event.start, event.resource, event.code, event.tags))


def _steps(session: Session, query: EventQuery) -> Iterator[Event]:
    start = sa.func.coalesce(ProjectStatus.start, ProjectStatus.end).label("first")
    end = sa.func.coalesce(ProjectStatus.end, ProjectStatus.start).label("last")
    select = (
        sa.select(Project, ProjectStatus.status, start, end, Statement.text, Document.time_zone)
        .join(ProjectStatus, ProjectStatus.project == Project.code)
        .outerjoin(Statement, sa.and_(Statement.id == ProjectStatus.statement, Statement.status != "withdrawn"))
        .outerjoin(Document, Document.code == Statement.document)
        .where(start.is_not(None), *_overlapping(query, start, end))
        .order_by(start, Project.code, ProjectStatus.position)
    )
    if query.project:
        select = select.where(Project.code.in_(query.project))
    if query.document:
        select = select.where(Statement.document.in_(query.document))
    if query.within:
        inside = sa.select(ProjectRegion.project).where(ProjectRegion.region.in_(regions_within(query.within)))
        select = select.where(Project.code.in_(inside))
    for project, status, first, last, text, zone in session.execute(select.limit(MOST_EVENTS + 1)):
        yield Event(
            resource="project",
            code=project.code,
            name=f"{project.name}: {status.replace('_', ' ')}",
            start=first,
            end=last,
            zone=zone or "UTC",
            text=text or project.description,
            tags=("project", project.kind, status),
        )


def _publications(session: Session, query: EventQuery) -> Iterator[Event]:
    select = (
        sa.select(Document, Actor.name)
        .join(Actor, Actor.code == Document.publisher)
        .where(*_overlapping(query, Document.published_on, Document.published_on))
        .order_by(Document.published_on, Document.code)
    )
    if query.document:
        select = select.where(Document.code.in_(query.document))
    for document, publisher in session.execute(select.limit(MOST_EVENTS + 1)):
        yield Event(
            resource="document",
            code=document.code,
            name=f"Published: {document.title}",
            start=document.published_on,
            end=document.published_on,
            zone=document.time_zone,
            text=f"{publisher}, {document.url}",
            tags=("document", document.publisher),
        )


def _overlapping(query: EventQuery, start: Any, end: Any) -> Iterator[sa.ColumnElement[bool]]:
    if query.from_:
        yield end >= parse_moment(query.from_)[0]
    if query.to:
        yield start <= parse_moment(query.to)[1]
