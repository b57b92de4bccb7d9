"""The first schema: code lists, documents, statements with evidence, relations, mentions, and the log of changes."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_claims"
down_revision = None
branch_labels = None
depends_on = None


def text() -> sa.types.TypeEngine[str]:
    """Text that sorts byte by byte on both databases."""
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def exact() -> sa.types.TypeEngine[object]:
    """A decimal kept exactly: NUMERIC, or plain decimal text on SQLite."""
    return sa.Numeric().with_variant(sa.String(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "actor",
        sa.Column("code", text(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("name_zh", text(), nullable=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("organisation", text(), nullable=True),
        sa.Column("wikidata", text(), nullable=True),
        sa.Column("note", text(), nullable=True),
        sa.Column("folded", text(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name=op.f("ck_actor_kind")),
        sa.ForeignKeyConstraint(["organisation"], ["actor.code"], name=op.f("fk_actor_organisation")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_actor")),
    )
    op.create_index(op.f("ix_actor_organisation"), "actor", ["organisation"])
    op.create_table(
        "change",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("resource", text(), nullable=False),
        sa.Column("code", text(), nullable=False),
        sa.Column("operation", text(), nullable=False),
        sa.Column("fields", text(), nullable=False),
        sa.Column("at", text(), nullable=False),
        sa.CheckConstraint("operation IN ('created', 'updated', 'withdrawn', 'removed')", name=op.f("ck_change_operation")),
        sa.PrimaryKeyConstraint("version", "resource", "code", name=op.f("pk_change")),
    )
    op.create_table(
        "data_version",
        sa.Column("name", text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_data_version")),
    )
    op.create_table(
        "indicator",
        sa.Column("code", text(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("name_zh", text(), nullable=True),
        sa.Column("definition", text(), nullable=False),
        sa.Column("topic", text(), nullable=False),
        sa.Column("dimension", text(), nullable=False),
        sa.Column("stock_flow", text(), nullable=False),
        sa.Column("folded", text(), nullable=False),
        sa.CheckConstraint(
            "dimension IN ('money', 'percent', 'count', 'mass', 'area', 'length', 'duration', 'years', 'per-population', 'ratio')",
            name=op.f("ck_indicator_dimension"),
        ),
        sa.CheckConstraint("stock_flow IN ('stock', 'flow')", name=op.f("ck_indicator_stock_flow")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_indicator")),
    )
    op.create_index(op.f("ix_indicator_topic"), "indicator", ["topic"])
    op.create_table(
        "instance",
        sa.Column("name", text(), nullable=False),
        sa.Column("key", text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_instance")),
    )
    op.create_table(
        "project",
        sa.Column("code", text(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("name_zh", text(), nullable=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("description", text(), nullable=False),
        sa.Column("note", text(), nullable=True),
        sa.Column("folded", text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_project")),
    )
    op.create_table(
        "region",
        sa.Column("code", text(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("name_zh", text(), nullable=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("wikidata", text(), nullable=True),
        sa.Column("iso_3166_2", text(), nullable=True),
        sa.Column("gb_t_2260", text(), nullable=True),
        sa.Column("sdmx_ref_area", text(), nullable=True),
        sa.Column("note", text(), nullable=True),
        sa.Column("folded", text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_table(
        "unit",
        sa.Column("code", text(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.Column("name_zh", text(), nullable=True),
        sa.Column("symbol", text(), nullable=True),
        sa.Column("dimension", text(), nullable=False),
        sa.Column("family", text(), nullable=False),
        sa.Column("base", text(), nullable=False),
        sa.Column("factor", exact(), nullable=False),
        sa.CheckConstraint(
            "family IN ('money', 'percent', 'count', 'mass', 'area', 'length', 'duration', 'years', 'per-population', 'ratio')",
            name=op.f("ck_unit_family"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
    )
    op.create_table(
        "document",
        sa.Column("code", text(), nullable=False),
        sa.Column("title", text(), nullable=False),
        sa.Column("publisher", text(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_basis", text(), nullable=False),
        sa.Column("url", text(), nullable=False),
        sa.Column("language", text(), nullable=False),
        sa.Column("time_zone", text(), nullable=False),
        sa.Column("text_sha256", text(), nullable=False),
        sa.Column("text_length", sa.Integer(), nullable=False),
        sa.Column("release", text(), nullable=True),
        sa.Column("note", text(), nullable=True),
        sa.Column("folded", text(), nullable=False),
        sa.CheckConstraint("published_basis IN ('stated', 'address')", name=op.f("ck_document_published_basis")),
        sa.CheckConstraint("text_length > 0", name=op.f("ck_document_text_length")),
        sa.ForeignKeyConstraint(["publisher"], ["actor.code"], name=op.f("fk_document_publisher")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_document")),
    )
    op.create_index(op.f("ix_document_published_on"), "document", ["published_on"])
    op.create_index(op.f("ix_document_publisher"), "document", ["publisher"])
    op.create_index(op.f("ix_document_release"), "document", ["release"])
    op.create_table(
        "indicator_counted",
        sa.Column("indicator", text(), nullable=False),
        sa.Column("code", text(), nullable=False),
        sa.Column("name", text(), nullable=False),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name=op.f("fk_indicator_counted_indicator")),
        sa.PrimaryKeyConstraint("indicator", "code", name=op.f("pk_indicator_counted")),
    )
    op.create_table(
        "project_party",
        sa.Column("project", text(), nullable=False),
        sa.Column("actor", text(), nullable=False),
        sa.Column("role", text(), nullable=False),
        sa.ForeignKeyConstraint(["actor"], ["actor.code"], name=op.f("fk_project_party_actor")),
        sa.ForeignKeyConstraint(["project"], ["project.code"], name=op.f("fk_project_party_project")),
        sa.PrimaryKeyConstraint("project", "actor", "role", name=op.f("pk_project_party")),
    )
    op.create_index(op.f("ix_project_party_actor"), "project_party", ["actor"])
    op.create_table(
        "project_region",
        sa.Column("project", text(), nullable=False),
        sa.Column("region", text(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["project.code"], name=op.f("fk_project_region_project")),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_project_region_region")),
        sa.PrimaryKeyConstraint("project", "region", name=op.f("pk_project_region")),
    )
    op.create_index(op.f("ix_project_region_region"), "project_region", ["region"])
    op.create_table(
        "region_parent",
        sa.Column("region", text(), nullable=False),
        sa.Column("parent", text(), nullable=False),
        sa.CheckConstraint("region <> parent", name=op.f("ck_region_parent_not_itself")),
        sa.ForeignKeyConstraint(["parent"], ["region.code"], name=op.f("fk_region_parent_parent")),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_region_parent_region")),
        sa.PrimaryKeyConstraint("region", "parent", name=op.f("pk_region_parent")),
    )
    op.create_index(op.f("ix_region_parent_parent"), "region_parent", ["parent"])
    op.create_table(
        "document_author",
        sa.Column("document", text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("actor", text(), nullable=False),
        sa.ForeignKeyConstraint(["actor"], ["actor.code"], name=op.f("fk_document_author_actor")),
        sa.ForeignKeyConstraint(["document"], ["document.code"], name=op.f("fk_document_author_document")),
        sa.PrimaryKeyConstraint("document", "position", name=op.f("pk_document_author")),
    )
    op.create_index(op.f("ix_document_author_actor"), "document_author", ["actor"])
    op.create_table(
        "document_text",
        sa.Column("document", text(), nullable=False),
        sa.Column("text", text(), nullable=False),
        sa.Column("sha256", text(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.code"], name=op.f("fk_document_text_document")),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_document_text")),
    )
    op.create_table(
        "mention",
        sa.Column("document", text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("number", text(), nullable=False),
        sa.Column("state", text(), nullable=False),
        sa.Column("reason", text(), nullable=True),
        sa.CheckConstraint("(state = 'dismissed') = (reason IS NOT NULL)", name=op.f("ck_mention_reason")),
        sa.CheckConstraint("state IN ('stated', 'dismissed', 'unaccounted')", name=op.f("ck_mention_state")),
        sa.CheckConstraint('start >= 0 AND start < "end"', name=op.f("ck_mention_order")),
        sa.ForeignKeyConstraint(["document"], ["document.code"], name=op.f("fk_mention_document")),
        sa.PrimaryKeyConstraint("document", "start", name=op.f("pk_mention")),
    )
    op.create_table(
        "statement",
        sa.Column("id", text(), nullable=False),
        sa.Column("document", text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", text(), nullable=False),
        sa.Column("indicator", text(), nullable=True),
        sa.Column("measure", text(), nullable=True),
        sa.Column("base_region", text(), nullable=True),
        sa.Column("base_indicator", text(), nullable=True),
        sa.Column("base_period", text(), nullable=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("project", text(), nullable=True),
        sa.Column("value", exact(), nullable=True),
        sa.Column("value_key", text(), nullable=True),
        sa.Column("unit", text(), nullable=True),
        sa.Column("counted", text(), nullable=True),
        sa.Column("comparator", text(), nullable=True),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.Column("lower", exact(), nullable=True),
        sa.Column("lower_inclusive", sa.Boolean(), nullable=False),
        sa.Column("upper", exact(), nullable=True),
        sa.Column("upper_inclusive", sa.Boolean(), nullable=False),
        sa.Column("interval_basis", text(), nullable=True),
        sa.Column("period_type", text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("period_label", text(), nullable=False),
        sa.Column("period_as_written", text(), nullable=True),
        sa.Column("period_basis", text(), nullable=False),
        sa.Column("period_rule", text(), nullable=True),
        sa.Column("period_anchor", sa.Date(), nullable=True),
        sa.Column("speaker", text(), nullable=True),
        sa.Column("role", text(), nullable=True),
        sa.Column("attribution_mode", text(), nullable=False),
        sa.Column("attribution_basis", text(), nullable=False),
        sa.Column("exact", text(), nullable=False),
        sa.Column("evidence_start", sa.Integer(), nullable=False),
        sa.Column("evidence_end", sa.Integer(), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=False),
        sa.Column("verification", text(), nullable=False),
        sa.Column("cell", text(), nullable=True),
        sa.Column("note", text(), nullable=True),
        sa.Column("status", text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_in", sa.Integer(), nullable=False),
        sa.Column("folded", text(), nullable=False),
        sa.CheckConstraint("attribution_basis IN ('explicit', 'inherited', 'none')", name=op.f("ck_statement_attribution_basis")),
        sa.CheckConstraint(
            "attribution_mode IN ('direct_quote', 'indirect', 'reporter')", name=op.f("ck_statement_attribution_mode")
        ),
        sa.CheckConstraint("comparator IN ('eq', 'lt', 'le', 'gt', 'ge')", name=op.f("ck_statement_comparator")),
        sa.CheckConstraint("kind IN ('actual', 'target', 'planned', 'agreed', 'forecast')", name=op.f("ck_statement_kind")),
        sa.CheckConstraint(
            "measure IN ('level', 'share', 'growth', 'change', 'multiple', 'rank')", name=op.f("ck_statement_measure")
        ),
        sa.CheckConstraint(
            "period_basis IN ('stated', 'resolved', 'inferred', 'unknown')", name=op.f("ck_statement_period_basis")
        ),
        sa.CheckConstraint(
            "period_type IN ('span', 'each', 'cumulative', 'instant', 'none')", name=op.f("ck_statement_period_type")
        ),
        sa.CheckConstraint("status IN ('published', 'deprecated', 'withdrawn')", name=op.f("ck_statement_status")),
        sa.CheckConstraint(
            "verification IN ('verified', 'moved', 'ambiguous', 'altered', 'missing', 'unattached')",
            name=op.f("ck_statement_verification"),
        ),
        sa.CheckConstraint(
            "(comparator IS NULL) = (unit IS NULL) AND (comparator IS NULL) = (interval_basis IS NULL) AND (comparator IS NULL) = (cell IS NULL) AND (comparator IS NULL OR indicator IS NOT NULL)",
            name=op.f("ck_statement_quantity_whole"),
        ),
        sa.CheckConstraint("evidence_start >= 0 AND evidence_start < evidence_end", name=op.f("ck_statement_evidence_order")),
        sa.CheckConstraint("period_start <= period_end", name=op.f("ck_statement_period_order")),
        sa.ForeignKeyConstraint(["base_indicator"], ["indicator.code"], name=op.f("fk_statement_base_indicator")),
        sa.ForeignKeyConstraint(["base_region"], ["region.code"], name=op.f("fk_statement_base_region")),
        sa.ForeignKeyConstraint(["document"], ["document.code"], name=op.f("fk_statement_document")),
        sa.ForeignKeyConstraint(
            ["indicator", "counted"],
            ["indicator_counted.indicator", "indicator_counted.code"],
            name=op.f("fk_statement_indicator_counted"),
        ),
        sa.ForeignKeyConstraint(["indicator"], ["indicator.code"], name=op.f("fk_statement_indicator")),
        sa.ForeignKeyConstraint(["project"], ["project.code"], name=op.f("fk_statement_project")),
        sa.ForeignKeyConstraint(["speaker"], ["actor.code"], name=op.f("fk_statement_speaker")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_statement_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
    )
    op.create_index(op.f("ix_statement_cell"), "statement", ["cell"])
    op.create_index(op.f("ix_statement_document"), "statement", ["document"])
    op.create_index(op.f("ix_statement_indicator"), "statement", ["indicator"])
    op.create_index(op.f("ix_statement_period_label"), "statement", ["period_label"])
    op.create_index("ix_statement_period_start_id", "statement", ["period_start", "id"])
    op.create_index(op.f("ix_statement_project"), "statement", ["project"])
    op.create_index(op.f("ix_statement_speaker"), "statement", ["speaker"])
    op.create_index(op.f("ix_statement_status"), "statement", ["status"])
    op.create_index(op.f("ix_statement_unit"), "statement", ["unit"])
    op.create_table(
        "mention_statement",
        sa.Column("document", text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("statement", text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document", "start"],
            ["mention.document", "mention.start"],
            name=op.f("fk_mention_statement_document_start"),
        ),
        sa.ForeignKeyConstraint(["statement"], ["statement.id"], name=op.f("fk_mention_statement_statement")),
        sa.PrimaryKeyConstraint("document", "start", "statement", name=op.f("pk_mention_statement")),
    )
    op.create_index(op.f("ix_mention_statement_statement"), "mention_statement", ["statement"])
    op.create_table(
        "project_status",
        sa.Column("project", text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=True),
        sa.Column("end", sa.Date(), nullable=True),
        sa.Column("statement", text(), nullable=True),
        sa.ForeignKeyConstraint(["project"], ["project.code"], name=op.f("fk_project_status_project")),
        sa.ForeignKeyConstraint(["statement"], ["statement.id"], name=op.f("fk_project_status_statement")),
        sa.PrimaryKeyConstraint("project", "position", name=op.f("pk_project_status")),
    )
    op.create_index(op.f("ix_project_status_statement"), "project_status", ["statement"])
    op.create_table(
        "quotation",
        sa.Column("statement", text(), nullable=False),
        sa.Column("quote", text(), nullable=False),
        sa.Column("prefix", text(), nullable=False),
        sa.Column("suffix", text(), nullable=False),
        sa.ForeignKeyConstraint(["statement"], ["statement.id"], name=op.f("fk_quotation_statement")),
        sa.PrimaryKeyConstraint("statement", name=op.f("pk_quotation")),
    )
    op.create_table(
        "relation",
        sa.Column("statement", text(), nullable=False),
        sa.Column("relation", text(), nullable=False),
        sa.Column("other", text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("note", text(), nullable=True),
        sa.CheckConstraint(
            "relation IN ('conversion_of', 'part_of', 'update_of', 'look_alike')", name=op.f("ck_relation_relation")
        ),
        sa.CheckConstraint("statement <> other", name=op.f("ck_relation_not_itself")),
        sa.ForeignKeyConstraint(["other"], ["statement.id"], name=op.f("fk_relation_other")),
        sa.ForeignKeyConstraint(["statement"], ["statement.id"], name=op.f("fk_relation_statement")),
        sa.PrimaryKeyConstraint("statement", "relation", "other", name=op.f("pk_relation")),
    )
    op.create_index(op.f("ix_relation_other"), "relation", ["other"])
    op.create_table(
        "statement_region",
        sa.Column("statement", text(), nullable=False),
        sa.Column("region", text(), nullable=False),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_statement_region_region")),
        sa.ForeignKeyConstraint(["statement"], ["statement.id"], name=op.f("fk_statement_region_statement")),
        sa.PrimaryKeyConstraint("statement", "region", name=op.f("pk_statement_region")),
    )
    op.create_index("ix_statement_region_region_statement", "statement_region", ["region", "statement"])
    instance = sa.table("instance", sa.column("name"), sa.column("key"))
    op.execute(instance.insert().values(name="instance", key=secrets.token_hex(32)))
    data_version = sa.table("data_version", sa.column("name"), sa.column("version"))
    op.execute(data_version.insert().values(name="data", version=0))


def downgrade() -> None:
    op.drop_index("ix_statement_region_region_statement", table_name="statement_region")
    op.drop_table("statement_region")
    op.drop_index(op.f("ix_relation_other"), table_name="relation")
    op.drop_table("relation")
    op.drop_table("quotation")
    op.drop_index(op.f("ix_project_status_statement"), table_name="project_status")
    op.drop_table("project_status")
    op.drop_index(op.f("ix_mention_statement_statement"), table_name="mention_statement")
    op.drop_table("mention_statement")
    op.drop_index(op.f("ix_statement_unit"), table_name="statement")
    op.drop_index(op.f("ix_statement_status"), table_name="statement")
    op.drop_index(op.f("ix_statement_speaker"), table_name="statement")
    op.drop_index(op.f("ix_statement_project"), table_name="statement")
    op.drop_index("ix_statement_period_start_id", table_name="statement")
    op.drop_index(op.f("ix_statement_period_label"), table_name="statement")
    op.drop_index(op.f("ix_statement_indicator"), table_name="statement")
    op.drop_index(op.f("ix_statement_document"), table_name="statement")
    op.drop_index(op.f("ix_statement_cell"), table_name="statement")
    op.drop_table("statement")
    op.drop_table("mention")
    op.drop_table("document_text")
    op.drop_index(op.f("ix_document_author_actor"), table_name="document_author")
    op.drop_table("document_author")
    op.drop_index(op.f("ix_region_parent_parent"), table_name="region_parent")
    op.drop_table("region_parent")
    op.drop_index(op.f("ix_project_region_region"), table_name="project_region")
    op.drop_table("project_region")
    op.drop_index(op.f("ix_project_party_actor"), table_name="project_party")
    op.drop_table("project_party")
    op.drop_table("indicator_counted")
    op.drop_index(op.f("ix_document_release"), table_name="document")
    op.drop_index(op.f("ix_document_publisher"), table_name="document")
    op.drop_index(op.f("ix_document_published_on"), table_name="document")
    op.drop_table("document")
    op.drop_table("unit")
    op.drop_table("region")
    op.drop_table("project")
    op.drop_table("instance")
    op.drop_index(op.f("ix_indicator_topic"), table_name="indicator")
    op.drop_table("indicator")
    op.drop_table("data_version")
    op.drop_table("change")
    op.drop_index(op.f("ix_actor_organisation"), table_name="actor")
    op.drop_table("actor")
