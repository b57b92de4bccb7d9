"""Into which words is a text cut for search? One way for texts and for what people type, so that the two meet."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from app.domain.text import fold

MAX_TOKEN = 100
"""Characters of one token; what is longer is cut, in texts and in queries alike. Databases bound the size of a word."""

BREAK = "|"
"""Stands between parts of one field, so that no phrase runs from one into the next; never a token of a text."""

_CJK = "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U000323af"
_TOKEN = re.compile(
    r"(?P<number>(?<![0-9])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+(?![0-9]|\.[0-9]))?"
    r"|(?<![0-9.])[0-9]+\.[0-9]+(?![0-9]|\.[0-9])"
    r"|[0-9]+)"
    rf"|(?P<cjk>[{_CJK}]+)"
    rf"|(?P<word>[^\W0-9_{_CJK}\u02bc]+)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token and where it stands in the folded text."""

    text: str
    start: int
    end: int


def tokens(*parts: str | None) -> list[str]:
    """The tokens of the parts, in order.

    Letters without regard to case and width (`fold`); digits and letters part company, so that `66.7ha` is `66.7 ha`; a number
    is one token without its thousands separators (`14,000` is `14000`, `7.55` stays whole); every apostrophe and hyphen
    separates. A run of Chinese, Japanese or Korean becomes its overlapping pairs and, at its end, its last character: 重庆市 is
    重庆, 庆市, 市, so that every character and every string of them can be found.
    """
    found: list[str] = []
    for match in _TOKEN.finditer(fold(*parts)):
        if match.lastgroup == "cjk":
            run = match[0]
            found.extend(run[at : at + 2] for at in range(len(run)))
        else:
            found.append(match[0].replace(",", "")[:MAX_TOKEN])
    return found


def find_tokens(folded: str) -> list[Token]:
    """The tokens of a folded text, each with its place."""
    found: list[Token] = []
    for match in _TOKEN.finditer(folded):
        start, end = match.span()
        if match["cjk"]:
            found.extend(Token(folded[at : min(at + 2, end)], at, min(at + 2, end)) for at in range(start, end))
        else:
            found.append(Token(match[0].replace(",", "")[:MAX_TOKEN], start, end))
    return found


def is_cjk(token: str) -> bool:
    """Whether a token is one or two characters of a run of Chinese, Japanese or Korean."""
    return re.match(f"[{_CJK}]", token) is not None


def joined(parts: Iterable[str | None]) -> str:
    """The tokens of several parts as one text, in the form databases keep: joined by a space, BREAK between parts."""
    return f" {BREAK} ".join(text for part in parts if part and (text := _joined(part)))


@lru_cache(maxsize=10_000)
def _joined(part: str) -> str:
    """Kept, since names of regions, indicators and documents come again and again."""
    return " ".join(tokens(part))


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in `text` that it came from; one more for the end.

    Folding works on a character with the marks that follow it. In the few scripts where it reaches further, places are given
    up: then the text comes back empty, and nothing of it can be marked.
    """
    if text.isascii():
        return text.lower(), list(range(len(text) + 1))
    folded: list[str] = []
    places: list[int] = []
    starts = [at for at, char in enumerate(text) if at == 0 or not _continues(char)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        piece = _fold_piece(text[start:end])
        folded.append(piece)
        places.extend([start] * len(piece))
    whole = "".join(folded)
    return (whole, [*places, len(text)]) if " ".join(whole.split()) == fold(text) else ("", [0])


@lru_cache(maxsize=10_000)
def _fold_piece(piece: str) -> str:
    return fold(piece) or " "


def _continues(char: str) -> bool:
    return unicodedata.combining(char) != 0 or char in "\uff9e\uff9f"
