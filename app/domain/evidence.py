"""Where exactly does a document say it, and do the words still stand there?

Offsets count Unicode code points from 0, half open, in the document's text (W3C Web Annotation, TextPositionSelector).
Verification is exact or fails: look-alike text is never accepted in place of the words.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args
from urllib.parse import quote as percent_encode

Verification = Literal["verified", "moved", "ambiguous", "altered", "missing", "unattached"]
"""Stands at start..end; only elsewhere, once; elsewhere, several times; nowhere but nearly; nowhere; text not attached."""

VERIFICATIONS: tuple[Verification, ...] = get_args(Verification)

MAX_WORDS = 10  # of one span
MAX_RUN_WORDS = 12  # of spans that stand closer than MIN_GAP_WORDS, taken together
MIN_GAP_WORDS = 2
COPIED_WORDS = 8  # in a row that a statement and its text must not have in common
MAX_SHARE = 4  # all spans of a document together hold at most one part in MAX_SHARE of its text
CONTEXT = 32  # code points of prefix and suffix, the size browsers and annotation tools use
REACH = 5_000  # code points either side of a span in which its sentence is looked for

_HAN = "\u3400-\u9fff"
_HAN_SIGN = re.compile(f"[{_HAN}]")
_WORD = re.compile(r"\S+")
_BARE_WORD = re.compile(rf"[{_HAN}]|[^\W{_HAN}](?:[^\s{_HAN}]*[^\W{_HAN}])?")  # without punctuation at its ends

_CLOSING = "\"'”’)\\]"
_STOP = re.compile(rf"(?:[.!?](?=[{_CLOSING}]*(?:\s|$))|[。！？])[{_CLOSING}]*")
_NEVER_LAST = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|St|Gen|Gov|Sen|vs|cf|e\.g|i\.e)$")
_BEFORE_NUMBER = re.compile(r"\b(?:Nos?|Vol|Fig|Art|pp?|approx|ca|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)$")
_SOMETIMES_LAST = re.compile(r"\b(?:[A-Z]|Co|Corp|Inc|Ltd|Jr|Sr|etc|a\.m|p\.m)$")
_OPENING = re.compile(
    r"\s*(?:$|[\"'“‘(]*(?:A|An|And|As|At|But|By|For|He|In|It|Its|On|She|So|That|The|Their|These|They|This|To|We)\s)"
)
_LONGEST_ABBREVIATION = 8

_LINE_BREAK = re.compile(r"(?<=\S)[^\S\n]*\n\s*(?=\S)")
_WRAPPED_SHARE = 3  # a text is hard-wrapped when one in so many of its lines begins in lower case; elsewhere next to none does


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
    nearly = _differs_by_one(text, evidence) or _nearly_stands(text, evidence.exact)
    return "altered" if nearly else "missing"


def _differs_by_one(text: str, evidence: Evidence) -> bool:
    """Whether the span stands at its place but for one character that is another one, is gone or was put in.

    What a change of the one word of a span, or of the space between two, leaves no whole word to be known by.
    """
    exact = evidence.exact
    if len(exact) < 2:
        return False
    for length in (len(exact) - 1, len(exact), len(exact) + 1):
        there = text[evidence.start : evidence.start + length]
        if len(there) == length and _common(there, exact) + _common(there[::-1], exact[::-1]) >= min(length, len(exact) - 1):
            return True
    return False


def _common(left: str, right: str) -> int:
    """How many characters two texts begin with alike."""
    return next(
        (index for index, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), min(len(left), len(right))
    )


def _nearly_stands(text: str, exact: str) -> bool:
    """Whether some window of as many words shares at least half of the span's words."""
    wanted = Counter(_BARE_WORD.findall(exact))
    size = wanted.total()
    window: deque[tuple[int, str]] = deque()
    seen: Counter[str] = Counter()
    shared = 0
    for index, match in enumerate(_BARE_WORD.finditer(text)):
        word = match[0]
        if word not in wanted:
            continue
        while window and window[0][0] <= index - size:
            _, gone = window.popleft()
            shared -= seen[gone] <= wanted[gone]
            seen[gone] -= 1
        window.append((index, word))
        seen[word] += 1
        shared += seen[word] <= wanted[word]
        if shared * 2 >= size:
            return True
    return False


def quotation_of(text: str, start: int, end: int) -> Quotation:
    """The sentence around text[start:end] and its near context.

    A sentence never leaves its paragraph and is looked for REACH code points around the span. After an initial or `Ltd.` it
    goes on, unless a word follows that mostly opens one.
    """
    first, last = sentence_bounds(text, start, end)
    return Quotation(
        quote=collapse(text[first:last]),
        prefix=text[max(0, start - CONTEXT) : start],
        suffix=text[end : end + CONTEXT],
    )


def sentence_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around text[start:end] begins and ends; `quotation_of` says how it is found."""
    offset = max(0, start - REACH)
    first, last = _sentence_bounds(text[offset : end + REACH], start - offset, end - offset)
    return offset + first, offset + last


def _sentence_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    head, tail = _paragraph_bounds(text, start, end)
    first = head
    for stop in _STOP.finditer(text, head, tail):
        if not _ends_sentence(text, stop, tail):
            continue
        if stop.start() < start:
            first = min(stop.end(), start)
        elif stop.start() >= end - 1:
            return first, stop.end()
    return first, tail


def _ends_sentence(text: str, stop: re.Match[str], tail: int) -> bool:
    """Whether a full stop (or the like) ends a sentence: not after an abbreviation, nor where the text goes on in lower case."""
    if stop[0][0] in "。！？":
        return True
    following = text[stop.end() : min(stop.end() + CONTEXT, tail)]
    next_char = following.lstrip()[:1]
    if next_char.islower():
        return False
    if stop[0][0] != "." or not next_char:
        return True
    before = text[max(0, stop.start() - _LONGEST_ABBREVIATION) : stop.start()]
    if _NEVER_LAST.search(before) or (next_char.isdigit() and _BEFORE_NUMBER.search(before)):
        return False
    return not _SOMETIMES_LAST.search(before) or _OPENING.match(following) is not None


def _paragraph_bounds(text: str, start: int, end: int) -> tuple[int, int]:
    """The ends of the paragraph: a line, or in hard-wrapped text what wider gaps than those between its lines part."""
    gap = re.compile(rf"\n(?:[^\S\n]*\n){{{_breaks_between_lines(text)},}}")
    head = max((match.end() for match in gap.finditer(text, 0, start)), default=0)
    found = gap.search(text, end)
    return head, found.start() if found else len(text)


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Where the paragraphs of a text begin and end: its lines, or of hard-wrapped text what wider gaps part; none is empty."""
    gap = re.compile(rf"\n(?:[^\S\n]*\n){{{_breaks_between_lines(text)},}}")
    ends = [(match.start(), match.end()) for match in gap.finditer(text)]
    starts = [0, *(end for _, end in ends)]
    return [
        (start, end)
        for start, end in zip(starts, [*(start for start, _ in ends), len(text)], strict=True)
        if text[start:end].strip()
    ]


def _breaks_between_lines(text: str) -> int:
    """How many line breaks stand between two lines of one paragraph: none, unless the text is hard-wrapped."""
    breaks = list(_LINE_BREAK.finditer(text))
    inner = Counter(match[0].count("\n") for match in breaks if text[match.end()].islower())
    if inner.total() * _WRAPPED_SHARE < max(1, len(breaks)):
        return 0
    return max(inner, key=lambda count: (inner[count], -count))


def fragment_url(url: str, exact: str) -> str:
    """A link that scrolls a browser to the exact words (URL Fragment Text Directives, WICG)."""
    return f"{url.split('#', 1)[0]}#{fragment_of(exact)}"


@lru_cache(maxsize=1024)
def fragment_of(exact: str) -> str:
    """The fragment of such a link, without the sign that begins it."""
    words = percent_encode(collapse(exact), safe="").replace("-", "%2D")
    return f":~:text={words}"


def merge_spans(spans: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """The spans in order, joined where fewer than MIN_GAP_WORDS words lie between them."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if merged and (start <= merged[-1][1] or word_count(text[merged[-1][1] : start]) < MIN_GAP_WORDS):
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def word_count(text: str) -> int:
    """Words of `text`, parted by white space; a run of Chinese counts as one word for each two characters."""
    return sum(1 if word.isascii() else max(1, len(_HAN_SIGN.findall(word)) // 2) for word in _WORD.findall(text))


def copied(sentences: Sequence[str], text: str) -> list[str | None]:
    """For each sentence the first COPIED_WORDS words in a row that `text` has too, whatever their case and punctuation."""
    runs = [list(_runs(sentence)) for sentence in sentences]
    wanted = {words for each in runs for words, _, _ in each}
    found = {words for words, _, _ in _runs(text) if words in wanted} if wanted else set()
    return [
        next((sentence[start:end] for words, start, end in each if words in found), None)
        for sentence, each in zip(sentences, runs, strict=True)
    ]


def _runs(text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Every COPIED_WORDS words in a row, with their place; two Chinese characters count as one word."""
    found = [(match[0].casefold().replace("’", "'"), *match.span()) for match in _BARE_WORD.finditer(text)]
    weights = [1 if _HAN_SIGN.match(word) else 2 for word, _, _ in found]
    last, weight = 0, 0
    for first in range(len(found)):
        while weight < 2 * COPIED_WORDS and last < len(found):
            weight, last = weight + weights[last], last + 1
        if weight < 2 * COPIED_WORDS:
            return
        yield tuple(word for word, _, _ in found[first:last]), found[first][1], found[last - 1][2]
        weight -= weights[first]


def total_length(spans: Sequence[tuple[int, int]]) -> int:
    """Code points covered by spans, overlaps counted once."""
    covered, reach = 0, 0
    for start, end in sorted(spans):
        covered += max(0, end - max(start, reach))
        reach = max(reach, end)
    return covered
