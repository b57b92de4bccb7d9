"""What can a reader choose next? Menus that never lead to nothing, and the filters that are set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from fastapi import Request
from sqlalchemy.orm import Session

from app.domain.units import SCALED, SCALES
from app.models import Actor, Document, Indicator, Project, Region, Statement, Unit
from app.queries.availability import AvailabilityQuery, AvailableDimension, select_available
from app.queries.codes import all_regions
from app.queries.conversion import currencies_beside
from app.queries.facets import AXES, select_facet
from app.queries.service import is_large
from app.queries.statements import StatementFilters
from app.web import words

MOST_CHOICES = 200
LABELS = {
    "within": "Region and all in it",
    "indicator": "Indicator",
    "topic": "Topic",
    "period": "Period",
    "unit": "Unit",
    "measure": "Measure",
    "kind": "Kind",
    "document": "Document",
}
TABLES = {
    "measure": words.MEASURE,
    "kind": words.KIND,
    "status": words.STATUS,
    "sort": words.ORDER,
    "period_basis": words.PERIOD_BASIS,
    "has_quantity": words.PRESENT,
}
NAMES: dict[str, tuple[Any, Any]] = {
    "indicator": (Indicator.code, Indicator.name),
    "region": (Region.code, Region.name),
    "within": (Region.code, Region.name),
    "project": (Project.code, Project.name),
    "document": (Document.code, Document.title),
    "actor": (Actor.code, Actor.name),
    "publisher": (Actor.code, Actor.name),
    "unit": (Unit.code, Unit.name),
    "statement": (Statement.id, Statement.exact),
}
"""Filters by code, and where the names of these stand."""
BESIDE = {"within": " and all in it", "publisher": " as publisher"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to choose, with the number of statements that it leads to."""

    value: str
    text: str
    statements: int | None
    chosen: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of a form."""

    name: str
    label: str
    everything: str
    """what stands for no choice; empty where leaving it out says so"""
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set and has no menu, in words, and the address without it."""

    name: str
    value: str
    text: str
    without: str


def menus(
    session: Session, query: StatementFilters, names: Sequence[str], everything: Mapping[str, Sequence[str]] | None = None
) -> list[Menu]:
    """A menu for each of these filters, each with what the other filters leave.

    `everything` holds the values of those filters that, left out, do not stand for all. In a large database there are none,
    unless the filters find few statements: each would count all of them.
    """
    if is_large(session) and not _narrow(query):
        return []
    asked = _alone(query)
    whole = {name: ",".join(values) for name, values in (everything or {}).items()}
    return [
        Menu(name, LABELS[name], whole.get(name, ""), list(_choices(session, asked, name, whole.get(name, "")))) for name in names
    ]


def _narrow(query: StatementFilters) -> bool:
    """Whether the filters find a small part of the statements: those of an indicator, a document, a project or a cell."""
    return bool(query.indicator or query.document or query.project or query.cell)


def conversions(session: Session, unit: str, held: str | None) -> Menu | None:
    """A menu of what figures in this base unit can be shown in: exactly, or at a rate of the documents; None without any."""
    rows = session.execute(
        sa.select(Unit).where(Unit.base == unit).order_by(Unit.factor, Unit.code).limit(MOST_CHOICES)
    ).scalars()
    found = [(row.code, row.name, row.family) for row in rows]
    targets = [(code, name) for code, name, _ in found if code != unit]
    if any(code == unit and family in SCALED for code, _, family in found):
        targets += [(f"{unit}:{scale}", f"{scale} {unit}") for scale in SCALES]
        targets += [(code, code) for code in ([] if is_large(session) else currencies_beside(session, unit))]
    if held and held not in dict(targets):
        targets.append((held, held))
    choices = [Choice(target, name, None, target == held) for target, name in targets]
    return Menu("unit_as", "Shown in", "", choices) if choices else None


def _alone(query: StatementFilters) -> AvailabilityQuery:
    """The filters of statements of a query; a condition on values is left out, since menus are of codes."""
    fields = set(StatementFilters.model_fields) - {"status", "value", "match"}
    held = {name: getattr(query, name) for name in fields}
    return AvailabilityQuery(**held, mode="available")


def _choices(session: Session, asked: AvailabilityQuery, name: str, everything: str) -> Iterator[Choice]:
    chosen = getattr(asked, name) or []
    held = ",".join(chosen) if isinstance(chosen, list) else chosen
    if name == "within":
        found = list(_places(session, asked, held))
    else:
        rows = session.execute(select_available(asked, cast("AvailableDimension", name))).all()[:MOST_CHOICES]
        found = [Choice(row.value, _text(row, name), row.statements, row.value == held) for row in rows]
        if name == "period":
            found.sort(key=lambda each: each.value, reverse=True)
    if held and held != everything and not any(each.chosen for each in found):
        yield Choice(held, _held(name, held), None, chosen=True)
    yield from found


def _held(name: str, held: str) -> str:
    """A value that is set and that the others leave nothing of, or several values."""
    if name == "period":
        return words.label_words(held)
    return ", ".join(words.said(TABLES.get(name, {}), each) if name in TABLES else each for each in held.split(","))


def _text(row: Any, name: str) -> str:
    if name in TABLES:
        return words.said(TABLES[name], row.value)
    if name == "period":
        return words.label_words(row.value)
    text = row.name or row.value
    return f"{text} {row.name_zh}" if row.name_zh else str(text)


def _places(session: Session, asked: AvailabilityQuery, held: str) -> Iterator[Choice]:
    """The regions with statements, below those in which they lie; each once."""
    here = asked.model_copy(update={"within": []})
    counts = {row.value: row.statements for row in session.execute(select_facet(here, AXES["region"])) if row.value}
    regions = {row.code: row for row in all_regions(session)}
    needed = set[str]()
    for code in counts:
        needed |= _above(code, regions)
    seen = set[str]()

    def below(row: Region, depth: int) -> Iterator[Choice]:
        if row.code in seen or row.code not in needed:
            return
        seen.add(row.code)
        text = f"{row.name} {row.name_zh}" if row.name_zh else row.name
        yield Choice(row.code, text, counts.get(row.code), row.code == held, depth)
        for child in row.children:
            yield from below(regions[child.region], depth + 1)

    for row in regions.values():
        if not row.parents:
            yield from below(row, 0)


def _above(code: str, regions: Mapping[str, Region]) -> set[str]:
    found, todo = set[str](), [code]
    while todo:
        here = todo.pop()
        if here not in found and here in regions:
            found.add(here)
            todo.extend(each.parent for each in regions[here].parents)
    return found


def chips(request: Request, session: Session, shown: Sequence[str]) -> list[Chip]:
    """The filters that are set and have no menu among `shown`."""
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"))
    return [
        Chip(name, value, _said(session, name, value), _without(request.scope["path"], asked, place))
        for place, (name, value) in enumerate(asked)
        if name not in (*shown, "cursor")
    ]


def _said(session: Session, name: str, value: str) -> str:
    """A filter as a reader says it: `Gross domestic product`, `latest period first`; one without such words as it is."""
    values = value.split(",")[:MOST_CHOICES]
    if name in NAMES:
        code, called = NAMES[name]
        found = {row[0]: row[1] for row in session.execute(sa.select(code, called).where(code.in_(values)))}
        return ", ".join(" ".join(str(found.get(each, each)).split()) for each in values) + BESIDE.get(name, "")
    if name == "period":
        return words.label_words(value)
    if name in TABLES and all(each in TABLES[name] for each in values):
        return ", ".join(TABLES[name][each] for each in values)
    return f"{name.replace('_', ' ')} {value}"


def _without(path: str, asked: Sequence[tuple[str, str]], place: int) -> str:
    """The address without one filter; the unit to convert to goes with it, since other figures may have no such unit."""
    kept = [each for number, each in enumerate(asked) if number != place and each[0] not in ("cursor", "unit_as")]
    return f"{path}?{urlencode(kept)}" if kept else path
