"""What is asked when a number from outside is checked, and is it asked with codes and a unit that fit?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from sqlalchemy.orm import Session

from app import models
from app.domain.quantity import Comparator, Measure, parse_written
from app.domain.units import Unit, families_for
from app.domain.words import Kind
from app.errors import BadRequestError, Fault
from app.models import Document, Indicator, Project, Region, Statement
from app.queries.listing import CodeIn, Codes, Strict, UnitIn, require_codes
from app.queries.periods import Label

MOST_CHECKS = 100
NUMBER_PATTERN = r"^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,3})?$"


def _number(value: str) -> str:
    parse_written(value)
    return value


def _digits(value: Any) -> Any:
    """Whole numbers of a JSON body may stand without quotes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= 10**15 else value


class CheckQuery(Strict):
    """A number from outside and what it is said to be. What is left out is left open: every cell that fits is compared."""

    indicator: Annotated[
        CodeIn, Field(description="What the number measures.", json_schema_extra={"examples": ["rail-travel-time"]})
    ]
    value: Annotated[
        str,
        Field(
            max_length=60,
            description="The number: `5500`, `7.55 billion`, `1.2 亿`. Digits count: 7.50 is more precise than 7.5.",
        ),
        BeforeValidator(_digits),
        AfterValidator(_number),
        WithJsonSchema({"type": "string", "pattern": NUMBER_PATTERN, "examples": ["60", "77.8"]}),
    ]
    unit: Annotated[
        UnitIn | None,
        Field(description="Unit of the number, of any size. Left out: the one that figures of the indicator are in."),
    ] = None
    comparator: Annotated[
        Comparator,
        Field(description="`eq` for the number itself, `gt` for more than it, `ge` at least, `lt` less than, `le` at most."),
    ] = "eq"
    approximate: Annotated[
        bool, Field(description="Whether the number is meant as about that much; with `lt`: nearly that much.")
    ] = False
    region: Annotated[
        Codes, Field(description="The regions it is about, all together: two mean a joint number. Left out: any.")
    ] = []
    period: Annotated[
        Label | None,
        Field(
            description="Its period: `2020`, `2021-S1`, `2021-06-30`, `start..end`; `asof` for undated figures. Left out: the "
            "undated figures, and where there are none the latest dated ones."
        ),
    ] = None
    measure: Annotated[Measure, Field(description="What the number says of the indicator.")] = "level"
    kind: Annotated[Kind, Field(description="Whether it is so, or is wanted, planned, agreed or expected.")] = "actual"
    project: Annotated[CodeIn | None, Field(description="The project it is about. Left out: any or none.")] = None
    counted: Annotated[CodeIn | None, Field(description="What is counted. Left out: any.")] = None
    base_region: Annotated[CodeIn | None, Field(description="Region that a share or rank refers to. Left out: any.")] = None
    base_indicator: Annotated[CodeIn | None, Field(description="Indicator that a share refers to. Left out: any.")] = None
    base_period: Annotated[Label | None, Field(description="Period that growth refers to. Left out: any.")] = None
    document: Annotated[Codes, Field(description="Compare with statements of these documents only. Left out: all.")] = []


@dataclass(frozen=True, slots=True)
class Subject:
    """A checked query with what the code lists say of it."""

    query: CheckQuery
    unit: Unit
    stock: bool


def read_subject(session: Session, query: CheckQuery) -> Subject:
    """What is asked, its codes known and its unit settled. Raises BadRequestError (`unknown-code`, `unit-needed`, …)."""
    _check_codes(session, query)
    indicator = session.execute(sa.select(Indicator).where(Indicator.code == query.indicator)).scalar_one()
    used = sa.select(Statement.unit).where(Statement.indicator == query.indicator, Statement.measure == query.measure)
    used = used.where(Statement.status == "published", Statement.unit.is_not(None)).distinct()
    families = families_for(query.measure, indicator.dimension)
    fitting = sa.or_(models.Unit.code.in_(used), models.Unit.family.in_(families), models.Unit.code == (query.unit or ""))
    units = session.execute(sa.select(models.Unit, models.Unit.code.in_(used)).where(fitting).order_by(models.Unit.code)).all()
    return Subject(query, _unit(query, [(row, bool(in_use)) for row, in_use in units], families), indicator.stock_flow == "stock")


def _unit(query: CheckQuery, units: Sequence[tuple[models.Unit, bool]], families: frozenset[str]) -> Unit:
    if query.unit:
        [row] = [row for row, _ in units if row.code == query.unit]
        if row.family in families:
            return Unit(row.code, row.dimension, row.family, row.base, row.factor)  # type: ignore[arg-type]
        named = ", ".join(row.code for row, _ in units if row.family in families)
        fault = Fault("query", "unit", f"{query.measure} of {query.indicator} has one of these units: {named}")
        raise BadRequestError("invalid-parameter", f"Not valid: unit. {fault.message}.", [fault])
    found = [row for row, in_use in units if in_use] or [row for row, _ in units if row.code == row.base]
    if len(found) == 1:
        [row] = found
        return Unit(row.code, row.dimension, row.family, row.base, row.factor)  # type: ignore[arg-type]
    named = ", ".join(row.code for row in found) or "none"
    raise BadRequestError(
        "unit-needed",
        f"`value` needs a `unit`; figures of {query.indicator} ({query.measure}) may be in: {named}.",
        [Fault("query", "unit", f"one of these was expected: {named}")],
    )


def _check_codes(session: Session, query: CheckQuery) -> None:
    asked: dict[str, tuple[Any, Sequence[str | None]]] = {
        "indicator": (Indicator.code, [query.indicator]),
        "region": (Region.code, query.region),
        "project": (Project.code, [query.project]),
        "document": (Document.code, query.document),
        "unit": (models.Unit.code, [query.unit]),
        "counted": (models.IndicatorCounted.code, [query.counted]),
        "base_region": (Region.code, [query.base_region]),
        "base_indicator": (Indicator.code, [query.base_indicator]),
    }
    require_codes(session, {name: (column, [code for code in codes if code]) for name, (column, codes) in asked.items()})
