"""Where exactly does a document say it, and do the words still stand there?

Offsets count Unicode code points from 0, half open, in the document's text (W3C Web Annotation, TextPositionSelector).
Verification is exact or fails: look-alike text is never accepted in place of the words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import quote as percent_encode

Verification = Literal["verified", "moved", "ambiguous", "altered", "missing", "unattached"]
"""Stands at start..end; only elsewhere, once; elsewhere, several times; nowhere but nearly; nowhere; text not attached."""

VERIFICATIONS: tuple[Verification, ...] = get_args(Verification)

MAX_WORDS = 10  # of one span
MAX_RUN_WORDS = 12  # of spans that stand closer than MIN_GAP_WORDS, taken together
MIN_GAP_WORDS = 2
MAX_SHARE = 4  # all spans of a document together hold at most one part in MAX_SHARE of its text
CONTEXT = 32  # code points of prefix and suffix, the size browsers and annotation tools use

_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"[.!?。！？](?=[\"'”’)\]]*(?:\s|$))|[。！？]")
_ABBREVIATION = re.compile(r"(?:\b[A-Z]|\b(?:Mr|Mrs|Ms|Dr|Prof|St|Co|Ltd|Inc|Corp|No|vs|etc|U\.S|e\.g|i\.e))$")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The span of a document that holds a figure: `exact` equals `text[start:end]`; `paragraph` counts non-empty lines from 1."""

    exact: str
    start: int
    end: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Quotation:
    """What surrounds a span: the one sentence it stands in, and up to CONTEXT code points before and after."""

    quote: str
    prefix: str
    suffix: str


def collapse(text: str) -> str:
    """`text` with every run of white space as one space, trimmed."""
    return " ".join(text.split())


def paragraph_of(text: str, start: int) -> int:
    """The 1-based number of the non-empty line in which code point `start` stands."""
    return 1 + sum(1 for line in text[:start].split("\n")[:-1] if line.strip())


def verify(text: str | None, evidence: Evidence) -> Verification:
    """Whether the span's words stand in `text` at their place. Only `verified` means they do."""
    if text is None:
        return "unattached"
    if text[evidence.start : evidence.end] == evidence.exact:
        return "verified"
    first = text.find(evidence.exact)
    if first >= 0:
        return "moved" if text.find(evidence.exact, first + 1) < 0 else "ambiguous"
    return "altered" if _nearly_stands(text, evidence.exact) else "missing"


def _nearly_stands(text: str, exact: str) -> bool:
    """Whether some window of as many words shares at least half of the span's words."""
    wanted = _counted(_WORD.findall(exact))
    size = sum(wanted.values())
    words = _WORD.findall(text)
    seen: dict[str, int] = {}
    shared = 0
    for index, word in enumerate(words):
        if word in wanted:
            seen[word] = seen.get(word, 0) + 1
            shared += seen[word] <= wanted[word]
        if index >= size:
            left = words[index - size]
            if left in wanted:
                shared -= seen[left] <= wanted[left]
                seen[left] -= 1
        if size and shared * 2 >= size:
            return True
    return False


def _counted(words: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return counts


def quotation_of(text: str, start: int, end: int) -> Quotation:
    """The sentence around text[start:end] and its near context, white space collapsed. A sentence never leaves its paragraph."""
    head, tail = _paragraph_bounds(text, start, end)
    first, last = head, tail
    for match in _SENTENCE_END.finditer(text, head, tail):
        if _ABBREVIATION.search(text[head : match.start()]):
            continue
        if match.end() <= start:
            first = match.end()
        elif match.start() >= end - 1:
            last = _after_closing_marks(text, match.end(), tail)
            break
    return Quotation(
        quote=collapse(text[_after_closing_marks(text, first, start) : last]),
        prefix=text[max(0, start - CONTEXT) : start],
        suffix=text[end : end + CONTEXT],
    )


def _paragraph_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """The paragraph's ends. In hard-wrapped text (every line followed by one blank line) only wider gaps part paragraphs."""
    wrapped = _hard_wrapped(text)
    gap = re.compile(r"\n\s*\n\s*\n" if wrapped else r"\n")
    head = 0
    for match in gap.finditer(text, 0, start):
        head = match.end()
    found = gap.search(text, end)
    return head, found.start() if found else len(text)


def _hard_wrapped(text: str) -> bool:
    """Whether lines break in mid-sentence: most non-empty lines are about as long as the longest and end without a full stop."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    broken = sum(1 for line in lines if line[-1] not in '.!?:。！？"”')
    return len(lines) > 20 and max(map(len, lines)) <= 100 and broken * 2 > len(lines)


def _after_closing_marks(text: str, position: int, limit: int) -> int:
    while position < limit and text[position] in "\"'”’)]":
        position += 1
    return position


def fragment_url(url: str, exact: str) -> str:
    """A link that scrolls a browser to the exact words (URL Fragment Text Directives, WICG)."""
    words = percent_encode(collapse(exact), safe="").replace("-", "%2D")
    return f"{url.split('#', 1)[0]}#:~:text={words}"


def merge_spans(spans: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """The spans in order, joined where fewer than MIN_GAP_WORDS words lie between them."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if merged and (start <= merged[-1][1] or len(_WORD.findall(text[merged[-1][1] : start])) < MIN_GAP_WORDS):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def word_count(text: str) -> int:
    """Words of `text`, parted by white space; a run of Chinese counts as one word for each two characters."""
    return sum(max(1, len(re.findall(r"[\u3400-\u9fff]", word)) // 2) for word in _WORD.findall(text))


def total_length(spans: Sequence[tuple[int, int]]) -> int:
    """Code points covered by spans, overlaps counted once."""
    covered, reach = 0, 0
    for start, end in sorted(spans):
        covered += max(0, end - max(start, reach))
        reach = max(reach, end)
    return covered
