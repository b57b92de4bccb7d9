"""All tables on one page. Keys are the codes people use; there are no sequences, so that rows can live on any machine.

Constraints carry the invariants; `docs/data-model.md` says what each thing means. Times stand in `change` only.
"""

from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from app.db import NAMING, ExactDecimal, text_type
from app.domain.comparison import COMPARISON_STATUSES
from app.domain.evidence import VERIFICATIONS
from app.domain.period import PERIOD_BASES, PERIOD_TYPES
from app.domain.quantity import COMPARATORS, MEASURES
from app.domain.said import Said
from app.domain.units import FAMILIES
from app.domain.words import (
    ACTOR_KINDS,
    ATTRIBUTION_BASES,
    ATTRIBUTION_MODES,
    CHANGE_OPERATIONS,
    KINDS,
    MENTION_STATES,
    PUBLISHED_BASES,
    RELATIONS,
    STATEMENT_STATUSES,
    STOCK_FLOW,
)

RARE = sa.text("status <> 'published'")
"""What an index by status holds; asked for what is published, SQLite would take it and read nearly everything."""


class Table(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: text_type(), Decimal: ExactDecimal(), date: sa.Date()}


def one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """A constraint that `column` is null or one of the words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Instance(Table):
    """One row, made by the first migration: the key that signs this database's cursors."""

    __tablename__ = "instance"

    # always 'instance'
    name: Mapped[str] = mapped_column(primary_key=True)
    # 64 hexadecimal digits, secret
    key: Mapped[str]
    # how the representations were made (`RENDERING` in app/db.py); null before any were
    rendering: Mapped[int | None]


class DataVersion(Table):
    """One row: the number of committed writes so far."""

    __tablename__ = "data_version"

    # always 'data'
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]


class Change(Table):
    """What a data version changed: one row for each thing created, updated, withdrawn or removed."""

    __tablename__ = "change"
    __table_args__ = (one_of("operation", CHANGE_OPERATIONS),)

    # the data version that brought the change
    version: Mapped[int] = mapped_column(primary_key=True)
    # region, indicator, unit, actor, project, document, statement, relation
    resource: Mapped[str] = mapped_column(primary_key=True)
    # its code or id
    code: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    # names of the fields that changed, in order, joined by ';'; empty unless updated
    fields: Mapped[str]
    # when it was committed, ISO 8601 UTC with Z; informs, orders nothing
    at: Mapped[str]


class Unit(Table):
    """A unit of measure; it converts exactly to the base unit of its dimension."""

    __tablename__ = "unit"
    __table_args__ = (one_of("family", FAMILIES),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str | None]
    # sign used in print
    symbol: Mapped[str | None]
    # units of one dimension convert to each other; each currency is its own
    dimension: Mapped[str]
    # money for every currency, else the dimension
    family: Mapped[str]
    # code of the dimension's base unit
    base: Mapped[str]
    # base units in one of this unit
    factor: Mapped[Decimal]


class Actor(Table):
    """A person or organisation that says, publishes or takes part."""

    __tablename__ = "actor"
    __table_args__ = (one_of("kind", ACTOR_KINDS),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str | None]
    # person or organisation
    kind: Mapped[str]
    # the organisation a person speaks for or an organisation belongs to
    organisation: Mapped[str | None] = mapped_column(ForeignKey("actor.code"), index=True)
    wikidata: Mapped[str | None]
    note: Mapped[str | None]
    # names, case folded, for search
    folded: Mapped[str]


class Region(Table):
    """A place with claims about it: a country, a city, a zone, a circle of cities."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str | None]
    # country, municipality, province, city, district, zone, park, ...
    kind: Mapped[str]
    # ids elsewhere, only where certain
    wikidata: Mapped[str | None]
    iso_3166_2: Mapped[str | None]
    gb_t_2260: Mapped[str | None]
    sdmx_ref_area: Mapped[str | None]
    note: Mapped[str | None]
    # names, case folded, for search
    folded: Mapped[str]

    parents: Mapped[list["RegionParent"]] = relationship(
        foreign_keys="RegionParent.region", order_by="RegionParent.parent", lazy="raise", viewonly=True
    )
    children: Mapped[list["RegionParent"]] = relationship(
        foreign_keys="RegionParent.parent", order_by="RegionParent.region", lazy="raise", viewonly=True
    )


class RegionParent(Table):
    """One region lies wholly in another; a region may have several parents."""

    __tablename__ = "region_parent"
    __table_args__ = (CheckConstraint("region <> parent", name="not_itself"),)

    region: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)
    parent: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True, index=True)


class Indicator(Table):
    """What is measured."""

    __tablename__ = "indicator"
    __table_args__ = (one_of("dimension", FAMILIES), one_of("stock_flow", STOCK_FLOW))

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str | None]
    definition: Mapped[str]
    topic: Mapped[str] = mapped_column(index=True)
    # family of units its levels are given in
    dimension: Mapped[str]
    # flow: something that happens over a time; stock: a state at a moment
    stock_flow: Mapped[str]
    # names, case folded, for search
    folded: Mapped[str]

    counted: Mapped[list["IndicatorCounted"]] = relationship(order_by="IndicatorCounted.code", lazy="raise", viewonly=True)


class IndicatorCounted(Table):
    """A thing that an indicator counts, where it covers several."""

    __tablename__ = "indicator_counted"

    indicator: Mapped[str] = mapped_column(ForeignKey("indicator.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]


class Project(Table):
    """An initiative, facility, line, platform or programme."""

    __tablename__ = "project"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_zh: Mapped[str | None]
    # initiative, facility, line, platform, programme, park, zone, ...
    kind: Mapped[str]
    description: Mapped[str]
    note: Mapped[str | None]
    # names, case folded, for search
    folded: Mapped[str]

    regions: Mapped[list["ProjectRegion"]] = relationship(order_by="ProjectRegion.region", lazy="raise", viewonly=True)
    parties: Mapped[list["ProjectParty"]] = relationship(
        order_by="(ProjectParty.actor, ProjectParty.role)", lazy="raise", viewonly=True
    )
    history: Mapped[list["ProjectStatus"]] = relationship(order_by="ProjectStatus.position", lazy="raise", viewonly=True)


class ProjectRegion(Table):
    """Where a project lies or works."""

    __tablename__ = "project_region"

    project: Mapped[str] = mapped_column(ForeignKey("project.code"), primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True, index=True)

    place: Mapped[Region] = relationship(lazy="raise", viewonly=True)


class ProjectParty(Table):
    """Who takes part in a project, and as what."""

    __tablename__ = "project_party"

    project: Mapped[str] = mapped_column(ForeignKey("project.code"), primary_key=True)
    actor: Mapped[str] = mapped_column(ForeignKey("actor.code"), primary_key=True, index=True)
    # owner, developer, operator, member, ...
    role: Mapped[str] = mapped_column(primary_key=True)

    party: Mapped[Actor] = relationship(lazy="raise", viewonly=True)


class ProjectStatus(Table):
    """One step of a project's history, in order, with the statement that says so."""

    __tablename__ = "project_status"

    project: Mapped[str] = mapped_column(ForeignKey("project.code"), primary_key=True)
    # 1 for the first step
    position: Mapped[int] = mapped_column(primary_key=True)
    # proposed, planned, agreed, approved, established, launched, under_construction, operating, completed
    status: Mapped[str]
    # days the step began, as a period; both null when no date is given
    start: Mapped[date | None]
    end: Mapped[date | None]
    statement: Mapped[str | None] = mapped_column(ForeignKey("statement.id"), index=True)


class Document(Table):
    """A published text and the version of it that locators refer to."""

    __tablename__ = "document"
    __table_args__ = (
        one_of("published_basis", PUBLISHED_BASES),
        CheckConstraint("text_length > 0", name="text_length"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    publisher: Mapped[str] = mapped_column(ForeignKey("actor.code"), index=True)
    published_on: Mapped[date] = mapped_column(index=True)
    # whether the text states the date or it was read from the address
    published_basis: Mapped[str]
    url: Mapped[str]
    # BCP 47 tag of the text
    language: Mapped[str]
    # IANA zone its dates are meant in
    time_zone: Mapped[str]
    # of the file's bytes; locators refer to this text
    text_sha256: Mapped[str]
    # code points
    text_length: Mapped[int]
    # code shared by documents that carry one press release; they are not independent
    release: Mapped[str | None] = mapped_column(index=True)
    note: Mapped[str | None]
    # title, case folded, for search
    folded: Mapped[str]

    issuer: Mapped[Actor] = relationship(lazy="raise", viewonly=True)
    authors: Mapped[list["DocumentAuthor"]] = relationship(order_by="DocumentAuthor.position", lazy="raise", viewonly=True)


class DocumentAuthor(Table):
    """Who wrote a document, in the order of its byline."""

    __tablename__ = "document_author"

    document: Mapped[str] = mapped_column(ForeignKey("document.code"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(ForeignKey("actor.code"), index=True)

    author: Mapped[Actor] = relationship(lazy="raise", viewonly=True)


class DocumentText(Table):
    """The operator's own copy of a document's text. It never leaves the database but for quotes, and those only if allowed."""

    __tablename__ = "document_text"

    document: Mapped[str] = mapped_column(ForeignKey("document.code"), primary_key=True)
    text: Mapped[str] = mapped_column()
    # of the attached bytes; differs from the document's when another version was accepted
    sha256: Mapped[str]


class Statement(Said, Table):
    """One thing that one document says once; with a figure when `comparator` is set."""

    __tablename__ = "statement"
    __table_args__ = (
        one_of("measure", MEASURES),
        one_of("kind", KINDS),
        one_of("comparator", COMPARATORS),
        one_of("period_type", PERIOD_TYPES),
        one_of("period_basis", PERIOD_BASES),
        one_of("attribution_mode", ATTRIBUTION_MODES),
        one_of("attribution_basis", ATTRIBUTION_BASES),
        one_of("verification", VERIFICATIONS),
        one_of("status", STATEMENT_STATUSES),
        CheckConstraint("period_start <= period_end", name="period_order"),
        CheckConstraint("evidence_start >= 0 AND evidence_start < evidence_end", name="evidence_order"),
        CheckConstraint(
            "(comparator IS NULL) = (unit IS NULL) AND (comparator IS NULL) = (interval_basis IS NULL)"
            " AND (comparator IS NULL) = (cell IS NULL) AND (comparator IS NULL OR indicator IS NOT NULL)",
            name="quantity_whole",
        ),
        ForeignKeyConstraint(["indicator", "counted"], ["indicator_counted.indicator", "indicator_counted.code"]),
        Index("ix_statement_status", "status", sqlite_where=RARE, postgresql_where=RARE),
        Index("ix_statement_document_period_key_id", "document", "period_key", "id"),
        Index("ix_statement_project_id", "project", "id"),
        Index("ix_statement_document_period_key_down_id", "document", "period_key_down", "id"),
        Index("ix_statement_project_period_key_id", "project", "period_key", "id"),
        Index("ix_statement_project_period_key_down_id", "project", "period_key_down", "id"),
    )

    # document.slug
    id: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(ForeignKey("document.code"))
    # 1 for the first of its document, in the order of the text
    position: Mapped[int]
    # our own plain sentence, never stronger than the source
    text: Mapped[str]
    indicator: Mapped[str | None] = mapped_column(ForeignKey("indicator.code"), index=True)
    measure: Mapped[str | None]
    # what a share, growth, change or multiple refers to; null parts are unsaid or the statement's own
    base_region: Mapped[str | None] = mapped_column(ForeignKey("region.code"))
    base_indicator: Mapped[str | None] = mapped_column(ForeignKey("indicator.code"))
    base_period: Mapped[str | None]
    # actual, target, planned, agreed, forecast
    kind: Mapped[str]
    project: Mapped[str | None] = mapped_column(ForeignKey("project.code"))

    # in the dimension's base unit; null for a range or no quantity
    value: Mapped[Decimal | None]
    # text that sorts as the value does
    value_key: Mapped[str | None]
    unit: Mapped[str | None] = mapped_column(ForeignKey("unit.code"), index=True)
    # what is counted, where the indicator covers several things
    counted: Mapped[str | None]
    comparator: Mapped[str | None]
    approximate: Mapped[bool]
    # bounds in the same unit; null is unbounded
    lower: Mapped[Decimal | None]
    lower_inclusive: Mapped[bool]
    upper: Mapped[Decimal | None]
    upper_inclusive: Mapped[bool]
    # texts that sort as the bounds do
    lower_key: Mapped[str | None]
    upper_key: Mapped[str | None]
    # the rule the interval came from
    interval_basis: Mapped[str | None]

    period_type: Mapped[str]
    # days, inclusive; null is open or unknown
    period_start: Mapped[date | None]
    period_end: Mapped[date | None]
    # texts that sort upwards as periods do going up, and going down: by start, then by end, unknown days last
    period_key: Mapped[str] = mapped_column(server_default="~~")
    period_key_down: Mapped[str] = mapped_column(server_default="~~")
    period_label: Mapped[str] = mapped_column(index=True)
    period_as_written: Mapped[str | None]
    period_basis: Mapped[str]
    period_rule: Mapped[str | None]
    # the day a relative date was resolved from
    period_anchor: Mapped[date | None]

    speaker: Mapped[str | None] = mapped_column(ForeignKey("actor.code"), index=True)
    # the speaker's role as the document gives it
    role: Mapped[str | None]
    attribution_mode: Mapped[str]
    attribution_basis: Mapped[str]

    # the span, equal to text[evidence_start:evidence_end] of the document
    exact: Mapped[str]
    evidence_start: Mapped[int]
    evidence_end: Mapped[int]
    paragraph: Mapped[int]
    # whether the words stand in the attached text
    verification: Mapped[str]

    # what it must share with another statement to be compared; null without a quantity
    cell: Mapped[str | None] = mapped_column(index=True)
    note: Mapped[str | None]
    # published, deprecated, withdrawn
    status: Mapped[str]
    # 1 when first loaded, one more with each change
    version: Mapped[int]
    # the data version that last changed it
    changed_in: Mapped[int]
    # text and words as written, case folded, for search
    folded: Mapped[str]

    source: Mapped[Document] = relationship(lazy="raise", viewonly=True)
    measured: Mapped[Indicator | None] = relationship(
        foreign_keys=[indicator], primaryjoin="Statement.indicator == Indicator.code", lazy="raise", viewonly=True
    )
    subject: Mapped[Project | None] = relationship(lazy="raise", viewonly=True)
    said_by: Mapped[Actor | None] = relationship(lazy="raise", viewonly=True)
    regions: Mapped[list["StatementRegion"]] = relationship(order_by="StatementRegion.region", lazy="raise", viewonly=True)
    quotation: Mapped["Quotation | None"] = relationship(lazy="raise", viewonly=True)
    relations: Mapped[list["Relation"]] = relationship(
        foreign_keys="Relation.statement", order_by="(Relation.relation, Relation.other)", lazy="raise", viewonly=True
    )
    related_by: Mapped[list["Relation"]] = relationship(
        foreign_keys="Relation.other", order_by="(Relation.relation, Relation.statement)", lazy="raise", viewonly=True
    )


class Comparison(Table):
    """A cell and what its figures say of each other. Follows from the statements; whoever writes those keeps it true."""

    __tablename__ = "comparison"
    __table_args__ = (
        one_of("status", COMPARISON_STATUSES),
        Index("ix_comparison_status_cell", "status", "cell"),
    )

    cell: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str]
    # whether it rests on a period that is unknown or inferred from the publication date
    weak_period: Mapped[bool]
    # figures compared, the guest counted, and documents they stand in
    statements: Mapped[int]
    documents: Mapped[int]
    # for the slot `asof`: the latest statement of the same thing with a strong period
    guest: Mapped[str | None] = mapped_column(index=True)
    # text that sorts as the largest relative gap does; null without a conflict
    gap_key: Mapped[str | None] = mapped_column(index=True)


class DocumentGroup(Table):
    """The independence group of a document: those that share a publisher or a release are in one. Follows from documents."""

    __tablename__ = "document_group"

    document: Mapped[str] = mapped_column(primary_key=True)
    # code of the first document in the group
    group_code: Mapped[str]


class StatementRegion(Table):
    """A region a statement is about; a joint claim has several."""

    __tablename__ = "statement_region"
    __table_args__ = (Index("ix_statement_region_region_statement", "region", "statement"),)

    statement: Mapped[str] = mapped_column(ForeignKey("statement.id"), primary_key=True)
    region: Mapped[str] = mapped_column(ForeignKey("region.code"), primary_key=True)

    place: Mapped[Region] = relationship(lazy="raise", viewonly=True)


class StatementScope(Table):
    """A place in which a statement lies: each of its regions, each region that one of these lies in, and `` for everywhere.

    The regions that it names itself stand here a second time, as `own`, so that either question is one range of an index.
    With what lists are narrowed and ordered by, so that a page is read off one index. Follows from the statements that are
    not withdrawn; `app/upkeep/scopes.py` keeps it.
    """

    __tablename__ = "statement_scope"
    __table_args__ = (
        Index("ix_statement_scope_indicator", "region", "own", "indicator", "statement", "period_key"),
        Index("ix_statement_scope_period", "region", "own", "period_key", "statement"),
        Index("ix_statement_scope_period_down", "region", "own", "period_key_down", "statement"),
        Index("ix_statement_scope_kind_period", "region", "own", "kind", "period_key", "statement"),
        Index("ix_statement_scope_kind_period_down", "region", "own", "kind", "period_key_down", "statement"),
        Index("ix_statement_scope_indicator_period", "region", "own", "indicator", "period_key", "statement"),
        Index("ix_statement_scope_indicator_period_down", "region", "own", "indicator", "period_key_down", "statement"),
        {"sqlite_with_rowid": False},
    )

    region: Mapped[str] = mapped_column(primary_key=True)
    # of a row beside that of the place: the statement names this region itself
    own: Mapped[bool] = mapped_column(primary_key=True)
    statement: Mapped[str] = mapped_column(primary_key=True, index=True)
    indicator: Mapped[str | None]
    kind: Mapped[str]
    period_key: Mapped[str]
    period_key_down: Mapped[str]


class Period(Table):
    """A period of more than a day, with a first day, that some statement has. Kept with `statement_scope`."""

    __tablename__ = "period"

    period_key: Mapped[str] = mapped_column(primary_key=True)
    period_key_down: Mapped[str] = mapped_column(index=True)
    # the last day, or what stands for none
    last: Mapped[str]


class Representation(Table):
    """A statement as it goes over the wire, with the names it shows; `app/upkeep/representations.py` makes it of these."""

    __tablename__ = "representation"

    statement: Mapped[str] = mapped_column(primary_key=True)
    # JSON of the statement, without words of an attached text
    whole: Mapped[str]
    # JSON of its flat row, likewise
    flat: Mapped[str]
    # the same with them, where there are any
    whole_quoted: Mapped[str | None]
    flat_quoted: Mapped[str | None]


class Quotation(Table):
    """Words of an attached text around a span. Made when the text is attached, never exported."""

    __tablename__ = "quotation"

    statement: Mapped[str] = mapped_column(ForeignKey("statement.id"), primary_key=True)
    # the sentence the span stands in
    quote: Mapped[str]
    # code points before and after the span
    prefix: Mapped[str]
    suffix: Mapped[str]


class Relation(Table):
    """How one statement stands to another, where arithmetic cannot see it: `statement` is `relation` `other`."""

    __tablename__ = "relation"
    __table_args__ = (one_of("relation", RELATIONS), CheckConstraint("statement <> other", name="not_itself"))

    statement: Mapped[str] = mapped_column(ForeignKey("statement.id"), primary_key=True)
    relation: Mapped[str] = mapped_column(primary_key=True)
    other: Mapped[str] = mapped_column(ForeignKey("statement.id"), primary_key=True, index=True)
    # for part_of: whether the parts named make the whole
    complete: Mapped[bool]
    note: Mapped[str | None]


class Mention(Table):
    """One number, in digits or words, in a document: stated by statements, dismissed for a reason, or still unaccounted for."""

    __tablename__ = "mention"
    __table_args__ = (
        one_of("state", MENTION_STATES),
        CheckConstraint('start >= 0 AND start < "end"', name="order"),
        CheckConstraint("(state = 'dismissed') = (reason IS NOT NULL)", name="reason"),
    )

    document: Mapped[str] = mapped_column(ForeignKey("document.code"), primary_key=True)
    # code points, half open
    start: Mapped[int] = mapped_column(primary_key=True)
    end: Mapped[int]
    # the number only
    number: Mapped[str]
    # stated, dismissed, or unaccounted: found in the attached text but not in the seed
    state: Mapped[str]
    # why it is no statement
    reason: Mapped[str | None]

    stated_by: Mapped[list["MentionStatement"]] = relationship(order_by="MentionStatement.statement", lazy="raise", viewonly=True)


class MentionStatement(Table):
    """A statement that states a mention."""

    __tablename__ = "mention_statement"
    __table_args__ = (ForeignKeyConstraint(["document", "start"], ["mention.document", "mention.start"]),)

    document: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    statement: Mapped[str] = mapped_column(ForeignKey("statement.id"), primary_key=True, index=True)


class SearchEntry(Table):
    """A thing that search finds, with its words as tokens (`app/domain/tokens.py`). Follows from the rows of the thing.

    The engine's own full-text index of the tokens is `search_index`: an FTS5 table on SQLite, a table with two columns of
    lexemes on PostgreSQL. `app/upkeep/search.py` keeps both.
    """

    __tablename__ = "search_entry"
    # all that the order of candidates needs, so that not every row that holds a common word is read
    __table_args__ = (Index("ix_search_entry_number_resource_published_on_code", "number", "resource", "published_on", "code"),)

    # statement, document, region, indicator, project, actor, unit
    resource: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    # its row in the full-text index: resource, newest day first, a hash of the code; the same on every machine
    number: Mapped[int] = mapped_column(sa.BigInteger)
    # of a statement or document: the document and its day
    document: Mapped[str | None]
    published_on: Mapped[date | None]
    # what it is called; a statement has no name but its code
    name: Mapped[str | None]
    name_zh: Mapped[str | None]
    # our own words: sentence, definition or description
    text: Mapped[str | None]
    note: Mapped[str | None]
    # the span of a statement
    as_written: Mapped[str | None]
    # the sentence of the attached text
    quote: Mapped[str | None]
    # names of what a statement is about and who says it
    about: Mapped[str | None]
    # tokens of code and names, of text and note, the span, the quote, and the names it is about; joined by a space
    name_tokens: Mapped[str]
    text_tokens: Mapped[str]
    written_tokens: Mapped[str]
    quote_tokens: Mapped[str]
    about_tokens: Mapped[str]
