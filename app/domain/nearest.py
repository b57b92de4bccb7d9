"""Which known names are nearest to a misspelt one?"""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """Up to `limit` known names most like `name`, best first; none when nothing is much like it."""
    names = list(known)
    found = get_close_matches(name[:100], names, n=limit, cutoff=0.6)
    if not found:
        lowered = name.casefold()
        found = [each for each in names if len(lowered) >= 3 and lowered in each.casefold()][:limit]
    return found
