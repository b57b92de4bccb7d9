"""Search: one entry for each thing that can be found, and the engine's own full-text index of its words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_search"
down_revision = "2026_11_22_comparisons"
branch_labels = None
depends_on = None

VECTORS = ("names", "words", "words_and_quotes")
ORDERED = "ix_search_entry_number_resource_published_on_code"


def text() -> sa.types.TypeEngine[str]:
    """Text that sorts byte by byte on both databases."""
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    # The entries follow from the rows there are; `claimbook migrate` makes them in the same transaction.
    op.create_table(
        "search_entry",
        sa.Column("resource", text(), nullable=False),
        sa.Column("code", text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("document", text(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("name", text(), nullable=True),
        sa.Column("name_zh", text(), nullable=True),
        sa.Column("text", text(), nullable=True),
        sa.Column("note", text(), nullable=True),
        sa.Column("as_written", text(), nullable=True),
        sa.Column("quote", text(), nullable=True),
        sa.Column("about", text(), nullable=True),
        sa.Column("name_tokens", text(), nullable=False),
        sa.Column("text_tokens", text(), nullable=False),
        sa.Column("written_tokens", text(), nullable=False),
        sa.Column("quote_tokens", text(), nullable=False),
        sa.Column("about_tokens", text(), nullable=False),
        sa.PrimaryKeyConstraint("resource", "code", name=op.f("pk_search_entry")),
    )
    op.create_index(ORDERED, "search_entry", ["number", "resource", "published_on", "code"])
    if op.get_bind().dialect.name == "sqlite":
        # The tokenizer `ascii` takes every character beyond ASCII as part of a word, so our tokens stay as they are.
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(name_tokens, text_tokens, written_tokens, quote_tokens, about_tokens, "
            "content='search_entry', content_rowid='number', detail='column', tokenize=\"ascii tokenchars '.'\")"
        )
        return
    op.create_table(
        "search_index",
        sa.Column("number", sa.BigInteger(), nullable=False),
        *(sa.Column(column, postgresql.TSVECTOR(), nullable=False) for column in VECTORS),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_index")),
    )
    for column in VECTORS:
        op.create_index(f"ix_search_index_{column}", "search_index", [column], postgresql_using="gin")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column in reversed(VECTORS):
            op.drop_index(f"ix_search_index_{column}", table_name="search_index")
    op.drop_table("search_index")
    op.drop_index(ORDERED, table_name="search_entry")
    op.drop_table("search_entry")
