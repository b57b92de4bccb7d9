"""How does a text word a figure: the span that proves it, its unit, and the number as a seed file writes it?"""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

from app.domain.decimals import plain_text
from app.domain.evidence import MAX_WORDS, word_count
from app.domain.mentions import Mention
from app.domain.quantity import FRACTION_PLACES, Measure, parse_written
from app.domain.unit_words import currency_after, currency_before, unit_after
from app.seed.gather import GAP
from app.seed.guess import Setting
from app.seed.names import Names

_SPREAD = 5  # words up to which a span grows to the right before it grows to the left
_REACH = 200  # code points in which the next word is looked for

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")
_LAST_TOKEN = re.compile(r"(?:[\u3400-\u9fff]|[^\s\u3400-\u9fff]+)(?=\s*$)")
_NOT_NOUNS = (
    "and|or|of|in|to|with|for|by|at|on|from|as|than|that|which|into|have|has|had|is|are|was|were|the|will|would|respectively|but"
)
_NOUN = re.compile(rf"(?:-\w+)+|\s+(?!(?:{_NOT_NOUNS})\b)[^\W\d_][\w'’-]*")
_BETWEEN = re.compile(r"\b(?:between|from)\s+$", re.IGNORECASE)
_CLASSIFIER = re.compile(r"[个家条项座所名位人辆列次台套只张件处种户]")
_OPENING, _CLOSING = "(\"'“‘（「", ",.;:!?)\"'”’，。；：！？）」、"


def span_of(setting: Setting, names: tuple[str, ...]) -> tuple[int, int, bool]:
    """The shortest span that holds the figure and stands once in the text, and whether there is one of at most MAX_WORDS.

    `names` are those of the figure's unit.
    """
    start, end = _figure(setting, names)
    while not (once := _stands_once(setting.text, start, end)):
        right = _next_end(setting.text, end)
        if right is not None and word_count(setting.text[start:right]) <= _SPREAD:
            end = right
            continue
        left = _previous_start(setting.text, start)
        if left is None or word_count(setting.text[left:end]) > MAX_WORDS:
            break
        start = left
    return start, end, once


def _figure(setting: Setting, names: tuple[str, ...]) -> tuple[int, int]:
    """The number with what belongs to it: the currency, the unit, hedge words right beside it."""
    text, mention = setting.text, setting.mention
    start, end = mention.start, mention.end
    if mention.kind == "range" and (between := _BETWEEN.search(text, max(setting.first, start - 20), start)):
        start = between.start()
    if sign := currency_before(text, start):
        start = max(setting.first, sign[1])
    if word := currency_after(text, end) or unit_after(text, end):
        end = word[1]
    else:
        end += _unit_end(setting, names)
    for kind, left, right in mention.cues:
        if kind == "hedge" and setting.first <= left < start and not text[right:start].strip():
            start = left
        if kind == "hedge" and end < right <= setting.last and not text[end:left].strip():
            end = right
    return start, min(end, setting.last)


def _unit_end(setting: Setting, names: tuple[str, ...]) -> int:
    """How far beyond the number its unit reaches; of things counted the first word."""
    near = setting.after[:60]
    for name in names if setting.mention.kind != "percent" else ():
        found = re.search(_unit_pattern(name), near.lower())
        between = near[: found.start()] if found else ""
        if found and word_count(between) <= 2 and not re.search(r"\d", between):
            return found.end()
    if setting.mention.kind not in ("cardinal", "magnitude", "range"):
        return 0
    noun = _NOUN.match(near) or _CLASSIFIER.match(near)
    return noun.end() if noun else 0


def _unit_pattern(name: str) -> str:
    """A unit's name as texts write it: in the plural, `meter` for `metre`, `ton` for `tonne`."""
    if not name.isascii():
        return re.escape(name)
    stem = re.sub("ne$", "(?:ne)?", re.sub("re$", "(?:re|er)", re.escape(name.lower())))
    plural = "s?" if len(name) > 3 else ""
    return rf"(?<![a-z]){stem}{plural}(?![a-z])"


def _stands_once(text: str, start: int, end: int) -> bool:
    exact = text[start:end]
    return text.find(exact) == start and text.find(exact, start + 1) < 0


def _next_end(text: str, end: int) -> int | None:
    """Where the next word ends, punctuation left out."""
    for token in _TOKEN.finditer(text, end, end + _REACH):
        bare = token[0].rstrip(_CLOSING)
        if bare:
            return token.start() + len(bare)
    return None


def _previous_start(text: str, start: int) -> int | None:
    """Where the word before begins, opening punctuation left out."""
    low = max(0, start - _REACH)
    token = _LAST_TOKEN.search(text, low, start)
    if token is None:
        return None
    return token.end() - len(token[0].lstrip(_OPENING)) if token[0].lstrip(_OPENING) else token.start()


_FIXED: dict[Measure, str] = {"share": "percent", "growth": "percent", "multiple": "ratio", "rank": "count"}
_MEASURED = frozenset({"mass", "area", "length", "duration", "years"})
_PER_PEOPLE = re.compile(r"\bper 10,?000 (?:people|residents|inhabitants)\b|每万人", re.IGNORECASE)
_LEVEL = re.compile("level|级", re.IGNORECASE)
_A_TIME = re.compile(r"\b(?:this|last|next|previous|each|every|per|a|an)\s+(?:day|year|hour|minute)s?\b")
_NO_UNIT_OF_OURS = re.compile(
    r"[\s-]*(?:inch(?:es)?|feet|foot|miles?|degrees?|mm|cm|kWh?|[MG]Wh?|points?|barrels?)\b|\s*[°度亩]", re.IGNORECASE
)


def unit_of(setting: Setting, measure: Measure, names: Names, currency: str | None) -> tuple[str, str]:
    """The code of the figure's unit, TODO when there is none, and what is doubtful about it.

    `currency` is the one most amounts of the text are in; a `hundred-billion-level` is an amount.
    """
    mention = setting.mention
    code, doubt = _FIXED.get(measure) or (mention.unit if mention.unit != "count" else None), ""
    if code is None and _PER_PEOPLE.search(setting.sentence):
        code = "per-10k"
    if code is None and mention.kind == "magnitude" and currency and _LEVEL.search(mention.number):
        code, doubt = currency, "the currency is that of the other amounts"
    if code is None:
        code = _measured_ahead(setting.after, names)
    if code is None and _NO_UNIT_OF_OURS.match(setting.after):
        return GAP, "the unit is not among the known ones"
    code = code or "count"
    return (code, doubt) if code in names.units else (GAP, f"there is no unit {code} yet")


def _measured_ahead(after: str, names: Names) -> str | None:
    """The unit of a measure that is named among the three words after a number: `three consecutive years`."""
    near = " ".join(re.split(r"[,.;:()，。；（）]", after[:80], maxsplit=1)[0].split()[:3]).lower().lstrip("-")
    near = _A_TIME.split(near, maxsplit=1)[0]
    found = [
        (match.start(), -match.end(), code)
        for code, called in names.units.items()
        if names.families[code] in _MEASURED
        for name in called
        if len(name) > 1 and (match := re.search(_unit_pattern(name), near))
    ]
    return min(found)[2] if found else None  # the first, and of `square metre` and `metre` the longer one


_SCALES = {
    "hundred": ("hundred", 2),
    "thousand": ("thousand", 3),
    "k": ("thousand", 3),
    "million": ("million", 6),
    "mn": ("million", 6),
    "m": ("million", 6),
    "billion": ("billion", 9),
    "bn": ("billion", 9),
    "b": ("billion", 9),
    "trillion": ("trillion", 12),
    "tn": ("trillion", 12),
    "万亿": ("trillion", 12),
    "万": ("万", 4),
    "亿": ("亿", 8),
}
"""Scale word of a text → that of a seed file, and its power of ten."""

_VAGUE = {
    "dozen": 10,
    "ten": 10,
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "亿": 10**8,
}


def written_value(mention: Mention, *, percent: bool = False, negative: bool = False) -> str:
    """The number as a seed file writes it (`7.55 billion`, `27900`, `33.3333`), TODO when it cannot be told.

    `percent` says that a fraction is one of a whole; a `negative` number is a decrease.
    """
    value = _least(mention.number) if mention.value is None else mention.value
    if value is None:
        return GAP
    if percent:
        exact = Fraction(value).limit_denominator(100) * 100
        part = round(Decimal(exact.numerator) / Decimal(exact.denominator), FRACTION_PLACES)
        return _readable(plain_text(-part if negative else part))
    return _readable(_scaled(-value if negative else value, mention))


def written_end(mention: Mention) -> str | None:
    """The upper end of a range as a seed file writes it; None when it is no range."""
    return None if mention.value_to is None else _readable(_scaled(mention.value_to, mention))


def _scaled(value: Decimal, mention: Mention) -> str:
    """The value with its scale word, in the very digits of the text where they say the same."""
    scale, power = _SCALES.get(mention.scale.lower(), ("", 0))
    short = value.scaleb(-power)
    for digits in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", unicodedata.normalize("NFKC", mention.number), re.ASCII):
        bare = digits.replace(",", "")
        if Decimal(bare) == abs(short):
            return f"{'-' if value < 0 else ''}{bare} {scale}".strip()
    if scale and abs(short) >= 1:
        return f"{plain_text(short)} {scale}"
    return plain_text(value)


def _least(number: str) -> Decimal | None:
    """The least that words such as `dozens` or `tens of thousands` stand for."""
    words = [word.lower().removesuffix("s") for word in re.findall(r"[A-Za-z]+|[十百千万亿]", number)]
    least = Decimal(1)
    for word in words:
        least *= _VAGUE.get(word, 1)
    return least if least > 1 else None


def _readable(value: str) -> str:
    """The value, or TODO when a seed file would not take it."""
    try:
        parse_written(value)
    except ValueError:
        return GAP
    return value
