"""Which bytes does a Range header ask for?"""

import re
from typing import NamedTuple

ONE_RANGE = re.compile(r"bytes=\s*(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))\s*", re.ASCII | re.IGNORECASE)


class Part(NamedTuple):
    """Bytes `start` to before `end` of an answer."""

    start: int
    end: int


def part_of(header: str | None, size: int) -> Part | None:
    """The part that a Range header asks for; None for the whole: several ranges, other units and what is no range at all.

    An empty part means that nothing of the range exists (416).
    """
    found = ONE_RANGE.fullmatch(header or "")
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return None if not size and int(suffix) else Part(max(size - int(suffix), 0), size)
    if last and int(last) < int(first):
        return None
    start, end = int(first), min(int(last) + 1, size) if last else size
    return Part(start, max(start, end))
