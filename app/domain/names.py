"""Is the number at this place part of a name or an identifier rather than a quantity?

`5G`, `T3B`, `1+2+7+9`, `Fortune 500` and `Phase II` are names; telephone and licence numbers and numbers in addresses are
identifiers. Both are one number each, without a value.
"""

import re
import string
from dataclasses import replace

from app.domain.figures import REACH, Figure
from app.domain.numerals import ROMANS, words

LONGEST_NAME = 40  # code points of a name with digits

_NAMED = re.compile(
    r"\d++(?:\+(?:\d++|[NXnx](?![A-Za-z])))++|24/7(?![\d/])|\d++(?:\.\d++){2,}+|\d{2,4}(?=强)|\d{1,3}(?=号[线楼馆门])"
    r"|\d{1,4}(?=[国省县乡]道)"
)
"""A plan in figures (`1+2+7+9`), `24/7`, a version, a rank list (500强), a line or gate, a road."""
_INDEX = re.compile(r"\d{1,4}[A-Z]?(?!\d|[,.]\d|[%％A-Za-z])|\d\.\d(?![\d%])")
_JOINABLE = f"{string.ascii_letters}{string.digits}-'’"
_SEGMENTS = re.compile(r"[A-Za-z0-9]{1,40}(?:['’][a-z]{1,3})?(?:-[A-Za-z0-9]{1,40}){0,6}")
_DECIMALS = re.compile(r"(?:\.\d{1,3}(?!\d))++(?![%％A-Za-z])")
_SERIAL = re.compile(r"(?<![A-Za-z0-9])[A-Z]{1,6}(?:[-/]\d{1,8}){2,6}(?![A-Za-z0-9])")
_MIN_SERIAL = 5  # digits of a document number behind letters; fewer are a name such as `K-1-2`
_STANDARD = re.compile(r"(?:ISO(?:/IEC)?|IEC|IEEE|RFC|DIN|ASTM)[\s-]?\d++(?:[-:.]\d++)*+")
_MEASURED = re.compile(
    r"\d++(?i:st|nd|rd|th|s|mn|mln|bn|bln|tn|trn|am|pm|fold|x|km|km2|m2|sqm|cm|mm|nm|um|kg|ha|min|hrs?|yrs?|kw|mw|gw|tw|kwh|mwh|gwh"
    r"|twh|hz|khz|mhz|ghz|kv|kb|mb|gb|tb|mbps|gbps|mph|kph|ml|ft|lb|oz|px|pct|yuan|rmb|usd|eur|percent|billion|million|trillion)\Z"
    r"|\d++[mMkgthLVWsxX]\Z"
)
_LOOSE = frozenset(words("mid pre post sub top non under over late early since multi up rmb cny usd eur gbp jpy hkd us no vs to"))
_NOUNS = frozenset(
    words(
        "Fortune Forbes Global CSI FTSE Nikkei Nasdaq Russell Phase Terminal Line Route Highway Expressway Flight Gate "
        "Chapter Article Tower Hall Pier Boeing Airbus Windows Model Formula Apollo Agenda Vision Web Industry Table "
        "Figure Fig Season Episode Channel Type Class Grade Tier Level Stage Zone District Exit Pavilion iPhone Galaxy "
        "Xbox PlayStation Android Mach Euro Room Suite Platform Unit Section Page Bus Runway"
    )
)
_ROMAN_NOUNS = frozenset(words("phase type stage tier class grade category part volume war level chapter"))
_ROMAN = re.compile(r"[IVX]{1,6}+(?![A-Za-z0-9])")
ROMAN_SIGNS = "\u2160-\u2188"
"""The range of the Roman numeral signs."""
_ROMAN_SIGNS = re.compile(f"[{ROMAN_SIGNS}]++")
_NOUN_BEFORE = re.compile(r"([A-Za-z]++)\s++\Z")
_INDEX_BEFORE = re.compile(r"(?:S&P|Group\s++of)\s++\Z")
_PLAN = re.compile(
    r"十[一二三四五六七八九]五(?![年个百千万])|第[一二三四五六七八九十]{1,3}个五年(?=规划|计划)|十[一二三四五六七八九](?=五年(?:规划|计划))"
)
_CONGRESS = re.compile(r"(?:十[六七八九]|二十)大(?!型|约|量|道|学)")
_SESSIONS = re.compile(r"两(?=会(?![计议员]))")

_PHONE = re.compile(
    r"\+\d{1,3}(?:[ -]?\(?\d{1,11}\)?){1,5}|\(?0\d{2,3}\)?[ -]\d{7,8}(?:-\d{1,6})?(?!\d)|0\d{2,3}[ -]\d{3,4}[ -]\d{4}(?!\d)|"
    r"[48]00-?\d{3}-?\d{4}(?!\d)"
)
_GROUPS = re.compile(r"(?!\d{4}-\d\d?-\d\d?(?![\d-]))\d++(?:-\d++){2,}+")
_NUMBERED = re.compile(r"(?:(?<![A-Za-z])N[oO][.:]?|#|号[:：])\s?\Z")
_PARTS = re.compile(r"\d++(?:[-/]\d++)++(?![\d.,]\d)")
_FILED = re.compile(r"\d{5,}+号(?:-\d++)?|\d{4}[〕\]］]\s?(?:第\s?)?\d{1,5}+号")
_SHORT = re.compile(r"\d{1,2}+(?![\d/)-])")
"""One or two digits that no other digits are joined to: no identifier."""
_PLAIN = re.compile(r"\d++(?![.,．]\d)")
_CUE = re.compile(
    r"(?ai:licen[cs]e|permit|hotline|hot line|call|tel|telephone|phone|dial|fax|code|registration|registered|certificate|account|"
    r"isbn|issn|postcode|zip|id|no\.|number|case|file|document)\s{0,2}(?:(?ai:no\.?|number|code|is|on|at))?\s{0,2}[:：#]?\s{0,2}\Z"
    r"|(?:号|编号|电话|热线|拨打|许可证|邮编|代码|备案|致电)\s{0,2}[:：]?\s{0,2}\Z|#\Z"
)
_DIAL = re.compile(
    r"(?ai:hotline|dial|dialling|call|phone|tel)\s{0,2}[:：]?\s{0,2}\Z|(?:热线|拨打|电话|致电)\s{0,2}[:：]?\s{0,2}\Z"
)
_COINED = re.compile(r"[A-Z][a-z]++[A-Z][A-Za-z]*+\s\Z")
_UNIT_NEXT = re.compile(
    r"\s*+(?:[%％元万亿家个名人吨]|[-]?(?ai:million|billion|trillion|percent|yuan|dollars|people|tons|tonnes|[a-z]{3,}s)(?![a-z]))"
)
_MIN_PLAIN = 9  # digits in a row, without separators, that nobody writes for a quantity
_MIN_CUED = 5


def read_identifier(text: str, at: int) -> Figure | None:
    """The telephone, licence or document number that starts at the digit at `at` (a `+` or bracket before belongs to it)."""
    start = at - 1 if text[at - 1 : at] in ("+", "(") and at > 0 else at
    if start == at and _SHORT.match(text, at):
        return None
    match = _PHONE.match(text, start) or _PHONE.match(text, at) or _FILED.match(text, at)
    if match and sum(char.isdigit() for char in match[0]) >= 6:
        return Figure(match.start(), match.end(), "identifier")
    groups = _GROUPS.match(text, at) or (_PARTS.match(text, at) if _NUMBERED.search(text[max(0, at - REACH) : at]) else None)
    if groups:
        return Figure(at, groups.end(), "identifier")
    return _plain_identifier(text, at)


def _plain_identifier(text: str, at: int) -> Figure | None:
    match = _PLAIN.match(text, at)
    if match is None or _UNIT_NEXT.match(text, match.end()):
        return None
    size, before = match.end() - at, text[max(0, at - REACH) : at]
    long = size >= _MIN_PLAIN or (size >= _MIN_CUED and (text[at] == "0" or _CUE.search(before) or _COINED.search(before)))
    if long or (3 <= size <= 6 and _DIAL.search(before)):
        return Figure(at, match.end(), "identifier")
    return None


def read_name(text: str, at: int) -> Figure | None:
    """The number-like name at the digit at `at`."""
    match = _NAMED.match(text, at)
    if match:
        return Figure(at, match.end(), "name")
    if not text[max(0, at - 1) : at].isspace():
        return None
    number = _INDEX.match(text, at)
    before = text[max(0, at - REACH) : at]
    if number is None or not before.rstrip()[-1:].isalpha():
        return None
    noun = _NOUN_BEFORE.search(before)
    if (noun and noun[1] in _NOUNS) or _INDEX_BEFORE.search(before):
        return Figure(at, number.end(), "name")
    return None


def read_token(text: str, at: int) -> Figure | None:
    """The name of letters and digits (`T3B`, `COVID-19`, `5G`) around the letter or digit at `at`."""
    window = text[max(0, at - LONGEST_NAME) : at]
    token = window[len(window.rstrip(_JOINABLE)) :].rpartition("--")[2].lstrip("-'’")
    if len(token) == LONGEST_NAME:
        return None
    low = at - len(token)
    match = _SEGMENTS.match(text, low)
    if match is None or match.end() <= at:
        return None
    segments, starts, position = match[0].split("-"), [], low
    for segment in segments:
        starts.append(position)
        position += len(segment) + 1
    serial = _SERIAL.match(text, low)
    if serial and sum(char.isdigit() for char in serial[0]) >= _MIN_SERIAL and at < serial.end():
        return Figure(low, serial.end(), "identifier")
    named = _named(segments, starts)
    if named is None or not named.start <= at < named.end:
        return None
    decimals = _DECIMALS.match(text, named.end) if text[named.start].isalpha() and text[named.end - 1].isdigit() else None
    return replace(named, end=decimals.end()) if decimals else named


def _named(segments: list[str], starts: list[int]) -> Figure | None:
    first = next((index for index, segment in enumerate(segments) if _is_mixed(segment)), None)
    joined = next(
        (i for i, s in enumerate(segments) if i and s[0].isdigit() and _is_title(segments[i - 1]) and not _unit(s)), None
    )
    if first is None and joined is None:
        return None
    if joined is not None and (first is None or joined <= first + 1):
        low = joined - 1
        while low and _is_title(segments[low - 1]):
            low -= 1
        return Figure(starts[low], starts[joined] + len(segments[joined]), "name")
    index = first if first is not None else 0
    return Figure(starts[index], starts[index] + len(segments[index]), "name")


def _is_mixed(segment: str) -> bool:
    """Whether letters and digits are joined to a name, other than a number with its unit, scale or ending."""
    if not any(char.isdigit() for char in segment) or segment.isdigit() or _MEASURED.fullmatch(segment):
        return False
    letters = re.match("[A-Za-z]*", segment)
    return letters is None or letters[0].lower() not in _LOOSE


def _unit(segment: str) -> bool:
    return not segment.isdigit()


def _is_title(segment: str) -> bool:
    return re.sub("['’]", "", segment).isalpha() and any(char.isupper() for char in segment) and segment.lower() not in _LOOSE


def read_standard(text: str, at: int) -> Figure | None:
    """`ISO 9001` and the like at `at`."""
    match = _STANDARD.match(text, at)
    return Figure(at, match.end(), "name") if match else None


def read_roman_sign(text: str, at: int) -> Figure | None:
    """The Roman numeral written with the signs made for it (`Ⅲ`) at `at`."""
    match = _ROMAN_SIGNS.match(text, at)
    return Figure(at, match.end(), "name") if match else None


def read_roman(text: str, at: int) -> Figure | None:
    """The Roman numeral at `at` after the name of a thing that is counted so: `Phase II`, `World War II`, `Charles III`."""
    match = _ROMAN.match(text, at)
    noun = _NOUN_BEFORE.search(text[max(0, at - REACH) : at])
    if match is None or match[0] not in ROMANS or noun is None:
        return None
    if noun[1].lower() in _ROMAN_NOUNS or (len(match[0]) > 1 and noun[1].istitle()):
        return Figure(at, match.end(), "name")
    return None


def read_chinese_name(text: str, at: int) -> Figure | None:
    """十四五 (a plan), 二十大 (a congress), 两会 (the two sessions) at `at`."""
    start = at - 1 if text[at - 1 : at] == "第" else at
    for pattern in (_PLAN, _CONGRESS, _SESSIONS):
        match = pattern.match(text, start)
        if match:
            return Figure(start, match.end(), "name")
    return None
