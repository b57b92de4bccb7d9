"""Which numbers of a document are accounted for?"""

from typing import Annotated

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session, selectinload

from app.domain.words import MentionState
from app.models import Document, Mention
from app.queries.listing import Flat, OneOrMore, Order, Paging, Strict, Words

ORDER = Order(columns=(), key=Mention.start)


class MentionFilters(Strict):
    """The filters of a document's mentions."""

    state: Annotated[OneOrMore[MentionState], Field(description="Only mentions in one of these states. Left out: all.")] = []
    reason: Annotated[
        Words,
        Field(description="Only mentions dismissed for one of these reasons; `/v1/coverage` names those in use. Left out: all."),
    ] = []


class MentionListQuery(MentionFilters, Paging):
    """Parameters of the list of a document's mentions."""


class MentionFlatQuery(MentionFilters, Flat):
    """Parameters of the flat forms of a document's mentions."""


def select_mentions(document: str, query: MentionFilters) -> sa.Select[Mention]:
    """The numbers of a document, with the statements that say them."""
    select = sa.select(Mention).where(Mention.document == document).options(selectinload(Mention.stated_by))
    if query.state:
        select = select.where(Mention.state.in_(query.state))
    if query.reason:
        select = select.where(Mention.reason.in_(query.reason))
    return select


def count_mentions(session: Session, document: str | None = None) -> dict[str, dict[tuple[str, str | None], int]]:
    """Numbers by state and reason for one document, or for each that there is; one SQL statement."""
    select = (
        sa.select(Document.code, Mention.state, Mention.reason, sa.func.count(Mention.start))
        .join(Mention, Mention.document == Document.code, isouter=True)
        .group_by(Document.code, Mention.state, Mention.reason)
        .order_by(Document.code)
    )
    if document is not None:
        select = select.where(Document.code == document)
    counts: dict[str, dict[tuple[str, str | None], int]] = {}
    for code, state, reason, number in session.execute(select):
        by_state = counts.setdefault(code, {})
        if state is not None:
            by_state[state, reason] = number
    return counts
