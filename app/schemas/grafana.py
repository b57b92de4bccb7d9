"""Rows in the shapes that Grafana asks for."""

from pydantic import ConfigDict, Field

from app.schemas.common import Shape


class GrafanaVariable(Shape):
    """An entry of a menu."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    text: str = Field(alias="__text", description="What the menu shows: the English name, else the value.")
    value: str = Field(alias="__value", description="The value, as the filter of the dimension's name takes it.")
    statements: int = Field(description="Statements that have it.")


class GrafanaAnnotation(Shape):
    """An event on the time axis."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    time: int = Field(description="Its beginning in epoch milliseconds, in the time zone of the document that says so, else UTC.")
    time_end: int | None = Field(alias="timeEnd", description="Its end; null when it is a single day.")
    title: str = Field(description="What happened.")
    text: str = Field(description="What is said of it, or where it stands.")
    tags: str = Field(description="Words to choose by, joined by commas: the resource, then its kind and step, or its publisher.")
