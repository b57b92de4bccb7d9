"""What search finds, on the wire."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from app.domain.search import SearchField
from app.domain.words import SearchResource
from app.schemas.common import Meta, PageInfo, Shape


class Segment(Shape):
    """A piece of a snippet; all pieces one after the other are its text."""

    text: str = Field(description="The piece; an ellipsis stands where a long text was cut.")
    match: bool = Field(description="Whether it is what was asked for.")


class SearchHit(Shape):
    """Something that holds every word asked for."""

    resource: SearchResource = Field(description="What it is.")
    code: str = Field(description="Its code; of a statement its id.")
    name: str | None = Field(description="Its name or title; null for a statement.")
    name_zh: str | None = Field(description="Its Chinese name, where known.")
    text: str | None = Field(description="Our own words: the sentence of a statement, a definition, a description.")
    field: SearchField = Field(
        description="The best field that holds all that was asked for: name (code or name, English or Chinese), text (or note), "
        "as_written, quote, about (names of what it is about); together: several fields hold a part each."
    )
    phrase: bool = Field(description="Whether the words stand side by side there, in the order asked for.")
    snippet: list[Segment] = Field(description="The words of that field, with what was asked for marked.")
    document: str | None = Field(description="Code of the document it is or stands in; null for everything else.")
    published_on: date | None = Field(description="Day of that document.")
    path: str = Field(description="Path of the thing on this server.")


class Found(Shape):
    """How many entries of each resource hold every word, whatever `resource` asks for; 1000 means so many or more."""

    statement: int
    document: int
    region: int
    indicator: int
    project: int
    actor: int
    unit: int


class SearchMeta(Meta):
    """What a reader should know about the answer of a search."""

    found: Found
    capped: bool = Field(description="Whether more was found of a resource than is ordered and listed; a note says how many.")


class SearchPage(BaseModel):
    """One page of what a search finds."""

    model_config = ConfigDict(frozen=True)

    data: list[SearchHit] = Field(description="The hits, best first.")
    page: PageInfo
    meta: SearchMeta


class Suggestion(Shape):
    """Something whose name begins as typed."""

    resource: SearchResource = Field(description="region, indicator, project, actor or document.")
    code: str = Field(description="Its code.")
    name: str | None = Field(description="Its English name or its title.")
    name_zh: str | None = Field(description="Its Chinese name, where known.")
    path: str = Field(description="Path of the thing on this server.")
    statements: int = Field(description="Statements that belong to it, as its own page counts them.")
