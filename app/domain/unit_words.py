"""Which currency or unit stands directly before or after a number?"""

import re

REACH = 40  # code points looked at on either side

_CODES = {
    "CNY": r"RMB|CNY|人民币|CN¥|Rmb|¥|￥",
    "USD": r"US\s?[$＄]|USD|U\.S\.\s?[$＄]|美元",
    "HKD": r"HK\s?[$＄]|HKD|港[元币]",
    "EUR": r"€|EUR|欧元",
    "GBP": r"£|GBP|英镑",
    "JPY": r"JP¥|JPY|日元",
    "AUD": r"AU?\s?[$＄]|AUD|澳元",
    "CAD": r"CA?\s?[$＄]|CAD|加元",
    "SGD": r"SG?\s?[$＄]|SGD|新元",
    "TWD": r"NT\s?[$＄]|TWD",
    "INR": r"₹|INR",
    "KRW": r"₩|KRW|韩元",
    "CHF": r"CHF",
    "RUB": r"₽|RUB|卢布",
}
CURRENCIES = frozenset(_CODES)
"""The currencies that are known by sign or word (ISO 4217)."""
_ENDS = frozenset("$＄€£¥￥₹₩₽-BYDRPKFbN币元镑布")

_BEFORE = re.compile(
    r"(?:(?<![A-Za-z])(?:" + "|".join(f"(?P<{code}>{words})" for code, words in _CODES.items()) + r")|(?P<dollar>[$＄]))\s*+-?\Z"
)
_AFTER_WORDS = {
    "CNY": r"yuan|renminbi|RMB|CNY",
    "USD": r"(?:U\.?\s?S\.?|American)\s*dollars?|USD|dollars?|bucks",
    "HKD": r"Hong\s+Kong\s+dollars?|HK\s+dollars?|HKD",
    "EUR": r"euros?|EUR",
    "GBP": r"pounds?(?:\s+sterling)?|GBP|sterling",
    "JPY": r"(?:Japanese\s+)?yen|JPY",
    "AUD": r"Australian\s+dollars?|AUD",
    "CAD": r"Canadian\s+dollars?|CAD",
    "SGD": r"Singapore\s+dollars?|SGD",
    "TWD": r"(?:New\s+)?Taiwan\s+dollars?|TWD",
    "INR": r"(?:Indian\s+)?rupees?|INR",
    "KRW": r"(?:South\s+Korean\s+|Korean\s+)?won(?=\s+(?:in|to|a|of|for|on)\b|[.,)])|KRW",
    "CHF": r"Swiss\s+francs?|CHF",
    "RUB": r"(?:Russian\s+)?rou?bles?|RUB",
}
_AFTER_CHINESE = {
    "USD": "美元|美金|USD",
    "HKD": "港元|港币",
    "EUR": "欧元|€",
    "GBP": "英镑",
    "JPY": "日元",
    "CNY": "元(?!月|旦|宵|素|首|老|朝|代)|块钱|人民币",
    "AUD": "澳元",
    "CAD": "加元",
    "SGD": "新加坡元",
    "KRW": "韩元",
    "RUB": "卢布",
}
_AFTER = re.compile(
    r"(?:\s*+-\s*+|\s*+)(?ai:" + "|".join(f"(?P<{code}>{words})" for code, words in _AFTER_WORDS.items()) + r")(?![A-Za-z])"
)
_AFTER_HAN = re.compile(
    r"\s*+[多余]?(?:" + "|".join(f"(?P<{code}>{words})" for code, words in _AFTER_CHINESE.items()) + r")|\s?(?P<SIGN>[€£])"
)
_SIGNS = {"€": "EUR", "£": "GBP"}

_UNITS = {
    "km2": r"square[\s-]++kilomet(?:er|re)s?|sq\.?\s?km|km\s?[2²]|km\^2",
    "km": r"kilomet(?:er|re)s?|kms?",
    "ha": r"hectares?|ha",
    "t": r"(?:metric\s+)?(?:tons?|tonnes?)|t",
    "min": r"minutes?|mins?",
    "h": r"hours?|hrs?|h",
    "day": r"days?",
    "year": r"years?|yrs?",
    "month": r"months?",
}
_FILLER = r"(?:(?:consecutive|straight|full|whole|more|further|additional|working|or\s+more)\s++)?"
_UNIT = re.compile(
    r"(?:\s*+-\s*+|\s*+)(?ai:"
    + _FILLER
    + "(?:"
    + "|".join(f"(?P<{code}>{words})" for code, words in _UNITS.items())
    + r"))(?![A-Za-z]|\s?/\s?[A-Za-z])"
)
"""A unit of a rate (`km/h`) is another unit, and none of these."""
_OF_ONE = re.compile(
    r"\s++(?:(?ai:of)\s++)?(?ai:an?)\s++(?ai:"
    + "|".join(f"(?P<{code}>{words})" for code, words in _UNITS.items())
    + r")(?![A-Za-z])"
)
_UNITS_HAN = {
    "km2": "平方公里|平方千米",
    "km": "公里|千米",
    "ha": "公顷",
    "t": "吨",
    "min": "分钟",
    "h": "个?半?小时",
    "day": "天|日(?=[之以]?[内后间])",
    "month": "个月",
    "year": "周?岁|周年|年(?!代|级|度|轻|龄)",
}
_UNIT_HAN = re.compile(r"\s*+[多余]?(?:" + "|".join(f"(?P<{code}>{words})" for code, words in _UNITS_HAN.items()) + ")")


def currency_before(text: str, at: int) -> tuple[str, int] | None:
    """ISO 4217 code and start of the currency sign or word that ends at the number at `at`."""
    low = max(0, at - REACH)
    if text[low:at].rstrip()[-1:] not in _ENDS:
        return None
    match = _BEFORE.search(text[low:at])
    if match is None:
        return None
    return ("USD" if match.lastgroup == "dollar" else str(match.lastgroup)), low + match.start()


def currency_after(text: str, end: int) -> tuple[str, int] | None:
    """ISO 4217 code and end of the currency word after the number that ends at `end`."""
    window = text[end : end + REACH]
    match = (_AFTER if _is_english(window) else _AFTER_HAN).match(window)
    if match is None:
        return None
    code = str(match.lastgroup)
    return (_SIGNS[match["SIGN"]] if code == "SIGN" else code), end + match.end()


def unit_after(text: str, end: int) -> tuple[str, int] | None:
    """Code (of `seed_data/units.yaml`, or `month`) and end of the unit of measure after the number that ends at `end`."""
    window = text[end : end + REACH]
    match = (_UNIT if _is_english(window) else _UNIT_HAN).match(window)
    return (str(match.lastgroup), end + match.end()) if match else None


def unit_of_part(text: str, end: int) -> tuple[str, int] | None:
    """Code and end of the unit after a fraction that ends at `end`: `half an hour`, `a quarter of a square kilometre`."""
    match = _OF_ONE.match(text[end : end + REACH])
    return (str(match.lastgroup), end + match.end()) if match else None


def _is_english(window: str) -> bool:
    """Whether the first word of the window is in Latin letters."""
    return window.lstrip(" \t\r\n\u00a0-")[:1].isascii()
