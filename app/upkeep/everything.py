"""Keeps all that follows from other rows: piece by piece as these change, or all of it anew."""

from collections.abc import Callable, Collection, Mapping

import sqlalchemy as sa

from app.upkeep import comparisons, representations, scopes, search

STEPS: dict[str, Callable[[sa.Connection], None]] = {
    "comparisons": comparisons.rebuild,
    "places": scopes.rebuild,
    "representations": representations.rebuild,
    "search": search.rebuild,
}
"""What follows from other rows, and what makes it."""


def rebuild(connection: sa.Connection, tell: Callable[[str, int, int], None] | None = None) -> None:
    """Make everything anew that writers otherwise keep true piece by piece; `tell` hears what is made, and how many steps are."""
    for done, (name, make) in enumerate(STEPS.items()):
        if tell:
            tell(name, done, len(STEPS))
        make(connection)


def follow(
    connection: sa.Connection,
    operations: Mapping[tuple[str, str], str],
    *,
    documents: Collection[str] = (),
    moved: Collection[str] = (),
) -> None:
    """Make what is said of these resources anew, but for comparisons, which are kept by what figures share.

    `("region", "chongqing")` → `updated`, and so on; of `documents` the words around all statements changed; `moved` are the
    regions that changed their parents.
    """
    scopes.refresh(connection, operations, moved)
    representations.refresh(connection, operations, documents)
    search.refresh(connection, operations, documents)
