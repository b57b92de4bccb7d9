"""Which number words of English count something at this place of a text?

`one` is a figure in `one hour` and a pronoun in `one of them`; `second` is an ordinal in `the second phase` and a unit of time in
`per second`; `a third` is a fraction before `of` and an ordinal in `a third runway`.
"""

import re

from app.domain.figures import REACH, Figure, finish, five_year, word_before
from app.domain.numerals import (
    ARTICLE,
    CARDINALS,
    DENOMINATORS,
    GAP,
    MULTIPLE_VERBS,
    ORDINALS,
    SCALES,
    Reading,
    read_words,
    share,
    words,
)

_AFTER = re.compile(r"(\s*+-?)([A-Za-z']*+)")
_PRONOUN_BEFORE = frozenset(words("no any every some this that each another which such"))
_PRONOUN_AFTER = frozenset(
    words(
        "of another who whom whose that which is was are were be been being has had have can could must should would "
        "may might will for and but with by at on as than from when where if so to such too after before during into "
        "through among because while thing day's 's"
    )
)
_AFTER_THE_ONE = frozenset(words("in on at to for from"))
_PRONOUN_HYPHEN = frozenset(words("stop off on to sided size time way self another"))
_COUNTING_BEFORE = frozenset(
    words("to by from only just about than least most under over nearly exactly number almost below above around of up")
)
_MULTIPLE_BEFORE = frozenset(words("to will would could may might can should must and than nearly almost or did not"))
_TIME_SECOND = frozenset(words("per each every split"))
_FUNCTION = frozenset(
    words("to and or of in on at for with by from is was are were the than per that a an as but later ago after")
)
_VAGUE = frozenset(words("several few many multi some"))
_SESSIONS = re.compile(r"\s++(?ai:sessions)(?![A-Za-z])")
_OF_OR_END = re.compile(
    r"\s++(?ai:of|more|less|fewer|or\s++(?:more|less)|after|before|by|in|on|at|since|from|to|over|under|as|when|while|during|within|than|below"
    r"|above|compared|because|but|last|this|if|though|although|until|between|against)(?![A-Za-z])|\s*+[.,;:)!?]|\s*+\Z"
)
"""What follows `a third` where it is a part; before a noun it is an ordinal (`a third runway`)."""
_AGO = re.compile(r"\s++(?ai:ago|earlier|later|century|on)(?![A-Za-z])")


def read_spelled(text: str, at: int) -> Figure | None:
    """The figure in English words that starts at `at`, or None where the word there does not count."""
    before, gap = word_before(text, at)
    match = re.compile("[A-Za-z]+").match(text, at)
    word = match[0].lower() if match else ""
    reading = read_words(text, at)
    if reading is None or not _counts(text, at, word, before, gap, reading):
        return None
    article = ARTICLE.search(text[max(0, at - REACH) : at]) if before in ("a", "an") else None
    start = at - len(article[0].lstrip()) if article else at
    after_hyphen = text[reading.end : reading.end + 1] == "-"
    if reading.kind == "magnitude":
        return Figure(at, reading.end, "magnitude", reading.value, scale=reading.scale)
    if word in ("dozen", *SCALES):
        return _scale_word(text, at if after_hyphen else start, reading, before)
    if reading.kind == "fraction" and article and word in ("half", "quarter"):
        return finish(text, at if after_hyphen else start, reading)
    if reading.kind == "ordinal":
        return _ordinal(text, at, start, word, reading)
    if reading.kind == "cardinal" and word == "two" and _SESSIONS.match(text, reading.end):
        return Figure(at, reading.end, "name")
    return finish(text, at, reading)


def _counts(text: str, at: int, word: str, before: str, gap: str, reading: Reading) -> bool:
    alone = reading.end - at == len(word)
    if word == "one" and alone:
        return not _is_pronoun(text, reading.end, before, gap)
    if word == "second" and alone:
        _, following = _following(text, reading.end)
        ends = not following or following in _FUNCTION
        return not (before in _TIME_SECOND or (before in ("a", "one") and ends))
    if word == "quarter":
        return before in ("a", "an") and not _AGO.match(text, reading.end)
    if word in MULTIPLE_VERBS:
        return before in _MULTIPLE_BEFORE and text[reading.end : reading.end + 1] != "-"
    return True


def _is_pronoun(text: str, end: int, before: str, gap: str) -> bool:
    """Whether `one` stands for a thing or a person instead of counting one."""
    joint, following = _following(text, end)
    if joint == "-":
        return following in _PRONOUN_HYPHEN
    if gap == "-" or before in _PRONOUN_BEFORE or (before == "the" and following in _AFTER_THE_ONE):
        return True
    if _RATIO_AFTER.match(text, end):
        return False
    if not following:
        return before not in _COUNTING_BEFORE and not re.compile(r"\s*\d|\s*[\u4e00-\u9fff]").match(text, end)
    if following == "or":
        return not re.compile(r"\s+or\s+(?:two|more|\d)").match(text, end)
    if following == "day":
        return before not in _COUNTING_BEFORE
    return following in _PRONOUN_AFTER or following.endswith("'s")


_NUMBER = rf"(?:\d|(?ai:{'|'.join([*CARDINALS, *SCALES, 'half'])})(?![A-Za-z]))"
_RATIO_AFTER = re.compile(rf"(?:\s++|-)(?ai:in|out{GAP}of|to|and)(?:\s++|-)(?:(?ai:every|an?)\s++)?{_NUMBER}")


def _following(text: str, end: int) -> tuple[str, str]:
    match = _AFTER.match(text, end)
    if not match:
        return "", ""
    word = match[2].lower()
    return match[1].strip(), "'s" if text[end : end + 2] in ("'s", "’s") else word


def _scale_word(text: str, start: int, reading: Reading, before: str) -> Figure:
    """`a million`, `a dozen`, `million-yuan`; `several hundred` is an order of magnitude."""
    if before in _VAGUE and reading.bare:
        return Figure(start, reading.end, "magnitude", scale=reading.scale)
    return finish(text, start, reading)


def _ordinal(text: str, at: int, start: int, word: str, reading: Reading) -> Figure:
    plan = five_year(text, reading.end)
    if plan:
        return Figure(at, plan, "name")
    if start != at and word in DENOMINATORS and reading.end - at == len(word) and _OF_OR_END.match(text, reading.end):
        return finish(text, start, Reading(reading.end, "fraction", share(1, ORDINALS[word])))
    return Figure(at, reading.end, "ordinal", reading.value)
