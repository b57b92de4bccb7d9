"""What words for a time mean, as it goes over the wire."""

from typing import Any

from app.domain.period import edtf_of
from app.domain.period_readings import Reading
from app.domain.period_words import Resolution
from app.schemas import periods


def resolution(found: Resolution) -> periods.PeriodResolution:
    """The likeliest reading with the others beside it."""
    first, *others = found.readings
    return periods.PeriodResolution(
        **_reading(first),
        text=found.text,
        alternatives=[periods.PeriodAlternative(**_reading(each), why=each.why) for each in others],
        explanation=found.explanation,
    )


def _reading(reading: Reading) -> dict[str, Any]:
    period = reading.period
    return {
        **{name: getattr(period, name) for name in ("as_written", "anchor", "type", "basis", "rule", "start", "end")},
        **{name: getattr(period, name) for name in ("label", "cumulative", "weak")},
        "edtf": edtf_of(period.start, period.end),
    }
