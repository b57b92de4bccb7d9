"""What the tools of assistants answer: the shapes of the API, each with the place of the words and two links."""

from pydantic import Field

from app.schemas.checks import Check
from app.schemas.common import Meta, Shape
from app.schemas.comparisons import Comparison
from app.schemas.coverage import Coverage, Mention
from app.schemas.search import Found, SearchHit
from app.schemas.statements import EvidenceDetail, EvidenceOut, Statement


class Located(EvidenceOut):
    """Where the words of a statement stand, and where to read on."""

    statement: str = Field(description="Id of the statement.")
    link: str = Field(description="Address of the statement in the API.")


class FoundThing(SearchHit):
    """Something that holds every word asked for, with its links."""

    link: str = Field(description="Its address in the API.")
    url: str | None = Field(
        description="The live page: of a statement scrolled to its words; null for all but documents and these."
    )
    evidence: Located | None = Field(description="Where the words of a statement stand; null for everything else.")


class SearchAnswer(Shape):
    """What holds the words."""

    hits: list[FoundThing] = Field(description="The hits, best first.")
    found: Found
    meta: Meta


class StatementAnswer(Shape):
    """One statement with its evidence."""

    statement: Statement
    evidence: EvidenceDetail
    citation: str = Field(description="One line to cite it with.")
    link: str = Field(description="Address of the statement in the API.")
    url: str = Field(description="The live page, scrolled to the words where the browser supports text fragments.")


class LinkedComparison(Comparison):
    """A cell with its address."""

    link: str = Field(description="Address of the comparison in the API.")


class ComparisonAnswer(Shape):
    """What the statements of cells say of each other."""

    comparisons: list[LinkedComparison] = Field(description="One entry a cell, those with the widest contradiction first.")
    total: int = Field(description="How many cells there are.")
    evidence: list[Located] = Field(description="Where the words of every statement compared stand, by id.")
    meta: Meta


class CheckAnswer(Check):
    """What the documents say of a number from outside."""

    evidence: list[Located] = Field(description="Where the words of every statement named stand, by id.")


class LinkedCoverage(Coverage):
    """How much of a document was read, with its links."""

    title: str = Field(description="Title of the document.")
    link: str = Field(description="Address of its numbers in the API.")
    url: str = Field(description="The live page.")


class CoverageAnswer(Shape):
    """How much of the documents was read."""

    documents: list[LinkedCoverage] = Field(description="One entry a document, by code.")
    total: Coverage = Field(description="All these documents together; its document is `*`.")
    mentions: list[Mention] = Field(description="Numbers of the document asked for, in the order of the text; else empty.")
    evidence: list[Located] = Field(description="Where the words of every statement named stand, by id.")
    meta: Meta
