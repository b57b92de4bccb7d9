"""Which three questions show best what this database answers?"""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Indicator, Region, Statement, StatementRegion
from app.queries.statements import regions_within, with_neighbours


@dataclass(frozen=True, slots=True)
class Example:
    """A question, the path that answers it, and the first answer it gives."""

    question: str
    path: str
    answer: str


def examples(session: Session) -> list[Example]:
    """Three questions that this database answers: the indicator that most documents speak of, targets, and the busiest region."""
    live = Statement.status == "published"
    documents = sa.func.count(Statement.document.distinct())
    indicator = session.execute(
        sa.select(Indicator)
        .join(Statement, Statement.indicator == Indicator.code)
        .where(live, Statement.measure == "level")
        .group_by(*Indicator.__table__.columns)
        .order_by(documents.desc(), sa.func.count().desc(), Indicator.code)
        .limit(1)
    ).scalar_one_or_none()
    region = session.execute(
        sa.select(Region)
        .join(StatementRegion, StatementRegion.region == Region.code)
        .group_by(*Region.__table__.columns)
        .order_by(sa.func.count().desc(), Region.code)
        .limit(1)
    ).scalar_one_or_none()
    found = []
    if indicator:
        path = f"/v1/statements?indicator={indicator.code}"
        about = sa.select(Statement).where(live, Statement.indicator == indicator.code)
        found.append(_example(session, f"What do the documents say about “{indicator.name}”?", path, about))
    targets = sa.select(Statement).where(live, Statement.kind == "target")
    found.append(_example(session, "Which figures are targets?", "/v1/statements?kind=target", targets))
    if region:
        path = f"/v1/statements?within={region.code}&measure=growth,change"
        grew = sa.select(Statement).where(live, Statement.measure.in_(["growth", "change"]))
        inside = sa.select(StatementRegion.statement).where(StatementRegion.region.in_(regions_within([region.code])))
        question = f"What grew or shrank in {region.name}?"
        found.append(_example(session, question, path, grew.where(Statement.id.in_(inside))))
    return [each for each in found if each is not None]


def _example(session: Session, question: str, path: str, select: sa.Select[Statement]) -> Example | None:
    row = session.execute(with_neighbours(select).order_by(Statement.id).limit(1)).scalar_one_or_none()
    return Example(question, path, f"{row.text} ({row.source.title})") if row else None
