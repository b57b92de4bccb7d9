"""What follows from the stated figures, ready to be read: inputs, rule, bounds, and what documents state of the same thing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from app.domain.comparison import Figure, Relation, relation_of
from app.domain.derivation import DerivationKind, Result, Term, derive
from app.domain.interval import Interval, intersection
from app.domain.ledger import Ledger, Lists, Stated
from app.domain.pairing import DRAFTS, About, Draft, Entry
from app.domain.period import Period
from app.domain.wording import interval_text

LONGEST_ID = 1000


@dataclass(frozen=True, slots=True)
class Names:
    """English names by code."""

    indicators: Mapping[str, str]
    regions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure that a document states of what was derived."""

    statement: str
    document: str
    relation: Relation
    """What the derived interval is to the stated one."""
    combined: Interval | None
    """The values that both allow."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """A number that follows by arithmetic from statements."""

    kind: DerivationKind
    inputs: tuple[Entry, ...]
    about: About
    result: Result
    compared: tuple[Compared, ...]
    names: Names

    @property
    def id(self) -> str:
        """The kind and the statements it rests on, in the order of the rule; of very many only the first, and a checksum."""
        ids = [each.figure.id for each in self.inputs]
        whole = "~".join((self.kind, *ids))
        if len(whole) <= LONGEST_ID:
            return whole
        return f"{self.kind}~{ids[0]}~and-{len(ids) - 1}-more-{sha256(whole.encode()).hexdigest()[:12]}"

    @property
    def explanation(self) -> str:
        """One sentence: what it is, the bounds, the rule, and the figures that go in."""
        bounds = interval_text(self.result.interval, self.about.unit)
        given = ", ".join(f"{each.role} {interval_text(each.interval, each.figure.unit)}" for each in self.inputs)
        return f"{_opening(self, bounds)}: {self.result.rule}, with {given}."

    @property
    def periods(self) -> list[Period]:
        """The period that it is about, where it has one, and those of its inputs."""
        return [each for each in (self.about.period, *(entry.figure.period for entry in self.inputs)) if each is not None]

    @property
    def weak(self) -> bool:
        """Whether any input has a weak period."""
        return any(each.figure.period.weak for each in self.inputs)


def derivations(ledger: Ledger, kinds: Iterable[DerivationKind], names: Names) -> list[Derivation]:
    """Everything of these kinds that follows, by id."""
    wanted = frozenset(kinds)
    finders = dict.fromkeys(DRAFTS[kind] for kind in sorted(wanted))
    drafts = (draft for find in finders for draft in find(ledger) if draft.kind in wanted)
    found = {each.id: each for each in _finished(drafts, ledger.lists, names)}
    return [found[id_] for id_ in sorted(found)]


def _finished(drafts: Iterable[Draft], lists: Lists, names: Names) -> Iterator[Derivation]:
    for draft in drafts:
        terms = [_term(entry, lists) for entry in draft.entries]
        result = derive(draft.kind, terms)
        if result is not None:
            yield Derivation(
                kind=draft.kind,
                inputs=draft.entries,
                about=draft.about,
                result=result,
                compared=tuple(_compared(result, each) for each in draft.stated),
                names=names,
            )


def _term(entry: Entry, lists: Lists) -> Term:
    value = entry.figure.value if entry.exact else entry.figure.point
    return Term(entry.role, entry.interval, value, lists.families[entry.figure.unit])


def _compared(result: Result, stated: Stated) -> Compared:
    ours = Figure("", "", result.interval, result.value, False, "")
    theirs = Figure(stated.id, stated.document, stated.interval, stated.value, stated.approximate, stated.document)
    common = intersection([result.interval, stated.interval])
    return Compared(stated.id, stated.document, relation_of(ours, theirs), common)


def _opening(of: Derivation, bounds: str) -> str:
    about, names = of.about, of.names
    thing, place, when = _thing(about.indicator, names), _places(about.regions, names), _when(about)
    if of.kind == "implied_rate":
        return f"The document of {of.inputs[0].figure.published_on} converts at {bounds}"
    if of.kind == "implied_base":
        return f"{thing} of {place}{when or ' at the unnamed time of comparison'} was {bounds}"
    if of.kind == "remainder":
        return f"Of {thing} of {place}{when}, the parts named leave {bounds}"
    if of.kind == "sum_of_parts":
        return f"The parts that make up {thing} of {place}{when} add up to {bounds}"
    if of.kind == "part_exceeds_whole":
        around = _places(of.inputs[1].figure.regions, names)
        return f"{thing} of {place}{when} is above that of {around}, in which it lies, by {bounds}"
    return f"{thing} of {place}{when} is {bounds}"


def _thing(indicator: str | None, names: Names) -> str:
    return names.indicators.get(indicator or "", indicator or "")


def _places(regions: Iterable[str], names: Names) -> str:
    return " and ".join(names.regions.get(region, region) for region in regions)


def _when(about: About) -> str:
    if about.period is None:
        return ""
    label = about.period.label
    if label == "unknown":
        return " at an unnamed time"
    return f" as of {about.period.end}" if label == "asof" else f" in {label}"
