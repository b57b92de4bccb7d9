"""What words for a time mean, on the wire."""

from datetime import date

from pydantic import Field

from app.domain.period import PeriodBasis, PeriodType
from app.schemas.common import Shape


class PeriodReading(Shape):
    """One way to read words for a time."""

    as_written: str = Field(description="The part of the text that was understood.")
    anchor: date | None = Field(description="The day it was worked out from; null when the words need none.")
    type: PeriodType = Field(
        description="span (within start..end), each (in every year of it), cumulative (up to end), instant (a state at end)."
    )
    basis: PeriodBasis = Field(
        description="stated (a date stands there), resolved (worked out) or inferred (from the anchor only)."
    )
    rule: str | None = Field(description="The rule that resolved or inferred it, as statements name it; null where none fits.")
    start: date | None = Field(description="First day; null when open or unknown.")
    end: date | None = Field(description="Last day.")
    label: str = Field(description="2020, 2021-S1, 2021-Q3, 2021-06, a day, start..end, or asof (weak).")
    edtf: str | None = Field(
        description="The days in the Extended Date/Time Format: 2021, 2021-01/2021-09; an unknown start is empty."
    )
    cumulative: bool = Field(
        description="Whether it is a running total: up to a day, or from 1 January to a day that ends no calendar period."
    )
    weak: bool = Field(description="Whether nothing but the anchor dates it.")


class PeriodAlternative(PeriodReading):
    """Another way to read the same words."""

    why: str = Field(description="Why it is possible.")


class PeriodResolution(PeriodReading):
    """What the words mean: the likeliest reading, and every other that they allow."""

    text: str = Field(description="The text, as given.")
    alternatives: list[PeriodAlternative] = Field(
        description="Other readings, likeliest first; empty when the words leave no doubt."
    )
    explanation: str = Field(description="One sentence: what was read, as which days, and why.")
