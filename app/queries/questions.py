"""Which questions show best what this database answers? They are found in the data, so each has an answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.domain.comparison import slot_of
from app.models import Comparison, Indicator, Mention, Region, Statement, StatementRegion
from app.queries.service import is_large

MOST = 5


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the page that answers it; its data stand at the same address below /v1."""

    text: str
    path: str


def questions(session: Session) -> list[Question]:
    """Up to five questions that this database answers; each costs one short SQL statement or two."""
    return list(_questions(session))[:MOST]


def _questions(session: Session) -> Iterator[Question]:
    conflict = _comparison(session, Comparison.status == "conflicting", Comparison.gap_key.desc())
    if conflict:
        indicator, cell = conflict
        yield Question(f"Do the documents agree on “{indicator}”?", f"/comparisons/{cell}")
    agreed = _comparison(session, Comparison.status.in_(["corroborated", "repeated"]), Comparison.documents.desc())
    if agreed:
        indicator, cell = agreed
        yield Question(f"How many sources does “{indicator}” really have?", f"/comparisons/{cell}")
    aimed = None if is_large(session) else _with_target(session)
    if aimed:
        indicator, region, path = aimed
        yield Question(f"How did “{indicator}” go in {region}, and what is aimed at?", path)
    if session.execute(sa.select(Statement.id).where(Statement.measure == "growth").limit(1)).first():
        yield Question("What grew, and what shrank?", "/statements?measure=growth,change")
    if session.execute(sa.select(Statement.id).where(Statement.kind == "target").limit(1)).first():
        yield Question("What is to be reached, and by when?", "/statements?kind=target&sort=-period")
    if session.execute(sa.select(Mention.document).limit(1)).first():
        yield Question("Was any number of the documents left out?", "/documents")


def _comparison(session: Session, where: sa.ColumnElement[bool], best: Any) -> tuple[str, str] | None:
    """Name of the indicator and cell of the best comparison of a kind."""
    select = sa.select(Comparison.cell).where(where, Comparison.documents > 1).order_by(best, Comparison.cell).limit(1)
    cell = session.execute(select).scalar_one_or_none()
    if cell is None:
        return None
    name = session.execute(sa.select(Indicator.name).where(Indicator.code == cell.split("~")[0])).scalar_one()
    return name, cell


def _with_target(session: Session) -> tuple[str, str, str] | None:
    """An indicator and a region for which there is both a target and what is so: that with most figures."""
    of = sa.select(Statement.cell).where(Statement.kind == "target", Statement.measure == "level").limit(500)
    cells = [cell for cell in session.execute(of).scalars() if cell and slot_of(cell) != "asof"]
    pairs = {(cell.split("~")[0], region) for cell in cells for region in cell.split("~")[5].split("_")}
    number = sa.func.count()
    select = (
        sa.select(Indicator.code, Indicator.name, Region.code, Region.name, number)
        .join(Statement, Statement.indicator == Indicator.code)
        .join(StatementRegion, StatementRegion.statement == Statement.id)
        .join(Region, Region.code == StatementRegion.region)
        .where(Statement.kind == "actual", Statement.measure == "level", Statement.status == "published")
        .where(Indicator.code.in_({indicator for indicator, _ in pairs}))
        .group_by(Indicator.code, Indicator.name, Region.code, Region.name)
        .order_by(number.desc(), Indicator.code, Region.code)
    )
    for code, name, region, region_name, _ in session.execute(select):
        if (code, region) in pairs:
            return name, region_name, f"/series?indicator={code}&region={region}&kind=actual,target"
    return None
