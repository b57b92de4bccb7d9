"""A derivation as it goes over the wire."""

from collections.abc import Mapping
from typing import Any

from app import models
from app.domain.decimals import plain_text
from app.domain.derived import Compared, Derivation
from app.domain.interval import Interval
from app.domain.pairing import Entry
from app.queries.derivations import Neighbours
from app.rendering.statements import indicator_ref, named
from app.schemas import derivations, statements


def derivation(each: Derivation, beside: Neighbours) -> derivations.Derivation:
    """A derivation with the names it shows."""
    about, value, period = each.about, each.result.value, each.about.period
    return derivations.Derivation(
        id=each.id,
        kind=each.kind,
        derived=True,
        explanation=each.explanation,
        rule=each.result.rule,
        indicator=indicator_ref(beside.indicators.get(about.indicator or "")),
        measure=about.measure,
        counted=about.counted,
        claim_kind=about.kind,
        regions=[named(beside.regions[region]) for region in about.regions],
        project=_named(beside.projects, about.project),
        period=period.label if period else None,
        period_start=period.start if period else None,
        period_end=period.end if period else None,
        weak_period=each.weak,
        value=value,
        value_text=None if value is None else plain_text(value),
        unit=about.unit,
        interval=computed(each.result.interval),
        inputs=[_input(entry) for entry in each.inputs],
        compared_with=[_compared(other) for other in each.compared],
        links=derivations.DerivationLinks(
            self=f"/v1/derivations/{each.id}", statements=[f"/v1/statements/{entry.figure.id}" for entry in each.inputs]
        ),
    )


def computed(bounds: Interval) -> statements.ComputedInterval:
    """An interval that follows from others."""
    return statements.ComputedInterval(**_bounds(bounds))


def _bounds(bounds: Interval) -> dict[str, Any]:
    return {name: getattr(bounds, name) for name in ("lower", "lower_inclusive", "upper", "upper_inclusive", "basis")}


def _named(rows: Mapping[str, models.Project], code: str | None) -> Any:
    return named(rows[code]) if code else None


def _input(entry: Entry) -> derivations.DerivationInput:
    figure = entry.figure
    return derivations.DerivationInput(
        statement=figure.id,
        document=figure.document,
        role=entry.role,
        as_written=figure.as_written,
        value=figure.value,
        comparator=figure.comparator,
        unit=figure.unit,
        interval=statements.IntervalOut(**_bounds(entry.interval)),
        period=figure.period.label,
    )


def _compared(other: Compared) -> derivations.DerivationCompared:
    return derivations.DerivationCompared(
        statement=other.statement,
        document=other.document,
        relation=other.relation,
        combined=computed(other.combined) if other.combined else None,
    )


def flat(each: Derivation, beside: Neighbours) -> dict[str, Any]:
    """A derivation as one flat row, in the order of FLAT_DERIVATION; lists are joined by `;`."""
    one = derivation(each, beside)
    same = ("id", "kind", "explanation", "rule", "measure", "counted", "claim_kind", "period", "period_start", "period_end")
    return {
        **{name: getattr(one, name) for name in (*same, "weak_period", "value", "value_text", "unit", "derived")},
        "indicator": one.indicator.code if one.indicator else None,
        "indicator_name": one.indicator.name if one.indicator else None,
        "regions": ";".join(region.code for region in one.regions) or None,
        "region_names": ";".join(region.name for region in one.regions) or None,
        "project": one.project.code if one.project else None,
        **{name: value for name, value in one.interval.model_dump().items() if name != "basis"},
        "interval_basis": one.interval.basis,
        "inputs": ";".join(entry.statement for entry in one.inputs),
        "roles": ";".join(entry.role for entry in one.inputs),
        "documents": ";".join(dict.fromkeys(entry.document for entry in one.inputs)),
        "compared_with": ";".join(other.statement for other in one.compared_with) or None,
        "relations": ";".join(other.relation for other in one.compared_with) or None,
    }
