"""What was read of a document and what was left out, on the wire."""

from pydantic import Field

from app.domain.words import MentionState
from app.schemas.common import Number, Shape


class Mention(Shape):
    """One number, in digits or words, in a document. Offsets are code points from 0, half open, in the document's text."""

    document: str = Field(description="Code of the document.")
    start: int = Field(description="First code point of the number.")
    end: int = Field(description="Code point after the number.")
    number: str = Field(description="The number as it stands in the text.")
    state: MentionState = Field(
        description="stated: a statement says it; dismissed: no claim; unaccounted: found in the attached text, not yet read."
    )
    reason: str | None = Field(description="Why it is no claim (date_part, name, ordinal, …); null unless dismissed.")
    statements: list[str] = Field(description="Ids of the statements that say it; empty unless stated.")


class Coverage(Shape):
    """How much of a document was read."""

    document: str = Field(description="Code of the document.")
    numbers: int = Field(description="Numbers found in the text, in digits and words.")
    stated: int = Field(description="Numbers that statements say.")
    dismissed: int = Field(description="Numbers that are no claim, each for a reason.")
    unaccounted: int = Field(description="Numbers that nobody has read yet.")
    ratio: Number | None = Field(description="Part of the numbers that is stated or dismissed, 0 to 1; null without any number.")
    reasons: dict[str, int] = Field(description="Dismissed numbers by reason.")


class CoverageReport(Shape):
    """How much of every document was read."""

    data: list[Coverage] = Field(description="One entry a document, by code.")
    total: Coverage = Field(description="All documents together; its document is `*`.")
