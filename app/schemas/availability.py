"""What can still be selected, on the wire."""

from datetime import date

from pydantic import Field

from app.domain.words import AvailabilityMode
from app.schemas.common import Meta, Shape


class AvailableValue(Shape):
    """A value that leads to at least one statement."""

    code: str = Field(description="The value, as the filter of the dimension's name takes it.")
    name: str | None = Field(description="Its English name or title; null for words and labels, which are their own names.")
    name_zh: str | None = Field(description="Its Chinese name, where known.")
    start: date | None = Field(description="Of a period: its first day; null when open or not known, and for other dimensions.")
    end: date | None = Field(description="Of a period: its last day; null when open or not known, and for other dimensions.")
    time: int | None = Field(description="Of a period: its first moment as Unix time in milliseconds, UTC; null without a start.")
    statements: int = Field(description="Statements that have it.")
    cells: int = Field(description="Cells that their figures stand in; figures of one cell can be compared.")


class AvailableDimension(Shape):
    """The values of one dimension."""

    values: list[AvailableValue] = Field(description="The values, the most frequent first, then by code.")
    truncated: bool = Field(description="Whether there are more than the 1000 values listed.")


class Availability(Shape):
    """What can still be selected under the filters."""

    mode: AvailabilityMode = Field(description="Whether each dimension's own filter was kept (exact) or left out (available).")
    statements: int = Field(description="Statements under all filters.")
    cells: int = Field(description="Cells that their figures stand in.")
    dimensions: dict[str, AvailableDimension] = Field(description="The values by dimension; a dimension is a filter's name.")
    meta: Meta
