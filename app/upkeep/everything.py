"""Makes anew all that follows from other rows: after a change of the schema, and whenever its making changes."""

from collections.abc import Callable

import sqlalchemy as sa

from app.upkeep import comparisons, search

STEPS: dict[str, Callable[[sa.Connection], None]] = {"comparisons": comparisons.rebuild, "search": search.rebuild}
"""What follows from other rows, and what makes it."""


def rebuild(connection: sa.Connection, tell: Callable[[str, int, int], None] | None = None) -> None:
    """Make everything anew that writers otherwise keep true piece by piece; `tell` hears what is made, and how many steps are."""
    for done, (name, make) in enumerate(STEPS.items()):
        if tell:
            tell(name, done, len(STEPS))
        make(connection)
