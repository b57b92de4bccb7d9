"""Does anything stand twice in a file? Eight bytes for each record are kept, so that files of many millions can be told."""

from array import array
from collections.abc import Iterable

PARTS = 256


class Seen:
    """The names of all records, as hashes."""

    def __init__(self) -> None:
        self._parts = [array("q") for _ in range(PARTS)]

    def add(self, names: Iterable[str]) -> None:
        """Take these names in."""
        parts = self._parts
        for name in names:
            mark = hash(name)
            parts[mark & (PARTS - 1)].append(mark)

    def doubles(self) -> set[int]:
        """Hashes that stood more than once; as a rule there are none."""
        found: set[int] = set()
        for part in self._parts:
            marks = set[int]()
            if len(set(part)) < len(part):
                for mark in part:
                    (found if mark in marks else marks).add(mark)
        return found
