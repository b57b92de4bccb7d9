"""A converted figure as it goes over the wire."""

from typing import Any

from app.domain.decimals import plain_text
from app.domain.derived import Derivation
from app.domain.interval import Interval
from app.queries.conversion import Conversion
from app.schemas import conversion


def converted(each: Conversion) -> conversion.Converted:
    """A figure in the unit asked for, with the rate it rests on."""
    return conversion.Converted(
        value=each.value,
        value_text=None if each.value is None else plain_text(each.value),
        unit=each.target.unit,
        scale=each.target.scale,
        interval=_interval(each.interval),
        rule=each.rule,
        rate=_rate(each.rate) if each.rate else None,
    )


def _interval(bounds: Interval) -> conversion.ConvertedInterval:
    return conversion.ConvertedInterval(
        lower=bounds.lower,
        lower_inclusive=bounds.lower_inclusive,
        upper=bounds.upper,
        upper_inclusive=bounds.upper_inclusive,
        basis=bounds.basis,
    )


def _rate(rate: Derivation) -> conversion.RateOut:
    amount, printed = (entry.figure for entry in rate.inputs)
    return conversion.RateOut(
        value=rate.result.value,
        unit=rate.about.unit,
        interval=_interval(rate.result.interval),
        statement=printed.id,
        amount=amount.id,
        document=printed.document,
        published_on=printed.published_on,
        derivation=rate.id,
    )


def flat(each: Conversion | None) -> dict[str, Any]:
    """The columns that a flat row has for it."""
    return {
        "converted_value": each.value if each else None,
        "converted_lower": each.interval.lower if each else None,
        "converted_upper": each.interval.upper if each else None,
        "converted_unit": str(each.target) if each else None,
    }
