"""Which statements hold at a time? Days and labels as filters take them, and how a statement's period meets them."""

from datetime import date
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from pydantic import AfterValidator, Field, WithJsonSchema

from app.domain.period import Days, days_of, parse_moment
from app.domain.text import text_fault
from app.domain.words import StockFlow
from app.models import Statement as Row
from app.queries.listing import Strict

_YEAR = r"[12]\d{3}"
_DAY = (
    rf"{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|{_YEAR}-(?:0[13-9]|1[0-2])-(?:29|30)|{_YEAR}-(?:0[13578]|1[02])-31"
    r"|(?:[12]\d(?:0[48]|[2468][048]|[13579][26])|1[26]00|2[048]00)-02-29"
)
_CALENDAR = rf"{_YEAR}|{_YEAR}-S[12]|{_YEAR}-Q[1-4]|{_YEAR}-(?:0[1-9]|1[0-2])|{_DAY}"
_OPEN = rf"(?:{_CALENDAR})\.\.(?:{_CALENDAR})?|\.\.(?:{_CALENDAR})"

SPECIAL_LABELS = ("asof", "unknown")

PeriodMatch = Literal["overlaps", "within", "equals"]


def plain_text(value: str) -> str:
    """The text, if both databases and JSON can hold it."""
    fault = text_fault(value)
    if fault:
        raise ValueError(fault)
    return value


def _moment(value: str) -> str:
    parse_moment(value)
    return value


def _label(value: str) -> str:
    if value not in SPECIAL_LABELS:
        label_days(value)
    return value


def _day(value: str) -> str:
    start, end = days_of(value)
    if start != end:
        raise ValueError("a day such as 2021-09-30 was expected")
    return value


Moment = Annotated[
    str,
    Field(max_length=20),
    AfterValidator(_moment),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^(?:{_CALENDAR}|\d{{5,10}}|1\d{{12}})$",
            "examples": ["2020", "2021-06", "2021-06-30", "1609459200000"],
        }
    ),
]
"""A day, month, quarter, half or year, or a Unix time."""
Label = Annotated[
    str,
    Field(max_length=24),
    AfterValidator(_label),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^(?:{_CALENDAR}|{_OPEN}|asof|unknown)$",
            "examples": ["2020", "2021-S1", "2016-01-01..2020-12-31", "asof"],
        }
    ),
]
"""A label of a period, as answers show it."""
Day = Annotated[
    str,
    Field(max_length=10),
    AfterValidator(_day),
    WithJsonSchema({"type": "string", "pattern": rf"^(?:{_DAY})$", "examples": ["2021-09-30"]}),
]
"""One day."""


class PeriodQuery(Strict):
    """Parameters of the resolution of words into days."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="The words, in English or Chinese: `first half of this year`, `since 2016`, 前三季度. "
            "A longer text may hold them.",
            json_schema_extra={"pattern": r"^[^\x00]*[^\s\x00][^\x00]*$", "examples": ["first half of 2021", "2021年上半年"]},
        ),
        AfterValidator(plain_text),
    ]
    anchor: Annotated[
        Day | None,
        Field(
            description="The day from which the words are seen, mostly that of publication. Needed for `last year`, "
            "not for `2020`."
        ),
    ] = None
    stock_flow: Annotated[
        StockFlow | None,
        Field(
            description="Whether they date a `flow` (something that adds up over a time) or a `stock` (a state on a day). "
            "Left out: either, and where that makes a difference both readings are listed."
        ),
    ] = None


def label_days(label: str) -> Days:
    """The days of a label: of `A..B` from the first day of A to the last of B, which may come earlier. Raises ValueError."""
    if ".." not in label:
        return days_of(label)
    left, right = label.split("..", 1)
    if not left and not right:
        raise ValueError("a period needs at least one end")
    return days_of(left)[0] if left else None, days_of(right)[1] if right else None


def meets(start: date | None, end: date | None, match: PeriodMatch) -> sa.ColumnElement[bool]:
    """Periods that overlap, lie within, or equal start..end. An open start reaches back for ever; unknown never meets.

    Nothing meets a start after the end, not even a long period that holds both days.
    """
    if start and end and start > end:
        return sa.false()
    known = sa.or_(Row.period_start.is_not(None), Row.period_end.is_not(None))
    if match == "equals":
        return sa.and_(known, _is(Row.period_start, start), _is(Row.period_end, end))
    if match == "within":
        inside = [Row.period_start >= start] if start else []
        return sa.and_(known, *inside, *([Row.period_end <= end] if end else []))
    overlap = [sa.or_(Row.period_end.is_(None), Row.period_end >= start)] if start else []
    return sa.and_(known, *overlap, *([sa.or_(Row.period_start.is_(None), Row.period_start <= end)] if end else []))


def _is(column: Any, day: date | None) -> sa.ColumnElement[bool]:
    return column.is_(None) if day is None else column == day  # type: ignore[no-any-return]


def is_cumulative() -> sa.ColumnElement[bool]:
    """Running totals, as `Period.cumulative` knows them."""
    start, end = sa.cast(Row.period_start, sa.String), sa.cast(Row.period_end, sa.String)
    first, last = sa.func.substr(start, 6), sa.func.substr(end, 6)
    of_one_year = sa.func.substr(start, 1, 4) == sa.func.substr(end, 1, 4)
    calendar = sa.or_(start == end, last == "12-31", sa.and_(of_one_year, last.in_(("01-31", "03-31", "06-30"))))
    known = sa.and_(Row.period_start.is_not(None), Row.period_end.is_not(None))
    return sa.or_(Row.period_type == "cumulative", sa.and_(Row.period_type == "span", known, first == "01-01", sa.not_(calendar)))
