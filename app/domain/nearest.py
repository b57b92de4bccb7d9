"""Which known names are nearest to a misspelt one?"""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """Up to `limit` known names most like `name`, best first; none when nothing is much like it. Case does not matter."""
    names = {each.casefold(): each for each in known}
    wanted = name.casefold()
    found = get_close_matches(wanted[:100], names, n=limit, cutoff=0.6)
    if not found and len(wanted) >= 3:
        found = sorted(each for each in names if wanted in each)[:limit]
    return [names[each] for each in found]
