"""What may an assistant ask of each tool? Strict models, whose schemas are the tools' own."""

from typing import Annotated

from pydantic import Field

from app.domain.comparison import ComparisonStatus
from app.domain.words import Kind, MentionState, SearchResource
from app.queries.listing import CodeIn, Codes, OneOrMore, PathStatement, Strict
from app.queries.periods import Label
from app.queries.search import SearchText
from app.queries.statements import PathCell

MOST = 50


class SearchArguments(Strict):
    """What to look for."""

    q: Annotated[
        SearchText,
        Field(
            description='Words, English or Chinese; every one must occur. "Words in quotes" stand side by side; a word that ends '
            "with * may go on."
        ),
    ]
    resource: Annotated[OneOrMore[SearchResource], Field(description="Only these kinds of things. Left out: all.")] = []
    limit: Annotated[int, Field(ge=1, le=MOST, description="Most hits.")] = 10


class StatementArguments(Strict):
    """Which statement."""

    id: Annotated[PathStatement, Field(description="Its id, document.slug, as search, compare and check_number name it.")]


class CompareArguments(Strict):
    """Which cells: one by its name, or those that hold a statement all the others match."""

    cell: Annotated[PathCell | None, Field(description="One cell, as a statement names it; then nothing else.")] = None
    indicator: Annotated[Codes, Field(description="Statements about one of these indicators.")] = []
    region: Annotated[Codes, Field(description="Statements that name one of these regions.")] = []
    period: Annotated[
        Label | None,
        Field(description="Statements whose period meets this one: 2020, 2021-S1, 2021-06, a day, start..end, asof."),
    ] = None
    kind: Annotated[OneOrMore[Kind], Field(description="Statements of one of these kinds.")] = []
    document: Annotated[Codes, Field(description="Cells with a statement of one of these documents.")] = []
    status: Annotated[OneOrMore[ComparisonStatus], Field(description="Only comparisons with one of these statuses.")] = []
    limit: Annotated[int, Field(ge=1, le=MOST, description="Most cells.")] = 10


class CoverageArguments(Strict):
    """Which document."""

    document: Annotated[
        CodeIn | None, Field(description="Its code; its numbers are listed too. Left out: counts of all documents.")
    ] = None
    state: Annotated[OneOrMore[MentionState], Field(description="Of a document: only numbers in one of these states.")] = []
    limit: Annotated[int, Field(ge=1, le=200, description="Of a document: most numbers listed.")] = MOST
