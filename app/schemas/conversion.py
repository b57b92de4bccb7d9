"""A figure in the unit that was asked for, on the wire."""

from datetime import date
from typing import Literal

from pydantic import Field

from app.domain.quantity import IntervalBasis
from app.domain.units import Scale
from app.schemas.common import Number, Shape


class ConvertedInterval(Shape):
    """The values that the words allow, in the unit asked for. A bound of null is unbounded."""

    lower: Number | None = Field(description="Lower bound; null is unbounded.")
    lower_inclusive: bool = Field(description="Whether the lower bound itself is allowed.")
    upper: Number | None = Field(description="Upper bound; null is unbounded.")
    upper_inclusive: bool = Field(description="Whether the upper bound itself is allowed.")
    basis: IntervalBasis | Literal["intersection", "derived"] = Field(
        description="The rule of the original interval where the conversion is exact; intersection of several figures; derived "
        "where bounds were rounded outward."
    )


class RateOut(Shape):
    """The exchange rate that a conversion rests on."""

    value: Number | None = Field(description="Point estimate, in the unit below.")
    unit: str = Field(description="Such as `CNY per USD`.")
    interval: ConvertedInterval
    statement: str = Field(description="Id of the converted amount that implies it.")
    amount: str = Field(description="Id of the amount it was converted from.")
    document: str = Field(description="Code of the document that prints both.")
    published_on: date = Field(description="Day that document was published; the rate is dated so.")
    derivation: str = Field(description="Id of the derivation that reckons it.")


CONVERTED_COLUMNS = ("converted_value", "converted_lower", "converted_upper", "converted_unit")
"""The columns of flat rows for a figure in the unit asked for; null without `unit_as`."""


class Converted(Shape):
    """The figure in the unit asked for; the original stands beside it."""

    value: Number | None = Field(description="The number; null for a range.")
    value_text: str | None = Field(description="The same number as exact decimal text.")
    unit: str = Field(description="Code of the unit.")
    scale: Scale | None = Field(
        description="How many of the unit are counted at once: wan is 万 (10,000), yi is 亿 (100 million)."
    )
    interval: ConvertedInterval
    rule: str = Field(description="How it was converted, and whether the result is exact.")
    rate: RateOut | None = Field(description="The exchange rate, between currencies; else null.")
