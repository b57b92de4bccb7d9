"""What is there to do for a curator? Contradictions, spans that are not verified, dates that are weak."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Comparison, Document, Statement
from app.queries.statements import with_neighbours


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of each, all documents together."""

    conflicts: int
    unverified: int
    unattached: int
    weak: int


def count_work(session: Session) -> Counts:
    """How much there is to do; one SQL statement."""
    live = Statement.status == "published"
    row = session.execute(
        sa.select(
            sa.select(sa.func.count()).where(Comparison.status == "conflicting").scalar_subquery(),
            _number(live, Statement.verification.in_(["moved", "ambiguous", "altered", "missing"])),
            _number(live, Statement.verification == "unattached"),
            _number(live, Statement.period_basis.in_(["inferred", "unknown"]), Statement.comparator.is_not(None)),
        )
    ).one()
    return Counts(*row)


def _number(*where: Any) -> Any:
    return sa.select(sa.func.count(Statement.id)).where(*where).scalar_subquery()


def select_unverified() -> sa.Select[Statement]:
    """The statements whose words do not stand in the attached text where they should, with their neighbours."""
    wrong = Statement.verification.in_(["moved", "ambiguous", "altered", "missing"])
    select = sa.select(Statement).join(Document, Document.code == Statement.document)
    return with_neighbours(select.where(wrong, Statement.status == "published"))
