"""Stored answers: statements as they go over the wire, and the places they lie in, with what lists are ordered by."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_stored"
down_revision = "2026_11_22_search"
branch_labels = None
depends_on = None

NARROWER = (
    ("ix_statement_document_period_key_id", ["document", "period_key", "id"]),
    ("ix_statement_document_period_key_down_id", ["document", "period_key_down", "id"]),
    ("ix_statement_project_id", ["project", "id"]),
    ("ix_statement_project_period_key_id", ["project", "period_key", "id"]),
    ("ix_statement_project_period_key_down_id", ["project", "period_key_down", "id"]),
)
WIDER = (
    ("ix_statement_document", ["document"]),
    ("ix_statement_period_start_id", ["period_start", "id"]),
    ("ix_statement_project", ["project"]),
)
SCOPED = (
    ("ix_statement_scope_statement", ["statement"]),
    ("ix_statement_scope_indicator", ["region", "own", "indicator", "statement", "period_key"]),
    ("ix_statement_scope_period", ["region", "own", "longest", "period_key", "statement", "kind"]),
    ("ix_statement_scope_period_down", ["region", "own", "longest", "period_key_down", "statement", "kind"]),
    ("ix_statement_scope_indicator_period", ["region", "own", "indicator", "period_key", "statement"]),
    (
        "ix_statement_scope_indicator_period_down",
        ["region", "own", "indicator", "period_key_down", "statement"],
    ),
)


def text() -> sa.types.TypeEngine[str]:
    """Text that sorts byte by byte on both databases."""
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def swapped(day: str) -> str:
    """SQL for a day with every digit taken from nine, by way of letters."""
    for digit, letter in zip("0123456789", "jihgfedcba", strict=True):
        day = f"replace({day}, '{digit}', '{letter}')"
    for digit, letter in zip("0123456789", "abcdefghij", strict=True):
        day = f"replace({day}, '{letter}', '{digit}')"
    return day


def upgrade() -> None:
    # The new tables follow from the rows there are; `claimbook migrate` fills them in the same transaction.
    op.add_column("instance", sa.Column("rendering", sa.Integer(), nullable=True))
    op.add_column("statement", sa.Column("period_key", text(), nullable=False, server_default="~~"))
    op.add_column("statement", sa.Column("period_key_down", text(), nullable=False, server_default="~~"))
    day = "to_char({0}, 'YYYY-MM-DD')" if op.get_bind().dialect.name == "postgresql" else "{0}"
    up = [day.format(column) for column in ("period_start", "period_end")]
    down = [swapped(each) for each in up]
    for column, parts in (("period_key", up), ("period_key_down", down)):
        op.execute(f"UPDATE statement SET {column} = " + " || ".join(f"coalesce({each}, '~')" for each in parts))
    for name, _ in WIDER:
        op.drop_index(name, table_name="statement")
    for name, columns in NARROWER:
        op.create_index(name, "statement", columns)
    op.create_table(
        "statement_scope",
        sa.Column("region", text(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("statement", text(), nullable=False),
        sa.Column("indicator", text(), nullable=True),
        sa.Column("kind", text(), nullable=False),
        sa.Column("period_key", text(), nullable=False),
        sa.Column("period_key_down", text(), nullable=False),
        sa.Column("longest", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("region", "own", "statement", name=op.f("pk_statement_scope")),
        sqlite_with_rowid=False,
    )
    for name, columns in SCOPED:
        op.create_index(name, "statement_scope", columns)
    op.create_table(
        "representation",
        sa.Column("statement", text(), nullable=False),
        sa.Column("whole", text(), nullable=False),
        sa.Column("flat", text(), nullable=False),
        sa.Column("whole_quoted", text(), nullable=True),
        sa.Column("flat_quoted", text(), nullable=True),
        sa.PrimaryKeyConstraint("statement", name=op.f("pk_representation")),
    )


def downgrade() -> None:
    op.drop_table("representation")
    for name, _ in SCOPED:
        op.drop_index(name, table_name="statement_scope")
    op.drop_table("statement_scope")
    for name, _ in NARROWER:
        op.drop_index(name, table_name="statement")
    for name, columns in WIDER:
        op.create_index(name, "statement", columns)
    op.drop_column("statement", "period_key_down")
    op.drop_column("statement", "period_key")
    op.drop_column("instance", "rendering")
