"""Comparisons: bounds that can be ordered, the cells with what their figures say of each other, groups of documents."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_comparisons"
down_revision = "2026_11_22_claims"
branch_labels = None
depends_on = None

STATUSES = ("single", "conflicting", "repeated", "corroborated", "compatible")


def text() -> sa.types.TypeEngine[str]:
    """Text that sorts byte by byte on both databases."""
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    # The keys and the new tables follow from the rows there are; `claimbook migrate` fills them in the same transaction.
    op.add_column("statement", sa.Column("lower_key", text(), nullable=True))
    op.add_column("statement", sa.Column("upper_key", text(), nullable=True))
    op.create_table(
        "comparison",
        sa.Column("cell", text(), nullable=False),
        sa.Column("status", text(), nullable=False),
        sa.Column("weak_period", sa.Boolean(), nullable=False),
        sa.Column("statements", sa.Integer(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("guest", text(), nullable=True),
        sa.Column("gap_key", text(), nullable=True),
        sa.CheckConstraint(f"status IN {STATUSES}", name=op.f("ck_comparison_status")),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_comparison")),
    )
    op.create_index(op.f("ix_comparison_status_cell"), "comparison", ["status", "cell"])
    op.create_index(op.f("ix_comparison_gap_key"), "comparison", ["gap_key"])
    op.create_index(op.f("ix_comparison_guest"), "comparison", ["guest"])
    op.create_table(
        "document_group",
        sa.Column("document", text(), nullable=False),
        sa.Column("group_code", text(), nullable=False),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_document_group")),
    )


def downgrade() -> None:
    op.drop_table("document_group")
    op.drop_table("comparison")
    op.drop_column("statement", "upper_key")
    op.drop_column("statement", "lower_key")
