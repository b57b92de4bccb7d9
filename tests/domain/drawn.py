"""Many drawn examples at the price of few: the same ones in every run."""

from collections.abc import Iterator
from random import Random

EXAMPLES = 10_000


def examples(count: int = EXAMPLES) -> Iterator[Random]:
    """A source of chance for each example; its seed is the number of the example, so a failure can be drawn again."""
    for number in range(count):
        yield Random(number)
