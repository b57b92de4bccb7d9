"""The answer to a check as it goes over the wire."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import models
from app.domain.checking import RULES, Side, favoured, nearest_miss, side_of
from app.domain.comparison import Figure, Pair, Verdict, slot_of, verdict_on
from app.domain.decimals import plain_text
from app.domain.evidence import collapse, fragment_url
from app.domain.wording import gap_text, interval_text, percent_text
from app.queries.checks import Subject
from app.queries.comparable import Chosen, Other
from app.queries.comparisons import figure_of
from app.rendering.comparisons import base, interval, part
from app.schemas import checks, statements
from app.schemas.common import Meta

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Compared:
    """A statement with the pair it makes with the number."""

    row: models.Statement
    pair: Pair
    cell: str
    side: Side


def check(
    subject: Subject, asserted: Figure, chosen: Sequence[Chosen], others: tuple[int, Sequence[Other]], *, data_version: int
) -> checks.Check:
    """What the cells say of the asserted number."""
    verdicts = [verdict_on(asserted, [_figure(row) for row in each.rows]) for each in chosen]
    verdict = favoured(each for each, _ in verdicts)
    compared = [_compared(pair, each) for each, (_, pairs) in zip(chosen, verdicts, strict=True) for pair in pairs]
    cells = [_cell(each, word, subject) for each, (word, _) in zip(chosen, verdicts, strict=True)]
    sides: dict[Side, list[_Compared]] = {
        side: [each for each in compared if each.side == side] for side in ("supporting", "contradicting", "neutral")
    }
    weak = any(each.weak_period for each in cells)
    return checks.Check(
        verdict=verdict,
        rule=RULES[verdict],
        explanation=_explained(verdict, asserted, sides, subject, cells=len(cells), weak=weak),
        weak_period=weak,
        asserted=_asserted(subject, asserted),
        cells=cells,
        **{side: [_statement(each) for each in found] for side, found in sides.items()},
        nearest=_nearest(sides["contradicting"]) if verdict == "contradicted" else None,
        not_compared=checks.LeftOut(total=others[0], statements=[_other(each) for each in others[1]]),
        meta=Meta(data_version=data_version, notes=_notes(len(cells))),
    )


def _figure(row: models.Statement) -> Figure:
    return figure_of(row, {row.document: row.document})


def _compared(pair: Pair, chosen: Chosen) -> _Compared:
    row = next(each for each in chosen.rows if each.id == pair.right)
    side = side_of(pair.relation, _figure(row).interval, approximate=row.approximate)
    return _Compared(row, pair, chosen.cell, side)


def _asserted(subject: Subject, asserted: Figure) -> checks.Asserted:
    query, value = subject.query, asserted.value
    if value is None:
        raise ValueError("a check asserts one number")
    return checks.Asserted(
        as_written=query.value,
        value=value,
        value_text=plain_text(value),
        comparator=query.comparator,
        approximate=query.approximate,
        unit=subject.unit.base,
        interval=interval(asserted.interval),
        indicator=query.indicator,
        measure=query.measure,
        kind=query.kind,
        regions=sorted(set(query.region)),
        period=query.period,
    )


def _cell(chosen: Chosen, verdict: Verdict, subject: Subject) -> checks.CheckedCell:
    asof = slot_of(chosen.cell) == "asof"
    first: Any = chosen.rows[0]
    return checks.CheckedCell(
        cell=chosen.cell,
        verdict=verdict,
        status=chosen.status,
        period="asof" if asof else first.period.label,
        period_type=None if asof else first.period.type,
        weak_period=asof or subject.query.period is None,
        dates=sorted({_day(row) for row in chosen.rows}),
        statements=[row.id for row in chosen.rows],
    )


def _day(row: models.Statement) -> date:
    return row.period_end or row.period_start or row.source.published_on


def _statement(each: _Compared) -> checks.CheckedStatement:
    row = each.row
    return checks.CheckedStatement(
        statement=row.id,
        cell=each.cell,
        relation=each.pair.relation,
        gap=each.pair.gap,
        gap_relative=part(each.pair.gap_relative),
        text=row.text,
        as_written=collapse(row.exact),
        comparator=row.comparator,
        approximate=row.approximate,
        interval=interval(_figure(row).interval),
        period=row.period.label,
        period_end=row.period_end,
        document=row.document,
        publisher=statements.PublisherRef(code=row.source.issuer.code, name=row.source.issuer.name),
        published_on=row.source.published_on,
        url=fragment_url(row.source.url, row.exact),
        link=f"/v1/statements/{row.id}",
    )


def _nearest(found: Iterable[_Compared]) -> checks.Nearest | None:
    pair = nearest_miss(each.pair for each in found)
    return None if pair is None else checks.Nearest(statement=pair.right, gap=pair.gap, gap_relative=part(pair.gap_relative))


def _notes(cells: int) -> list[str]:
    if cells < 2:
        return []
    return [f"{cells} cells fit what was asked, each with a verdict of its own; that of the answer is the most favourable."]


def _explained(
    verdict: Verdict, asserted: Figure, sides: dict[Side, list[_Compared]], subject: Subject, *, cells: int, weak: bool
) -> str:
    number = interval_text(asserted.interval, subject.unit.base)
    if verdict == "not_covered":
        return f"No comparable statement says anything of {number}."
    parts = [f"agrees with {_named(sides['supporting'])}"] if sides["supporting"] else []
    if sides["contradicting"]:
        parts.append(f"cannot be true together with {_named(sides['contradicting'], gaps=subject.unit.base)}")
    if sides["neutral"]:
        parts.append(f"is neither supported nor contradicted by {_named(sides['neutral'])}")
    several = f" (the best of {cells} cells)" if cells > 1 else ""
    sentence = f"{verdict.capitalize()}{several}: {number} {'; '.join(parts)}"
    return sentence + ("; the time is not settled." if weak else ".")


def _named(found: Sequence[_Compared], *, gaps: str | None = None) -> str:
    shown = [f"{each.row.id}{_apart(each.pair, gaps) if gaps else ''}" for each in found[:MOST_NAMED]]
    more = len(found) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _apart(pair: Pair, unit: str) -> str:
    if pair.gap is None or pair.gap_relative is None:
        return ""
    return f" ({gap_text(pair.gap, unit)} apart, {percent_text(pair.gap_relative)})"


def _other(other: Other) -> checks.NotCompared:
    row = other.row
    return checks.NotCompared(
        statement=row.id,
        differs=other.differs,
        explanation=f"Not compared: {'; '.join(_difference(name, row) for name in other.differs)}.",
        as_written=collapse(row.exact),
        text=row.text,
        regions=[each.region for each in row.regions],
        period=row.period.label,
        base=base(row),
        unit=row.unit or "",
        document=row.document,
        link=f"/v1/statements/{row.id}",
    )


def _difference(name: checks.Difference, row: models.Statement) -> str:
    """In what a statement differs, in words."""
    of = [part for part in (row.base_region, row.base_indicator, row.base_period) if part]
    words: dict[checks.Difference, str] = {
        "period": f"its period is {row.period.label} ({row.period_type})",
        "region": f"it is about {' and '.join(each.region for each in row.regions) or 'no region'}",
        "measure": f"its measure is {row.measure}",
        "kind": f"its kind is {row.kind}",
        "unit": f"it is in {row.unit}",
        "base": f"it refers to {', '.join(of) or 'nothing named'}",
        "counted": f"it counts {row.counted or 'nothing in particular'}",
        "project": f"it is about {'the project ' + row.project if row.project else 'no project'}",
        "document": f"it stands in {row.document}",
        "status": f"it is {row.status}",
        "look_alike": "it is marked as alike but not the same",
    }
    return words[name]
