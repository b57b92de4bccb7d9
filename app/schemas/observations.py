"""One value a cell under a declared policy, and the same as points of a series."""

from datetime import date
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from app.domain.comparison import ComparisonStatus
from app.domain.period import PeriodBasis, PeriodType
from app.domain.policy import Policy
from app.domain.quantity import Comparator, Measure
from app.domain.words import Kind
from app.schemas.common import Meta, Named, Number, PageInfo, Shape
from app.schemas.conversion import CONVERTED_COLUMNS, Converted
from app.schemas.statements import BaseOut, IndicatorRef

GapReason = Literal["not_stated", "incomparable", "filtered"]
"""Why a period of a series has no point."""

TOUCHING = "Whether the figures it was chosen from share no value but touch; its bounds are then those of its own statement."

GAP_REASONS: tuple[GapReason, ...] = get_args(GapReason)


class ObservedPeriod(Shape):
    """When the chosen statement holds."""

    label: str = Field(description="2020, 2021-S1, a day, start..end, asof (weak) or unknown.")
    type: PeriodType = Field(description="span, each, cumulative, instant or none.")
    start: date | None = Field(description="First day; null when open or unknown.")
    end: date | None = Field(description="Last day; null when unknown.")
    basis: PeriodBasis = Field(description="How the chosen statement's period is known.")


class Observation(Shape):
    """The one value a cell gets under a policy: a choice, never a document's own claim."""

    cell: str = Field(description="What the figures share.")
    indicator: IndicatorRef
    measure: Measure
    base: BaseOut | None = Field(description="What the figures refer to, for shares, growth, changes and multiples.")
    counted: str | None = Field(description="What is counted, where the indicator covers several things.")
    unit: str = Field(description="The unit of all numbers.")
    kind: Kind
    regions: list[Named] = Field(description="The regions it is about.")
    project: Named | None = Field(description="The project it is about.")
    period: ObservedPeriod
    time: int | None = Field(description="Start of the period in epoch milliseconds, in the time zone of the document; or null.")
    value: Number | None = Field(description="The number of the chosen statement; null for a range.")
    value_text: str | None = Field(description="The same number as exact decimal text.")
    lower: Number | None = Field(description="Lower bound; null is unbounded.")
    lower_inclusive: bool = Field(description="Whether the lower bound itself is allowed.")
    upper: Number | None = Field(description="Upper bound; null is unbounded.")
    upper_inclusive: bool = Field(description="Whether the upper bound itself is allowed.")
    comparator: Comparator = Field(description="How the chosen statement relates to its value.")
    approximate: bool = Field(description="Whether the chosen statement says about, nearly or the like.")
    status: ComparisonStatus = Field(description="What the figures of the cell say of each other.")
    sources: list[str] = Field(description="Documents of the cell, by code.")
    groups: int = Field(description="Independence groups of these documents.")
    weak_period: bool = Field(description="Whether the cell rests on periods unknown or inferred from publication.")
    statement: str = Field(description="Id of the chosen statement.")
    chosen_because: str = Field(description="Why it was chosen, in a sentence.")
    outliers: list[str] = Field(description="Statements of the cell that cannot be true together with what was chosen.")
    policies_disagree: bool = Field(description="Whether another policy would give another value or other bounds.")
    touching: bool = Field(description=TOUCHING)


class ObservationListed(Observation):
    """An observation in a list; `converted` is there only with `unit_as`."""

    converted: Converted | None = Field(
        default=None, description="With `unit_as`: the value in that unit. The value itself stays as it is."
    )


class ObservationMeta(Meta):
    """What a reader should know about observations."""

    policy: Policy = Field(description="The policy that chose.")


class ObservationPage(BaseModel):
    """One page of observations."""

    model_config = ConfigDict(frozen=True)

    data: list[ObservationListed] = Field(description="One row a cell, by cell.")
    page: PageInfo
    meta: ObservationMeta


FLAT_OBSERVATION: tuple[str, ...] = (
    *("cell", "indicator", "indicator_name", "topic", "measure", "base_region", "base_indicator", "base_period", "counted"),
    *("unit", "kind", "regions", "region_names", "project", "period", "period_type", "period_start", "period_end"),
    *("period_basis", "time", "value", "value_text", "lower", "lower_inclusive", "upper", "upper_inclusive", "comparator"),
    *("approximate", "status", "sources", "groups", "weak_period", "statement", "chosen_because", "outliers"),
    *("policies_disagree", "policy"),
    *CONVERTED_COLUMNS,
    "touching",
)
"""Columns of a flat observation; new ones are only added at the end."""


class Point(Shape):
    """A point of a series."""

    time: int = Field(
        description="Start of the period in epoch milliseconds, in the time zone of the document; its end where the start is "
        "open, the day of publication where neither is known."
    )
    period: str = Field(description="Label of the period.")
    start: date | None = Field(description="First day; null when open or unknown.")
    end: date | None = Field(description="Last day; null when unknown.")
    value: Number | None = Field(
        description="The number of the chosen statement, which `comparator` may make a bound; null for a range."
    )
    lower: Number | None = Field(description="Lower bound; null is unbounded.")
    upper: Number | None = Field(description="Upper bound; null is unbounded.")
    open_lower: bool = Field(description="Whether nothing bounds it from below: draw an arrow down from `bound`.")
    open_upper: bool = Field(description="Whether nothing bounds it from above: draw an arrow up from `bound`.")
    bound: Number | None = Field(description="The one bound of a point that is open on the other side; else null.")
    comparator: Comparator = Field(description="How the chosen statement relates to its number.")
    approximate: bool = Field(description="Whether the chosen statement says about, nearly or the like.")
    status: ComparisonStatus = Field(description="What the figures of the cell say of each other.")
    sources: int = Field(description="Documents that state a figure.")
    policies_disagree: bool = Field(description="Whether another policy would give another value or other bounds.")
    statement: str = Field(description="Id of the chosen statement.")
    cell: str = Field(description="The cell of the point.")
    touching: bool = Field(description=TOUCHING)


class PointListed(Point):
    """A point of a series; `converted` is there only with `unit_as`."""

    converted: Converted | None = Field(
        default=None, description="With `unit_as`: the value and bounds in that unit. The point itself stays as it is."
    )


class Columns(Shape):
    """The points of a series as arrays of equal length."""

    time: list[int]
    period: list[str]
    start: list[date | None]
    end: list[date | None]
    value: list[Number | None]
    lower: list[Number | None]
    upper: list[Number | None]
    open_lower: list[bool]
    open_upper: list[bool]
    bound: list[Number | None]
    comparator: list[Comparator]
    approximate: list[bool]
    status: list[ComparisonStatus]
    sources: list[int]
    policies_disagree: list[bool]
    statement: list[str]
    cell: list[str]
    touching: list[bool]


class ColumnsListed(Columns):
    """The arrays of a series; the converted ones are there only with `unit_as`."""

    converted_value: list[Number | None] | None = Field(default=None, description="With `unit_as`: values in that unit.")
    converted_lower: list[Number | None] | None = Field(default=None, description="With `unit_as`: lower bounds in that unit.")
    converted_upper: list[Number | None] | None = Field(default=None, description="With `unit_as`: upper bounds in that unit.")


class Gap(Shape):
    """A period between the first and the last point that has none."""

    period: str = Field(description="Its label.")
    start: date = Field(description="Its first day.")
    end: date = Field(description="Its last day.")
    reason: GapReason = Field(
        description="not_stated: no document states it; incomparable: only figures of another unit, kind, measure or the like; "
        "filtered: a figure exists that the filters leave out."
    )
    cells: list[str] = Field(description="The cells of those figures; empty for not_stated.")


class Series(Shape):
    """Observations of one thing over time; only periods of one type and length are in one series."""

    key: str = Field(description="What the points share: the cell without its days, and the type and length of the periods.")
    indicator: IndicatorRef
    measure: Measure
    base: BaseOut | None = Field(description="What the figures refer to, for shares, growth, changes and multiples.")
    counted: str | None = Field(description="What is counted, where the indicator covers several things.")
    unit: str = Field(description="The unit of all numbers.")
    kind: Kind
    regions: list[Named] = Field(description="The regions it is about.")
    project: Named | None = Field(description="The project it is about.")
    period_type: PeriodType | None = Field(description="Type of the periods; null for weak ones, which may be of several.")
    length: str | None = Field(description="Length of each span (ISO 8601: P1Y, P6M, P3M, P1M, P1D); null where there is none.")
    weak_period: bool = Field(description="Whether the periods are unknown or inferred from publication.")
    points: list[PointListed] | None = Field(description="The points, by time; null with shape=columns.")
    columns: ColumnsListed | None = Field(description="The same as arrays; null with shape=rows.")
    gaps: list[Gap] | None = Field(description="Periods without a point; null unless asked for with gaps=explicit.")


class SeriesMeta(ObservationMeta):
    """What a reader should know about series."""

    points: int = Field(description="Points of all series together.")


class SeriesList(Shape):
    """Series, by key."""

    data: list[Series] = Field(description="The series, by key.")
    meta: SeriesMeta


FLAT_POINT: tuple[str, ...] = (
    *("time", "value", "lower", "upper", "bound", "open_lower", "open_upper", "comparator", "approximate", "unit", "period"),
    *("start", "end", "series", "indicator", "indicator_name", "measure", "base_region", "base_indicator", "base_period"),
    *("counted", "kind", "regions", "region_names", "project", "period_type", "length", "weak_period", "status", "sources"),
    *("policies_disagree", "statement", "cell", "policy"),
    *CONVERTED_COLUMNS,
    "touching",
)
"""Columns of a flat point; new ones are only added at the end."""
