"""What is the database about: which documents, indicators, places and days?"""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Actor, Document, Indicator, Region, RegionParent, Statement

MOST_NAMED = 200
"""Documents, indicators and regions that are named each; a description is no list."""


def read_scope(session: Session) -> dict[str, Any]:
    """Documents (title, publisher, address, day), names of indicators and of the outermost regions, first and last day."""
    documents = (
        sa.select(Document.title, Actor.name, Document.url, Document.published_on)
        .join(Actor, Actor.code == Document.publisher)
        .order_by(Document.code)
    )
    indicators = sa.select(Indicator.name).order_by(Indicator.code)
    inside = sa.select(RegionParent.region)
    regions = sa.select(Region.name).where(Region.code.not_in(inside)).order_by(Region.code)
    days = sa.select(sa.func.min(Statement.period_start), sa.func.max(Statement.period_end)).where(
        Statement.status != "withdrawn", Statement.kind == "actual"
    )
    first, last = session.execute(days).one()
    return {
        "documents": [tuple(row) for row in session.execute(documents.limit(MOST_NAMED))],
        "indicators": list(session.execute(indicators.limit(MOST_NAMED)).scalars()),
        "regions": list(session.execute(regions.limit(MOST_NAMED)).scalars()),
        "days": (first, last),
    }


def holds_only(session: Session, documents: Collection[str]) -> bool:
    """Whether there are documents, and all of them are these."""
    codes = session.execute(sa.select(Document.code).order_by(Document.code).limit(len(documents) + 1)).scalars().all()
    return bool(codes) and set(codes) <= set(documents)
