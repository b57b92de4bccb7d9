"""What follows by arithmetic from what a page shows, and where does it stand?"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.derived import Derivation
from app.errors import BadRequestError
from app.queries.derivations import DerivationFilters, find_derivations, read_neighbours
from app.rendering.derivations import derivation
from app.schemas.derivations import Derivation as Shown
from app.web.page import address

MOST_NAMED = 3
"""Derived figures that a page names where it shows something else."""


@dataclass(frozen=True, slots=True)
class Follows:
    """How many figures follow, the first of them, and the address of all."""

    number: int
    first: list[Shown]
    href: str


def follows(session: Session, query: DerivationFilters) -> Follows | None:
    """What follows under these filters, of the indicators asked for first; None without any, or with too much to reckon."""
    found = reckoned(session, query)
    if not found:
        return None
    first = sorted(found, key=lambda each: each.about.indicator not in query.indicator)[:MOST_NAMED]
    asked = query.model_dump(mode="json", exclude_defaults=True)
    return Follows(len(found), shown(session, first), address("/derivations", asked))


def exceeding(session: Session, within: DerivationFilters) -> Follows | None:
    """The parts that exceed their whole: no two figures of one comparison, and yet not true together."""
    return follows(session, within.model_copy(update={"kind": ["part_exceeds_whole"]}))


def reckoned(session: Session, query: DerivationFilters) -> list[Derivation] | None:
    """The derivations asked for; None where there is too much to reckon with on a page."""
    try:
        return find_derivations(session, query)
    except BadRequestError as error:
        if error.code != "too-broad":
            raise
        return None


def shown(session: Session, found: Sequence[Derivation]) -> list[Shown]:
    """The derivations with the names they show."""
    beside = read_neighbours(session, found)
    return [derivation(each, beside) for each in found]
