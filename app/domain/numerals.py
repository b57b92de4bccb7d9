"""What number do these words say?

Number words of English (cardinals, ordinals, fractions, multiples, orders of magnitude) and Chinese numerals are read from a
position of a text. Every reading takes time linear in what it reads; nothing here looks at the words around the number.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from app.domain.decimals import plain

NumberKind = Literal["cardinal", "percent", "ordinal", "fraction", "multiple", "magnitude", "name"]
"""What sort of number a reading is, before its surroundings are looked at."""

FRACTION_STEP = Decimal("0.0001")  # fractions are kept to four decimals, as shares of one
GAP = r"(?:\s*+[-\u2010\u2011]\s*+|\s++)"
"""What may stand between two words of one number: any white space, or a hyphen (a line may break after it)."""


def words(listed: str) -> list[str]:
    """The words of a list, separated by commas if there are any, else by spaces."""
    return listed.split(", ") if ", " in listed else listed.split()


_SMALL = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")
CARDINALS = {word: value for value, word in enumerate(_SMALL)} | {word: 10 * value for value, word in enumerate(_TENS, 2)}
SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
"""Scale word → power of ten."""
SHORT_SCALES = {"mn": "million", "mln": "million", "bn": "billion", "bln": "billion", "tn": "trillion", "trn": "trillion"}

_ORDINAL_WORDS = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth"
)
ORDINALS = (
    {word: value for value, word in enumerate(_ORDINAL_WORDS, 1)}
    | {f"{word[:-1]}ieth": CARDINALS[word] for word in _TENS}
    | {f"{word}th": 10**power for word, power in SCALES.items()}
)
DENOMINATORS = {"half": 2, "quarter": 4} | {word: value for word, value in ORDINALS.items() if value > 2}
_PLURAL_DENOMINATORS = {"halves": 2} | {f"{word}s": value for word, value in DENOMINATORS.items() if word != "half"}
MULTIPLES = {
    "doubled": Decimal(2),
    "doubling": Decimal(2),
    "tripled": Decimal(3),
    "tripling": Decimal(3),
    "trebled": Decimal(3),
    "quadrupled": Decimal(4),
    "quadrupling": Decimal(4),
    "quintupled": Decimal(5),
    "halved": Decimal("0.5"),
    "halving": Decimal("0.5"),
    "twice": Decimal(2),
    "thrice": Decimal(3),
} | {f"{word}fold": Decimal(value) for word, value in CARDINALS.items() if value}
MULTIPLE_VERBS = {"double": Decimal(2), "triple": Decimal(3), "quadruple": Decimal(4), "halve": Decimal("0.5")}
"""Verbs that are a multiple only after `to`, `will` and the like; as adjectives (`double-digit`) they are none."""
PLURALS = {f"{word}s" for word in SCALES} | {"dozens", "tens", "scores"}
"""Orders of magnitude; `tens` and `scores` only before `of`."""
ROMANS = frozenset(words("I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI"))

STARTERS = frozenset(CARDINALS.keys() | SCALES.keys() | ORDINALS.keys() | MULTIPLES.keys() | MULTIPLE_VERBS.keys() | PLURALS) | {
    "dozen",
    "half",
    "quarter",
}
"""The words at which a spelled number may start (`a` and `an` before some of them belong to it)."""
_LONGEST = max(map(len, STARTERS)) + 1

_WORD = re.compile(r"[A-Za-z]++")
_GAP = re.compile(GAP)
_AND = re.compile(rf"{GAP}(?ai:and){GAP}")
_AND_PART = re.compile(
    rf"{GAP}(?ai:and{GAP}(?:an?|one|three){GAP}(?:half|third|quarters?))(?![A-Za-z])",
)
_HALF_OF_ONE = re.compile(
    rf"(?ai:half{GAP}(?:an?{GAP})?(?:dozen|hundred|thousand|million|billion|trillion))(?![A-Za-z])",
)
_OF_PLURAL = re.compile(r"\s++(?ai:of)\s++(?ai:hundreds|thousands|millions|billions|trillions|dozens)(?![A-Za-z])")
_OF = re.compile(r"\s++(?ai:of)(?![A-Za-z])")
LEVEL = re.compile(
    rf"(?ai:(?:(?:one|ten|hundred){GAP})?+(?:(?:hundred|thousand){GAP})?(?:hundred|thousand|million|billion|trillion)"
    rf"(?:-(?:yuan|dollar|euro))?+-(?:level|scale|class))(?![A-Za-z])",
)
"""`hundred-billion-level`: an order of magnitude. What stands before it with a space (`two hundred-billion-level`) is no part."""
ARTICLE = re.compile(r"(?<![A-Za-z0-9])(?ai:an?)\s++\Z")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as words say it: where it ends (code points), its value and the last scale word (`""` if none)."""

    end: int
    kind: NumberKind
    value: Decimal | None
    scale: str = ""
    bare: bool = False
    """Whether it is a scale word alone (`million`), whose number, if any, stands before it."""


def read_words(text: str, at: int) -> Reading | None:
    """The spelled English number that starts at `at` (the first letter of a word of STARTERS), or None."""
    word, end = _word(text, at)
    level = LEVEL.match(text, at)
    if level:
        return _level(level)
    if word in MULTIPLES:
        return Reading(end, "multiple", MULTIPLES[word])
    if word in MULTIPLE_VERBS:
        return Reading(end, "multiple", MULTIPLE_VERBS[word])
    if word in PLURALS:
        return _plural(text, word, end)
    if word in ("half", "quarter"):
        return _part(text, at, word, end)
    if word in ORDINALS:
        return Reading(end, "ordinal", Decimal(ORDINALS[word]))
    return _cardinal(text, at)


def _level(match: "re.Match[str]") -> Reading:
    said = _WORD.findall(match[0].lower())
    value = Decimal(1)
    for word in said:
        value = value.scaleb(SCALES[word]) if word in SCALES else value * CARDINALS.get(word, 1)
    scale = next(word for word in reversed(said) if word in SCALES)
    return Reading(match.end(), "magnitude", plain(value), scale)


def _plural(text: str, word: str, end: int) -> Reading | None:
    longer = _OF_PLURAL.match(text, end)
    if longer:
        return Reading(longer.end(), "magnitude", None)
    if word in ("tens", "scores") and not _OF.match(text, end):
        return None
    return Reading(end, "magnitude", None)


def _part(text: str, at: int, word: str, end: int) -> Reading:
    match = _HALF_OF_ONE.match(text, at)
    if match:
        scale = _WORD.findall(match[0].lower())[-1]
        value = Decimal(6) if scale == "dozen" else Decimal("0.5").scaleb(SCALES[scale])
        return Reading(match.end(), "cardinal", value, "" if scale == "dozen" else scale)
    return Reading(end, "fraction", share(1, DENOMINATORS[word]))


def share(above: int, below: int) -> Decimal:
    """A fraction as a decimal share, kept to four decimals."""
    return (Decimal(above) / Decimal(below)).quantize(FRACTION_STEP)


def _cardinal(text: str, at: int) -> Reading | None:
    """Read `two million three hundred thousand`, `forty-seven`, `one third`, `twenty-first`, `two dozen` word by word."""
    total, current, lowest = Decimal(0), None, 99
    end, scale, last, position = at, "", "", at
    first = True
    while True:
        word, stop = _word(text, position)
        if not first and LEVEL.match(text, position) and not _hyphen_before(text, position):
            break
        if word in CARDINALS and _fits(CARDINALS[word], current, last):
            current = (current or 0) + CARDINALS[word]
        elif word == "hundred" and ((current is None and first) or (current is not None and 0 < current < 100)):
            current = 100 * (1 if current is None else current)
            scale = word
        elif word in SCALES and word != "hundred" and SCALES[word] < lowest and (current is not None or first):
            total += Decimal(1 if current is None else current).scaleb(SCALES[word])
            current, lowest, scale = None, SCALES[word], word
        elif word == "dozen" and (first or current is not None) and not total:
            return Reading(stop, "cardinal", Decimal(12 * (1 if current is None else current)), bare=first)
        else:
            ended = None if first else _ending(word, stop, total, current, last)
            if ended:
                return ended
            break
        end, last, first = stop, word, False
        following = _next_word(text, end, last)
        if following is None:
            break
        position = following
    if end == at:
        return None
    value = total + (current or 0)
    return with_part(text, end, value, scale, last in SCALES and value == Decimal(1).scaleb(SCALES[last]))


def with_part(text: str, end: int, value: Decimal, scale: str, bare: bool) -> Reading:
    """The number with `and a half` after it and a scale word after that, if they stand there."""
    part = _AND_PART.match(text, end)
    if not part or bare:
        return Reading(end, "cardinal", value, scale, bare)
    said = _WORD.findall(part[0].lower())
    below = {"half": 2, "third": 3, "quarter": 4, "quarters": 4}[said[-1]]
    value, end = value + share(3 if said[1] == "three" else 1, below), part.end()
    gap = _GAP.match(text, end)
    word, stop = _word(text, gap.end()) if gap else ("", end)
    if word in SCALES:
        return Reading(stop, "cardinal", value.scaleb(SCALES[word]), word)
    return Reading(end, "cardinal", value, scale)


def _ending(word: str, stop: int, total: Decimal, current: int | None, last: str) -> Reading | None:
    """The reading if `word` after a cardinal makes it a fraction (`two thirds`) or an ordinal (`twenty-first`)."""
    value = total + (current or 0)
    if word in ORDINALS and _fits(ORDINALS[word], current, last) and (last in _TENS or last in SCALES):
        return Reading(stop, "ordinal", value + ORDINALS[word])
    if (value == 1 and word in DENOMINATORS and word != "quarter") or (value > 1 and word in _PLURAL_DENOMINATORS):
        below = DENOMINATORS.get(word) or _PLURAL_DENOMINATORS[word]
        return Reading(stop, "fraction", share(int(value), below)) if value < 100 else None
    if value == 1 and word == "quarter":
        return Reading(stop, "fraction", share(1, 4))
    return None


def _fits(value: int, current: int | None, last: str) -> bool:
    if current is None:
        return True
    if last in _TENS:
        return 0 < value < 10
    return last == "hundred" and 0 < value < 100


def _next_word(text: str, end: int, last: str) -> int | None:
    """Where the next word of the number may start; `and` is passed over after `hundred` and larger words."""
    joined = _AND.match(text, end) if last in SCALES else None
    if joined:
        word, _ = _word(text, joined.end())
        return joined.end() if word in CARDINALS or (word in ORDINALS and last == "hundred") else None
    gap = _GAP.match(text, end)
    return gap.end() if gap else None


def _word(text: str, at: int) -> tuple[str, int]:
    match = _WORD.match(text, at)
    return (match[0].lower(), match.end()) if match and match.end() - at <= _LONGEST else ("", at)


def _hyphen_before(text: str, at: int) -> bool:
    return text[at - 1 : at] in ("-", "\u2010", "\u2011")
