"""Answers about the service itself: the index, health, changes, and problems (RFC 9457)."""

from typing import Literal

from pydantic import Field

from app.domain.words import Operation
from app.schemas.common import Shape


class Counts(Shape):
    """How much the database holds."""

    documents: int
    statements: int = Field(description="Statements that are not withdrawn.")
    quantities: int = Field(description="Statements with a figure.")
    regions: int
    indicators: int
    units: int
    actors: int
    projects: int


class Index(Shape):
    """The entry point for machines."""

    name: str
    version: str = Field(description="Version of the program.")
    data_version: int = Field(description="Number of committed writes.")
    counts: Counts
    links: dict[str, str] = Field(description="Paths of what can be asked.")


class Health(Shape):
    """Liveness: the process answers. Says nothing of the database."""

    status: Literal["ok"]


class Replica(Shape):
    """How far a standby has come."""

    receiving: bool = Field(description="Whether it is connected to the server that it follows.")
    lag_seconds: float | None = Field(
        description="Age of the newest write it shows; 0 when it has replayed all that it received and is connected; "
        "null when it replayed none since it was started."
    )
    lag_bytes: int = Field(description="Bytes of the log that it received and has not replayed.")


class Readiness(Shape):
    """The database is reachable and has this program's schema."""

    status: Literal["ready"]
    schema_revision: str = Field(description="Migration the database is at.")
    data_version: int = Field(description="Number of committed writes that the database which answers has seen.")
    database: Literal["sqlite", "postgresql"] = Field(description="Which kind of database answers.")
    replica: Replica | None = Field(description="How far the standby that answers has come; null when it is no standby.")


class Change(Shape):
    """One thing that a data version changed."""

    version: int = Field(description="The data version.")
    resource: str = Field(description="region, indicator, unit, actor, project, document, statement or relation.")
    code: str = Field(description="Its code or id; for a relation statement~relation~statement.")
    operation: Operation = Field(description="created, updated, withdrawn or removed.")
    fields: list[str] = Field(description="Fields that changed; empty unless updated.")
    at: str = Field(description="When it was committed (ISO 8601, UTC). Informs; orders nothing.")


class ProblemError(Shape):
    """One thing wrong with a request."""

    in_: str = Field(alias="in", description="query, path, header or body.")
    name: str = Field(description="Name of the parameter, header or field.")
    detail: str = Field(description="What was wrong and what would have worked.")
    did_you_mean: list[str] = Field(description="Nearest values that exist.")
    pointer: str | None = Field(description="JSON pointer (RFC 6901) to the place in the body; null for everything else.")


class Problem(Shape):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="Path of a page on this server that explains the problem.")
    title: str = Field(description="The problem in a few words; the same for every occurrence.")
    status: int = Field(description="HTTP status.")
    detail: str = Field(description="This occurrence: what was asked and what would have worked.")
    code: str = Field(description="The problem as a word for programs.")
    errors: list[ProblemError] = Field(description="Everything wrong with the request, where that can be said.")
