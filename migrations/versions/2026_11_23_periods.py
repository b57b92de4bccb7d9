"""Lists in the order of periods are read off an index whatever kind and days are asked for; the periods are listed once.

And the index by status holds the rare ones only: asked for what is published, SQLite took it, and read nearly everything.
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_periods"
down_revision = "2026_11_22_views"
branch_labels = None
depends_on = None

BEFORE = (
    ("ix_statement_scope_period", ["region", "own", "longest", "period_key", "statement", "kind"]),
    ("ix_statement_scope_period_down", ["region", "own", "longest", "period_key_down", "statement", "kind"]),
)
AFTER = (
    ("ix_statement_scope_period", ["region", "own", "period_key", "statement"]),
    ("ix_statement_scope_period_down", ["region", "own", "period_key_down", "statement"]),
    ("ix_statement_scope_kind_period", ["region", "own", "kind", "period_key", "statement"]),
    ("ix_statement_scope_kind_period_down", ["region", "own", "kind", "period_key_down", "statement"]),
)


def text() -> sa.types.TypeEngine[str]:
    """Text that sorts byte by byte on both databases."""
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.drop_index("ix_statement_status", table_name="statement")
    rare = sa.text("status <> 'published'")
    op.create_index("ix_statement_status", "statement", ["status"], sqlite_where=rare, postgresql_where=rare)
    # The new table follows from the rows there are; `claimbook migrate` makes all that does anew, in the same transaction.
    op.execute("UPDATE instance SET rendering = NULL")
    op.create_table(
        "period",
        sa.Column("period_key", text(), nullable=False),
        sa.Column("period_key_down", text(), nullable=False),
        sa.Column("last", text(), nullable=False),
        sa.PrimaryKeyConstraint("period_key", name=op.f("pk_period")),
    )
    op.create_index(op.f("ix_period_period_key_down"), "period", ["period_key_down"])
    for name, _ in BEFORE:
        op.drop_index(name, table_name="statement_scope")
    op.drop_column("statement_scope", "longest")
    for name, columns in AFTER:
        op.create_index(name, "statement_scope", columns)


def downgrade() -> None:
    for name, _ in AFTER:
        op.drop_index(name, table_name="statement_scope")
    op.add_column("statement_scope", sa.Column("longest", sa.Integer(), nullable=False, server_default="0"))
    for name, columns in BEFORE:
        op.create_index(name, "statement_scope", columns)
    op.drop_table("period")
    op.drop_index("ix_statement_status", table_name="statement")
    op.create_index("ix_statement_status", "statement", ["status"])
