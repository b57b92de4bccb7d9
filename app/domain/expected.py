"""What was expected of a value that does not fit, in our words rather than in those of a library?"""

from collections.abc import Mapping
from typing import Any


def expected(kind: str, context: Mapping[str, Any]) -> str | None:
    """The expectation behind one of pydantic's kinds of error about a length or a bound; None for every other kind."""
    match kind:
        case "string_too_short":
            return f"at least {_counted(context['min_length'], 'character')} expected"
        case "string_too_long":
            return f"at most {_counted(context['max_length'], 'character')} expected"
        case "too_short":
            return f"at least {_counted(context['min_length'], 'item')} expected"
        case "too_long":
            return f"at most {_counted(context['max_length'], 'item')} expected"
        case "greater_than_equal":
            return f"a number of at least {context['ge']} was expected"
        case "less_than_equal":
            return f"a number of at most {context['le']} was expected"
        case "greater_than":
            return f"a number above {context['gt']} was expected"
        case _:
            return None


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun} was" if number == 1 else f"{number} {noun}s were"
