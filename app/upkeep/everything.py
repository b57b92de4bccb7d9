"""Makes anew all that follows from other rows: after a change of the schema, and whenever its making changes."""

import sqlalchemy as sa

from app.upkeep import comparisons, search


def rebuild(connection: sa.Connection) -> None:
    """Make everything anew that writers otherwise keep true piece by piece."""
    comparisons.rebuild(connection)
    search.rebuild(connection)
