"""Which table lies where on a Citus cluster, and the SQL that lays them out so.

The tables that grow with the statements are split by a key of their own rows; small ones have a copy on every node; the two
that every request reads first stay on the coordinator. `docs/scale-out.md` says why.
"""

from collections.abc import Iterator

import sqlalchemy as sa

from app.models import Table

SPLIT = {
    "statement": "id",
    "statement_region": "statement",
    "statement_scope": "statement",
    "representation": "statement",
    "quotation": "statement",
    "relation": "statement",
    "mention": "document",
    "mention_statement": "document",
    "document_text": "document",
    "search_entry": "number",
    "search_index": "number",
    "comparison": "cell",
    "change": "code",
}
"""Table → the column by which its rows are split."""

BESIDE = {
    "statement": ("statement_region", "statement_scope", "representation", "quotation", "relation"),
    "mention": ("mention_statement", "document_text"),
    "search_entry": ("search_index",),
}
"""Table → those whose rows of the same key lie on the same node."""

HERE = ("instance", "data_version")
"""Tables that stay on the coordinator."""

KEYS = {"search_entry": ("number",)}
"""Table → its primary key there; the number is a hash of the key it has elsewhere."""

ON_CITUS = sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'citus'")
LAID_OUT = sa.text("SELECT count(*) FROM pg_dist_partition WHERE logicalrelid = 'statement'::regclass")
WORKERS = sa.text("SELECT count(*) FROM citus_get_active_worker_nodes()")


def obstacle(connection: sa.Connection) -> str | None:
    """Why the tables cannot be laid out over several machines here; None when they can."""
    if connection.dialect.name != "postgresql" or not connection.execute(ON_CITUS).scalar():
        return "--distributed needs a PostgreSQL database with the extension citus; nothing was changed."
    if not connection.execute(WORKERS).scalar():
        return "--distributed needs at least one worker (SELECT citus_add_node('HOST', PORT)); nothing was changed."
    return None


def distribute(connection: sa.Connection) -> bool:
    """Lay the tables out, with their rows; False when that was done before. For a database that `obstacle` finds nothing in."""
    if connection.execute(LAID_OUT).scalar():
        return False
    for statement in layout():
        connection.exec_driver_sql(statement)
    return True


def layout() -> Iterator[str]:
    """The SQL, in order: references are taken off, tables moved, and those references put back that can be kept there."""
    tables = Table.metadata.sorted_tables
    references = [key for table in tables for key in table.foreign_key_constraints]
    for key in references:
        yield f'ALTER TABLE "{key.table.name}" DROP CONSTRAINT "{key.name}"'
    for name, columns in KEYS.items():
        before = ", ".join(column.name for column in Table.metadata.tables[name].primary_key)
        yield f'ALTER TABLE "{name}" DROP CONSTRAINT "pk_{name}", ADD CONSTRAINT "pk_{name}" PRIMARY KEY ({", ".join(columns)})'
        yield f'CREATE INDEX "ix_{name}_key" ON "{name}" ({before})'
    for table in tables:
        if table.name not in SPLIT and table.name not in HERE:
            yield f"SELECT create_reference_table('{table.name}')"
    present = {table.name for table in tables} | {"search_index"}
    beside = {each: first for first, names in BESIDE.items() for each in names}
    for split in sorted(present & SPLIT.keys(), key=lambda each: (each in beside, each)):
        yield f"SELECT create_distributed_table('{split}', '{SPLIT[split]}', colocate_with => '{beside.get(split, 'none')}')"
    for key in filter(kept, references):
        own = ", ".join(f'"{column}"' for column in key.column_keys)
        other = ", ".join(f'"{element.column.name}"' for element in key.elements)
        refers = f'FOREIGN KEY ({own}) REFERENCES "{key.referred_table.name}" ({other})'
        yield f'ALTER TABLE "{key.table.name}" ADD CONSTRAINT "{key.name}" {refers}'


def kept(key: sa.ForeignKeyConstraint) -> bool:
    """Whether a reference can be kept: to a table that has a copy everywhere, or to a row that lies on the same node."""
    table, target = key.table.name, key.referred_table.name
    if target not in SPLIT:
        return True
    pairs = {(column, element.column.name) for column, element in zip(key.column_keys, key.elements, strict=True)}
    return _group(table) == _group(target) and (SPLIT[table], SPLIT[target]) in pairs


def _group(name: str) -> str | None:
    """The tables whose rows of one key lie together, by the first of them; None for what is not split."""
    return next((first for first, names in BESIDE.items() if name in (first, *names)), name if name in SPLIT else None)
