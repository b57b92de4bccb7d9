"""The engines' full-text indexes: how are entries taken in, and how are those found that hold words?

FTS5 on SQLite, `tsvector` with GIN on PostgreSQL; either knows the tokens in the columns of `search_entry`, and no more.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

WITHIN = {
    "names": ("name_tokens",),
    "words": ("name_tokens", "text_tokens", "written_tokens", "about_tokens"),
    "words_and_quotes": ("name_tokens", "text_tokens", "written_tokens", "about_tokens", "quote_tokens"),
}
"""What can be searched → its columns of `search_entry`. Quotes are searched only where they are served."""
TOKENS = WITHIN["words_and_quotes"]


_VECTORS = (" || ".join(f"string_to_array({column}, ' ')" for column in columns) for columns in WITHIN.values())
_INSERT_WORDS = {
    "sqlite": f"INSERT INTO search_index (rowid, {', '.join(TOKENS)}) SELECT number, {', '.join(TOKENS)} FROM search_entry",  # noqa: S608
    "postgresql": f"INSERT INTO search_index (number, {', '.join(WITHIN)}) "  # noqa: S608
    f"SELECT number, {', '.join(f'array_to_tsvector({each})' for each in _VECTORS)} FROM search_entry",
}


def index_words(connection: sa.Connection, numbers: Sequence[int]) -> None:
    """Take entries of `search_entry` into the engine's full-text index; they must not stand in it."""
    connection.execute(_of_numbers(f"{_INSERT_WORDS[connection.dialect.name]} WHERE number IN :numbers"), {"numbers": numbers})


def unindex_words(connection: sa.Connection, numbers: Sequence[int]) -> None:
    """Take entries out of the engine's full-text index; `search_entry` must still hold them as they went in."""
    delete = "DELETE FROM search_index WHERE number IN :numbers"
    if connection.dialect.name == "sqlite":
        columns = ", ".join(TOKENS)
        delete = (
            f"INSERT INTO search_index (search_index, rowid, {columns}) "  # noqa: S608
            f"SELECT 'delete', number, {columns} FROM search_entry WHERE number IN :numbers"
        )
    connection.execute(_of_numbers(delete), {"numbers": numbers})


@contextmanager
def indexing_all_words(connection: sa.Connection) -> Iterator[None]:
    """Empty the engine's full-text index, and fill it at the end with every entry that stands in `search_entry` then."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        yield
        connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('rebuild')")
        return
    connection.exec_driver_sql("DELETE FROM search_index")
    for column in WITHIN:
        connection.exec_driver_sql(f"DROP INDEX ix_search_index_{column}")
    yield
    connection.exec_driver_sql(_INSERT_WORDS[connection.dialect.name])
    for column in WITHIN:
        connection.exec_driver_sql(f"CREATE INDEX ix_search_index_{column} ON search_index USING gin ({column})")


def _of_numbers(statement: str) -> sa.TextClause:
    return sa.text(statement).bindparams(sa.bindparam("numbers", expanding=True))


def holding(dialect: str, within: str) -> sa.Select[int]:
    """Numbers of the entries that hold every one of `:words`, written by `asked_words`."""
    index, words = sa.table("search_index"), sa.bindparam("words", type_=sa.Text())
    if dialect == "sqlite":
        found = sa.literal_column("search_index").op("MATCH")(words)
        return sa.select(sa.literal_column("rowid", sa.BigInteger()).label("number")).select_from(index).where(found)
    column: sa.ColumnClause[Any] = sa.literal_column(within)
    found = column.op("@@")(sa.cast(words, TSQUERY))
    return sa.select(sa.column("number", sa.BigInteger())).select_from(index).where(found)


def asked_words(dialect: str, words: Sequence[tuple[str, bool]], within: str) -> str:
    """Words as the full-text index is asked for them; those with True may go on. They are tokens: letters, digits, full stops."""
    if dialect == "sqlite":
        asked = " AND ".join(f'"{word}"{" *" if begun else ""}' for word, begun in words)
        return f"{{{' '.join(WITHIN[within])}}} : ({asked})"
    return " & ".join(f"'{word}'{':*' if begun else ''}" for word, begun in words)
