"""What is a figure in another unit? Exact inside a dimension; between currencies at a rate that a document implies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.derived import Derivation
from app.domain.interval import Bounds, Interval, exact, outward, rounded
from app.domain.units import SCALED, SCALES, Target, Unit, in_unit, parse_target
from app.errors import BadRequestError, Fault
from app.models import Statement
from app.models import Unit as UnitRow
from app.queries.derivations import implied_rates
from app.queries.listing import require_codes

POINTS = "percentage points, as stated: never a percentage of something"


@dataclass(frozen=True, slots=True)
class Conversion:
    """A figure in the unit asked for, and what that rests on."""

    value: Decimal | None
    interval: Interval
    target: Target
    rule: str
    rate: Derivation | None


@dataclass(frozen=True, slots=True)
class Converter:
    """Turns figures into one unit. `rates` are the implied exchange rates between it and the currencies asked for."""

    target: Target
    unit: Unit
    rates: Sequence[Derivation]

    def of(
        self,
        *,
        unit: str,
        value: Decimal | None,
        interval: Interval,
        published_on: date,
        document: str | None = None,
        statement: str | None = None,
        points: bool = False,
    ) -> Conversion:
        """A figure in base unit `unit` as one of the unit asked for.

        The rate is that of the statement itself, of its document, or of the document published nearest to `published_on`,
        then the first by id. `points` says that percent are percentage points.
        """
        if unit == self.unit.base:
            return self._exactly(value, interval, points=points)
        fitting = [each for each in self.rates if unit in _currencies(each)]
        rate = min(fitting, key=lambda each: _distance(each, statement, document, published_on))
        return self._at(rate, unit, value, interval)

    @property
    def size(self) -> Decimal:
        """Base units in one of the unit asked for."""
        return self.unit.factor * self.target.size

    def _exactly(self, value: Decimal | None, interval: Interval, *, points: bool) -> Conversion:
        if self.size == 1:
            return Conversion(value, interval, self.target, POINTS if points else "as stated", None)
        number, bounds, ends = in_unit(value, interval, 1 / Fraction(self.size))
        how = "exact" if ends else "rounded to 12 significant digits, bounds outward"
        return Conversion(number, bounds, self.target, f"1 {self.target} = {self.size:f} {self.unit.base}; {how}", None)

    def _at(self, rate: Derivation, unit: str, value: Decimal | None, interval: Interval) -> Conversion:
        amount, converted = (entry.figure for entry in rate.inputs)
        per = exact(rate.result.interval)
        size = Bounds(Fraction(self.size), True, Fraction(self.size), True)
        multiplied = unit == converted.unit
        bounds = exact(interval) * per if multiplied else exact(interval) / per
        point = Fraction(amount.value or 1) / Fraction(converted.value or 1)
        number = None if value is None else Fraction(value) * (point if multiplied else 1 / point) / Fraction(self.size)
        how = "multiplied by" if multiplied else "divided by"
        return Conversion(
            None if number is None else rounded(number, ROUND_HALF_EVEN),
            outward(bounds / size),
            self.target,
            f"{how} the {rate.about.unit} that {converted.id} implies ({converted.published_on}); bounds outward",
            rate,
        )


def _currencies(rate: Derivation) -> set[str]:
    return {entry.figure.unit for entry in rate.inputs}


def _distance(rate: Derivation, statement: str | None, document: str | None, day: date) -> tuple[bool, bool, int, str]:
    ids = {entry.figure.id for entry in rate.inputs}
    printed = rate.inputs[1].figure
    return statement not in ids, printed.document != document, abs((printed.published_on - day).days), rate.id


def units_of(session: Session, select: sa.Select[Any]) -> list[str]:
    """The base units of the figures that a select of statements finds."""
    ids = select.with_only_columns(Statement.id).order_by(None)
    units = sa.select(Statement.unit).where(Statement.id.in_(ids), Statement.unit.is_not(None)).distinct()
    return sorted(str(unit) for unit in session.execute(units).scalars())


def currencies_beside(session: Session, unit: str) -> list[str]:
    """The currencies to which a document implies a rate from this one; empty for what is no currency."""
    rates = [_currencies(each) for each in implied_rates(session)]
    return sorted({code for currencies in rates if unit in currencies for code in currencies} - {unit})


def converter_for(session: Session, unit_as: str, units: Iterable[str]) -> Converter:
    """What converts figures in these base units to `unit_as`.

    Raises BadRequestError: `unknown-code`, `invalid-parameter` (no such scale for the unit), `not-convertible`.
    """
    target = parse_target(unit_as)
    require_codes(session, {"unit_as": (UnitRow.code, [target.unit])})
    known = {
        row.code: Unit(row.code, row.dimension, row.family, row.base, row.factor)  # type: ignore[arg-type]
        for row in session.execute(sa.select(UnitRow).order_by(UnitRow.code)).scalars()
    }
    unit = known[target.unit]
    if target.scale and unit.family not in SCALED:
        message = f"{unit.code} takes no scale; only units of {', '.join(sorted(SCALED))} do ({', '.join(SCALES)})"
        raise BadRequestError("invalid-parameter", f"Not valid: unit_as. {message}.", [Fault("query", "unit_as", message)])
    others = sorted(each for each in set(units) if each != unit.base)
    rates = implied_rates(session) if unit.family == "money" and others else []
    fitting = [each for each in rates if unit.base in _currencies(each)]
    reached = {each for rate in fitting for each in _currencies(rate)}
    left = [each for each in others if each not in reached]
    if left:
        raise _refused(session, unit, sorted({unit.code, *others} - set(left)), left, known)
    return Converter(target, unit, fitting)


def _refused(
    session: Session, unit: Unit, fitting: Sequence[str], left: Sequence[str], known: Mapping[str, Unit]
) -> BadRequestError:
    """The error when figures in the base units `left` cannot be converted to `unit`, as those in `fitting` can."""
    money = [each for each in left if known[each].family == "money"]
    why = " No document implies a rate between these currencies." if unit.family == "money" and money else ""
    remedy, guesses = f"add unit={','.join(fitting)} to leave those figures out", list[str]()
    if len(left) == 1:
        guesses = [code for code, each in known.items() if each.base == left[0]]
        rates = implied_rates(session) if money else []
        guesses += sorted({each for rate in rates if left[0] in _currencies(rate) for each in _currencies(rate)} - set(guesses))
        remedy = f"they convert to {', '.join(guesses)}; or {remedy}"
    return BadRequestError(
        "not-convertible",
        f"Figures in {', '.join(left)} do not convert to {unit.code}.{why} {remedy[0].upper()}{remedy[1:]}.",
        [Fault("query", "unit_as", f"a unit that all figures asked for convert to was expected; {remedy}", guesses)],
    )


def conversion_of(converter: Converter, row: Statement) -> Conversion | None:
    """A statement's figure in the unit asked for; None without a figure. `row.source` is loaded."""
    interval = row.interval
    if interval is None or row.unit is None:
        return None
    return converter.of(
        unit=row.unit,
        value=row.value,
        interval=interval,
        published_on=row.source.published_on,
        document=row.document,
        statement=row.id,
        points=row.measure == "change" and row.unit == "percent",
    )
