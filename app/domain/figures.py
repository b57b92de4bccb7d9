"""Which figure is written at this place of a text?

One figure is digits, number words or a Chinese numeral with what belongs to the number itself: separators, decimals, scale
words, the percent sign or word, `-fold`, an ordinal ending. The currency, the unit and the hedge words stand outside of it.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from app.domain.decimals import plain
from app.domain.han import HAN, han_value
from app.domain.numerals import (
    CARDINALS,
    LEVEL,
    SCALES,
    SHORT_SCALES,
    Reading,
    share,
    with_part,
)
from app.domain.quantity import MAX_DIGITS, Comparator
from app.domain.unit_words import currency_before

MentionKind = Literal[
    "cardinal", "percent", "money", "ordinal", "fraction", "multiple", "magnitude", "range", "date", "time", "name", "identifier"
]
"""What a number in a text is."""

REACH = 24  # code points looked back for an article, a currency or a word that decides how a number is read


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at text[start:end] before its surroundings are read; values as in `mentions.Mention`."""

    start: int
    end: int
    kind: MentionKind
    value: Decimal | None = None
    value_to: Decimal | None = None
    unit: str | None = None
    scale: str = ""
    comparator: Comparator = "eq"


DIGITS = re.compile(
    r"(?:\d{1,3}(?:,\d{3})++(?!\d)|\d{1,3}(?:，[０-９]{3})++(?!\d)|\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})++(?!\d)|\d++)"
    r"(?:[.．]\d++)?+"
)
_SEPARATORS = re.compile(r"[\s,，]")
_SCALE = re.compile(rf"(?:\s*+|-)((?ai:{'|'.join([*SCALES, *SHORT_SCALES])}))(?![A-Za-z])")
_LETTER_SCALE = re.compile(r"([mMkKbBt])(?![A-Za-z0-9])")
_LETTER_SCALES = {"m": "million", "k": "thousand", "b": "billion", "t": "trillion"}
_LEVEL_END = re.compile(r"(?ai:(?:-(?:yuan|dollar|euro))?+-(?:level|scale|class))(?![A-Za-z])")
_PEOPLE = re.compile(r"\s++(?:(?P<first>[a-z]{1,20})\s++)?(?:people|users|[a-z]{2,20}s)(?![A-Za-z])")
_ORDINAL_END = re.compile(r"(?ai:st|nd|rd|th)(?![A-Za-z0-9])")
_PERCENT = re.compile(
    r"\s*+[%％﹪]|(?:\s++|-)(?ai:percentage(?:\s++|-)points?|per\s++cent(?:age(?:\s++|-)points?)?"
    r"|percent(?:(?:age)?(?:\s++|-)points?)?|pct)(?![A-Za-z])|\s*+个?百分点"
)
_OF_A_PERCENT = re.compile(r"(?:\s++of)?\s++(?ai:an?)\s++(?ai:percent(?:age\s++point)?|per\s++cent)(?![A-Za-z])")
_FOLD = re.compile(r"(?:\s*+-\s*+|\s*+)(?ai:fold)(?![A-Za-z])|[xX×](?![A-Za-z0-9])|\s*+倍")
_TIMES = re.compile(
    r"\s++(?ai:times)(?=\s++(?ai:as|more|the|higher|larger|greater|bigger|faster|longer|stronger|smaller|lower|fewer|that"
    r"|those|what|its|his|her|their|our|your|my|(?:this|last)\s++year['’]s)(?![A-Za-z]))"
)
_SLASH = re.compile(r"\s?[/⁄]\s?(\d{1,4})(?![\d/⁄.])")
_HAN_SCALE = re.compile(r"\s*+([多余]?)([十百千]?[万亿]{1,2}(?!科|达州|州)|[百千](?![米克瓦伏赫卡帕]))")
ALONE = re.compile(r"\s*+(?:\Z|[\d,，;；:：)）。、\"”])|\.(?:\s|\Z)")
"""What follows a number that nothing after it belongs to; asked first, so that a plain number costs little."""
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5", "⅛": "1/8"}
ENDS_OF_TEN = re.compile(r"成(?![立为功员长果本都渝熟品就绩效交份套人年型分倍])")
LEVEL_HAN = re.compile(r"元?级(?!别|联)")
OVER = re.compile(rf"分之([{HAN}]{{1,12}}+(?:点[零〇一二三四五六七八九]{{1,6}}+)?|\d{{1,9}}(?:\.\d{{1,6}}+)?)")
_BEFORE = re.compile(r"([A-Za-z]++)(\s++|-)\Z")
_MINUS = re.compile(r"(?<![A-Za-z0-9])(?<!\d\s)(?ai:minus|negative)\s++\Z|零下\Z|(?<![欠抱担肩辜])负\Z")
_MINUS_ENDS = frozenset("sSeE下负")
_FIVE_YEAR = re.compile(r"\s++(?ai:five)\s*+-?\s*+(?ai:year)(?=\s*+-?\s*+(?ai:plan)|\s++[A-Z])")
VULGAR = "".join(_VULGAR)
"""Fractions in one character."""


def _of_a_percent(text: str, reading: Reading) -> "re.Match[str] | None":
    match = _OF_A_PERCENT.match(text, reading.end)
    return match if match and (reading.kind == "fraction" or match[0].lstrip().startswith("of")) else None


def decimal_of(digits: str) -> Decimal | None:
    """The value of digits with separators, in any width; None if there are more than are ever kept (MAX_DIGITS)."""
    if len(digits) > 2 * MAX_DIGITS:
        return None
    if digits.isdecimal():
        return None if len(digits) > MAX_DIGITS else Decimal(digits)
    bare = _SEPARATORS.sub("", digits).replace("．", ".")
    return None if len(bare.replace(".", "")) > MAX_DIGITS else Decimal(bare)


def read_digits(text: str, at: int) -> Figure:
    """The figure whose digits start at `at`; `3m` is three million after a currency."""
    match = DIGITS.match(text, at)
    if match is None:
        raise ValueError("a digit was expected")
    end, value = match.end(), decimal_of(match[0])
    start = at
    if text[at - 1 : at] in ("-", "−") and at > 0 and (at == 1 or text[at - 2].isspace() or text[at - 2] in "(（"):
        start, value = at - 1, None if value is None else -value
    if value is None:
        return Figure(start, end, "cardinal")
    if text[at - 1 : at] != "第" and ALONE.match(text, end):
        return Figure(start, end, "cardinal", plain(value) if "." in match[0] or "．" in match[0] else value)
    ordinal = _ORDINAL_END.match(text, end)
    if ordinal:
        return Figure(start, ordinal.end(), "ordinal", value)
    if text[at - 1 : at] == "第":
        return Figure(at - 1, end, "ordinal", value)
    fraction = _slashed(text, start, end, value)
    if fraction:
        return fraction
    if text[end : end + 1] in _VULGAR:
        return Figure(start, end + 1, "fraction", plain(value + _vulgar(text[end])))
    return _scaled(text, start, Reading(end, "cardinal", value))


def read_vulgar(text: str, at: int) -> Figure:
    """The fraction in one character at `at`."""
    return Figure(at, at + 1, "fraction", plain(_vulgar(text[at])))


def _vulgar(char: str) -> Decimal:
    above, below = _VULGAR[char].split("/")
    return share(int(above), int(below))


def _slashed(text: str, start: int, end: int, value: Decimal) -> Figure | None:
    match = _SLASH.match(text, end)
    if not match or value != int(value) or value < 1 or value >= int(match[1]) or value > 99:
        return None
    return Figure(start, match.end(), "fraction", plain(share(int(value), int(match[1]))))


def _scaled(text: str, start: int, reading: Reading) -> Figure:
    """The digits with the scale words, letters or characters that follow them."""
    end, value, scale = reading.end, reading.value or Decimal(0), ""
    for _ in range(2):
        match = _SCALE.match(text, end)
        if not match or (text[end] != "-" and LEVEL.match(text, match.start(1))):
            break
        word = match[1].lower()
        scale = SHORT_SCALES.get(word, word)
        end, value = match.end(), value.scaleb(SCALES[scale])
    level = _LEVEL_END.match(text, end) if scale else None
    if level:
        return Figure(start, level.end(), "magnitude", plain(value), scale=scale)
    letter = _LETTER_SCALE.match(text, end) if not scale else None
    if letter and _is_scale(text, start, letter):
        scale = _LETTER_SCALES[letter[1].lower()]
        end, value = letter.end(), value.scaleb(SCALES[scale])
    if scale:
        return finish(text, start, with_part(text, end, value, scale, bare=False))
    chinese = _han_scaled(text, start, end, value)
    return chinese or finish(text, start, with_part(text, end, value, "", bare=False))


def _is_scale(text: str, start: int, letter: "re.Match[str]") -> bool:
    if letter[1] in "kM" or currency_before(text, start) is not None:
        return True
    counted = _PEOPLE.match(text, letter.end())
    metres = counted is None or counted["first"] in CARDINALS or "," in text[start : letter.start()]
    return letter[1] == "m" and not metres


def _han_scaled(text: str, start: int, end: int, value: Decimal) -> Figure | None:
    """`1.2亿`, `1亿2000万`, `10多万`; None if no Chinese scale follows the digits."""
    total, last, scale, more = Decimal(0), None, "", False
    for _ in range(4):
        match = _HAN_SCALE.match(text, end)
        size = han_value(match[2]) if match else Decimal(1)
        if size is None or (last is not None and value * size >= last):
            break
        total += value * size
        if not match:
            break
        end, last, scale, more = match.end(), size, match[2], more or bool(match[1])
        digits = DIGITS.match(text, end)
        following = decimal_of(digits[0]) if digits else None
        if digits is None or following is None:
            break
        after = _HAN_SCALE.match(text, digits.end())
        if following * ((han_value(after[2]) if after else None) or Decimal(1)) >= size:
            break
        end, value = digits.end(), following
    if last is None:
        return None
    figure = finish(text, start, Reading(end, "cardinal", total, scale))
    return Figure(figure.start, figure.end, figure.kind, figure.value, None, figure.unit, scale, "gt" if more else "eq")


def finish(text: str, start: int, reading: Reading) -> Figure:
    """The figure with a percent sign or word, `-fold`, `times as`, 成, 分之 or 级 after it."""
    value, end = reading.value, reading.end
    if value is None or reading.kind not in ("cardinal", "fraction", "percent"):
        return Figure(start, end, reading.kind, value, scale=reading.scale)
    percent = _PERCENT.match(text, end) or _of_a_percent(text, reading)
    if percent:
        return Figure(start, percent.end(), "percent", plain(value), unit="percent", scale=reading.scale)
    fold = _FOLD.match(text, end) or _TIMES.match(text, end)
    if fold:
        return Figure(start, fold.end(), "multiple", plain(value), scale=reading.scale)
    return _chinese_end(text, start, end, value) or Figure(start, end, reading.kind, plain(value), scale=reading.scale)


def _chinese_end(text: str, start: int, end: int, value: Decimal) -> Figure | None:
    tenth = ENDS_OF_TEN.match(text, end)
    if tenth and 0 < value <= 10:
        more = han_value(text[end + 1 : end + 2]) if text[end + 1 : end + 2] in tuple("一二三四五六七八九") else None
        return Figure(start, end + 1 + (more is not None), "fraction", plain((10 * value + (more or 0)) / 100))
    over = OVER.match(text, end)
    above = chinese_value(over[1]) if over else None
    if over and above is not None and value > 0:
        fraction = (above / value).quantize(Decimal("0.0001")) if above < value * 100_000 else above
        return Figure(start, over.end(), "fraction", plain(fraction))
    level = LEVEL_HAN.match(text, end)
    if level and text[end - 1] in "万亿":
        return Figure(start, level.end(), "magnitude", plain(value), scale=text[end - 1])
    return None


def chinese_value(numeral: str) -> Decimal | None:
    """The value of a numeral in digits or Chinese, with decimals after 点."""
    if numeral[0].isdecimal():
        return decimal_of(numeral)
    whole, _, part = numeral.partition("点")
    value, decimals = han_value(whole), han_value(part) if part else Decimal(0)
    if value is None or decimals is None:
        return None
    return value + decimals.scaleb(-len(part))


def word_before(text: str, at: int) -> tuple[str, str]:
    """The word before `at`, in lower case, and what stands between (white space or a hyphen); both empty if there is none."""
    match = _BEFORE.search(text[max(0, at - REACH) : at])
    return (match[1].lower(), match[2]) if match else ("", "")


def signed(text: str, figure: Figure) -> Figure:
    """The figure with the word before it that makes it negative (`minus 12`, 零下15); the word belongs to the number."""
    if figure.value is None or figure.value < 0 or figure.kind not in ("cardinal", "percent"):
        return figure
    before = text[max(0, figure.start - REACH) : figure.start]
    if before.rstrip()[-1:] not in _MINUS_ENDS:
        return figure
    sign = _MINUS.search(before)
    return replace(figure, start=figure.start - len(sign[0]), value=-figure.value) if sign else figure


def five_year(text: str, end: int) -> int | None:
    """Where `Five-Year` ends that makes the ordinal before `end` the name of a plan."""
    match = _FIVE_YEAR.match(text, end)
    return match.end() if match else None
