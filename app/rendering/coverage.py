"""What was read of a document, as it goes over the wire."""

from collections.abc import Mapping
from decimal import Decimal

from app import models
from app.domain.words import MENTION_STATES
from app.schemas import coverage as coverage_schemas


def mention(row: models.Mention) -> coverage_schemas.Mention:
    """A number of a document."""
    return coverage_schemas.Mention(
        document=row.document,
        start=row.start,
        end=row.end,
        number=row.number,
        state=row.state,
        reason=row.reason,
        statements=[each.statement for each in row.stated_by],
    )


def coverage(document: str, counts: Mapping[tuple[str, str | None], int]) -> coverage_schemas.Coverage:
    """How much of a document was read, from its counts by state and reason."""
    states = {state: sum(number for (each, _), number in counts.items() if each == state) for state in MENTION_STATES}
    numbers = sum(states.values())
    accounted = numbers - states["unaccounted"]
    return coverage_schemas.Coverage(
        document=document,
        numbers=numbers,
        **states,
        ratio=round(Decimal(accounted) / numbers, 4) if numbers else None,
        reasons={reason: number for (_, reason), number in sorted(counts.items(), key=str) if reason},
    )


def coverage_report(counts: Mapping[str, Mapping[tuple[str, str | None], int]]) -> coverage_schemas.CoverageReport:
    """How much of every document was read, and of all together."""
    together: dict[tuple[str, str | None], int] = {}
    for by_state in counts.values():
        for key, number in by_state.items():
            together[key] = together.get(key, 0) + number
    return coverage_schemas.CoverageReport(
        data=[coverage(document, by_state) for document, by_state in counts.items()],
        total=coverage("*", together),
    )
