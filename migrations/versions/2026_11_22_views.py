"""Views for reading by people's own tools, and on PostgreSQL a role that may read nothing else.

A later migration that copies a table of SQLite which a view reads must drop the views first and make them again.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_views"
down_revision = "2026_11_22_stored"
branch_labels = None
depends_on = None

NAMES = ("statement", "statement_region", "document", "indicator", "region", "project", "comparison", "mention")
VIEWS = [f"bi_{name}" for name in NAMES]

EXACT = {
    "sqlite": "CAST(s.{0} AS REAL)",
    "postgresql": "s.{0}",
}
WRITTEN = {
    "sqlite": "s.value",
    "postgresql": "trim_scale(s.value)::text",
}
LISTED = {
    "sqlite": "(SELECT group_concat(region, ';') FROM (SELECT region FROM statement_region WHERE statement = s.id ORDER BY region))",
    "postgresql": "(SELECT string_agg(region, ';' ORDER BY region) FROM statement_region WHERE statement = s.id)",
}

ROLE = """
DO $$ BEGIN
    CREATE ROLE claimbook_reader NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN
    NULL; -- it is there, or whoever runs the databases makes it
END $$
"""
GRANT = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'claimbook_reader') THEN
        GRANT SELECT ON {views} TO claimbook_reader;
    END IF;
END $$
"""


def views(dialect: str) -> dict[str, str]:
    """View → its select. A statement that is withdrawn is in none; nor are words of an attached text."""
    value, lower, upper = (f"{EXACT[dialect].format(name)} AS {name}" for name in ("value", "lower", "upper"))
    return {
        "bi_statement": f"""
            SELECT s.id, s.document, d.title AS document_title, d.publisher, d.published_on, s.text, s.exact AS as_written,
                s.indicator, i.name AS indicator_name, i.topic, s.measure, s.base_region, s.base_indicator, s.base_period,
                s.counted, s.kind, {LISTED[dialect]} AS regions, s.project, {value}, {WRITTEN[dialect]} AS value_text, s.comparator, s.approximate,
                {lower}, s.lower_inclusive, {upper}, s.upper_inclusive, s.interval_basis, s.unit, s.period_label AS period,
                s.period_type, s.period_start, s.period_end, s.period_basis, s.speaker, s.attribution_mode, s.paragraph,
                d.url AS document_url, s.cell, s.status, s.version, s.changed_in
            FROM statement AS s JOIN document AS d ON d.code = s.document LEFT JOIN indicator AS i ON i.code = s.indicator
            WHERE s.status <> 'withdrawn'""",
        "bi_statement_region": """
            SELECT sr.statement, sr.region, r.name AS region_name, r.name_zh AS region_name_zh, r.kind AS region_kind
            FROM statement_region AS sr JOIN region AS r ON r.code = sr.region JOIN statement AS s ON s.id = sr.statement
            WHERE s.status <> 'withdrawn'""",
        "bi_document": """
            SELECT d.code, d.title, d.publisher, a.name AS publisher_name, d.published_on, d.published_basis, d.url, d.language,
                d.time_zone, d.release
            FROM document AS d JOIN actor AS a ON a.code = d.publisher""",
        "bi_indicator": "SELECT code, name, name_zh, definition, topic, dimension, stock_flow FROM indicator",
        "bi_region": "SELECT code, name, name_zh, kind, wikidata, iso_3166_2, gb_t_2260, sdmx_ref_area FROM region",
        "bi_project": "SELECT code, name, name_zh, kind, description FROM project",
        "bi_comparison": "SELECT cell, status, weak_period, statements, documents FROM comparison",
        "bi_mention": """
            SELECT m.document, m.state, m.reason, count(*) AS mentions FROM mention AS m
            GROUP BY m.document, m.state, m.reason""",
    }


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for name, select in views(dialect).items():
        op.execute(sa.text(f"CREATE VIEW {name} AS {select}"))
    if dialect == "postgresql":
        op.execute(sa.text(ROLE))
        op.execute(sa.text(GRANT.format(views=", ".join(VIEWS))))


def downgrade() -> None:
    # The role stays: it belongs to the server, and other databases may grant to it.
    for name in VIEWS:
        op.execute(sa.text(f"DROP VIEW {name}"))
