"""Which words near a number say that it is a bound or an estimate, and which say when it holds?

The table is that of `docs/data-model.md` ("Hedge words"), in English and Chinese: words before the number, words after it.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal, NamedTuple

from app.domain.numerals import words
from app.domain.quantity import Comparator

REACH = 64  # code points before a number in which its hedge words may stand
NEAR = 100  # code points on either side of a number in which period words of its sentence count as near
MAX_CUES = 8  # period words kept for one number, the nearest first


class Cue(NamedTuple):
    """A word near a number, at text[start:end]."""

    kind: Literal["hedge", "period"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hedge:
    """What hedge words at text[start:end] say of the number beside them."""

    comparator: Comparator
    approximate: bool
    start: int
    end: int


Sense = tuple[Comparator, bool]
_GT: Sense = ("gt", False)
_GE: Sense = ("ge", False)
_LT: Sense = ("lt", False)
_LE: Sense = ("le", False)
_NEARLY: Sense = ("lt", True)
_ABOUT: Sense = ("eq", True)

_BEFORE: dict[str, Sense] = {
    **dict.fromkeys(
        words(
            "more than, over, exceed, exceeds, exceeded, exceeding, above, surpass, surpasses, surpassed, surpassing, "
            "tops, topped, topping, upwards of, upward of, in excess of, greater than, higher than, beyond"
        ),
        _GT,
    ),
    **dict.fromkeys(
        ["at least", "no less than", "not less than", "no fewer than", "not fewer than", "a minimum of", "minimum of"], _GE
    ),
    **dict.fromkeys(["less than", "under", "below", "fewer than", "lower than"], _LT),
    **dict.fromkeys(
        words(
            "up to, at most, no more than, not more than, a maximum of, maximum of, as many as, as much as, not exceed, "
            "not exceeding, no higher than, not over, not above"
        ),
        _LE,
    ),
    **dict.fromkeys(["nearly", "almost", "close to", "just under", "just below", "approaching", "nearing"], _NEARLY),
    **dict.fromkeys(words("about, around, some, roughly, approximately, an estimated, estimated, approx, circa"), _ABOUT),
}
_BEFORE_THE = frozenset(
    words(
        "more than, less than, exceed, exceeds, exceeded, exceeding, above, below, surpass, surpasses, surpassed, surpassing, "
        "just under, just below, at least, at most, up to, close to, nearly, almost, approaching, nearing"
    )
)
"""What bounds an amount or a share with `the` before it (`below the 5% threshold`); `under the $15 billion plan` does not."""
_TOP_VERB_BEFORE = frozenset(words("to will would could may might can should must and already not"))
_LONGER_BEFORE = frozenset(
    words("for of in after lasting lasted took takes take is was are were at just well to spans spanning with by aged")
)
_DURATION = re.compile(
    r"(?:[A-Za-z]{1,12}|\d{1,3})[\s-]{1,4}(?:[a-z]{1,12}\s{1,4})?(?ai:years|months|weeks|days|decades|quarters)(?![A-Za-z])"
)
_TOP: Sense = ("le", False)  # "the top ten"
_SIGNS: dict[str, Sense] = {">": _GT, "＞": _GT, "≥": _GE, "<": _LT, "＜": _LT, "≤": _LE, "~": _ABOUT, "≈": _ABOUT, "～": _ABOUT}
_BEFORE_CHINESE: dict[str, Sense] = {
    **dict.fromkeys(words("超过 超出 逾 超 突破 高于 大于 多于 过"), _GT),
    **dict.fromkeys(["至少", "不少于", "不低于", "不小于", "最少", "最低", "起码"], _GE),
    **dict.fromkeys(["不足", "低于", "少于", "小于", "不到", "未满"], _LT),
    **dict.fromkeys(words("最多 不超过 至多 不高于 不多于 不大于 不得超过 最高不超过"), _LE),
    **dict.fromkeys(["近", "将近", "接近", "逼近"], _NEARLY),
    **dict.fromkeys(words("约 大约 约为 大概 约有 约占 约合 大致 估计 约达"), _ABOUT),
}
_LONGEST_CHINESE = max(map(len, _BEFORE_CHINESE))
_NOT_BEFORE = {
    "近": "附最邻亲临靠",
    "约": "签合节条预公制契特",
    "超": "高赶反",
    "过": "通经超不",
    "低于": "不",
    "少于": "不",
    "高于": "不",
}
_FILLER = re.compile(r"(?:达到|达|有|为|需要|需|要|是|占|增至|投资)\Z")
_AFTER = re.compile(
    r"(?P<odd>\s?-odd|[\s-]odd(?=\s))(?![A-Za-z])|(?P<plus>\s?\+(?!\d)|[\s-](?ai:plus)(?![A-Za-z]))|"
    r"(?P<more>(?:\s+[A-Za-z]{1,12}){0,2}\s+(?ai:or\s+(?:more|above|over|higher|greater|longer|older)|"
    r"and\s+(?:above|over|older))(?![A-Za-z]))|"
    r"(?P<less>(?:\s+[A-Za-z]{1,12}){0,2}\s+(?ai:or\s+(?:less|fewer|under|below|lower))(?![A-Za-z]))|"
    r"(?P<so>(?:\s+[A-Za-z]{1,12}){0,1}\s+(?ai:or\s+so)(?![A-Za-z]))"
)
_AFTER_SENSES: dict[str, Sense] = {"odd": _GT, "plus": _GE, "more": _GE, "less": _LE, "so": _ABOUT}
_AFTER_CHINESE = re.compile(
    r"(?P<many>[多余](?![^\d]{0,2}种多样)|(?:年|个|倍|吨|公里)[多余](?=[年月小的，。、亿万])|年多)"
    r"|[^\s\d，。；、：（）()!！?？,.;“”以左上内以下一二三四五六七八九十]{0,5}(?:(?P<least>以上)|(?P<most>以内|以下|之内)|(?P<roughly>左右|上下))"
)
_AFTER_CHINESE_SENSES: dict[str, Sense] = {"many": _GT, "least": _GE, "most": _LE, "roughly": _ABOUT}
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def hedge_before(text: str, at: int, *, amount: bool = False) -> Hedge | None:
    """The hedge words that end directly before `at` (only white space between, or `the` before an amount or a share)."""
    low = max(0, at - REACH)
    stop = at
    while stop > low and text[stop - 1].isspace():
        stop -= 1
    if stop > low and text[stop - 1] in _SIGNS:
        return Hedge(*_SIGNS[text[stop - 1]], stop - 1, stop)
    if stop == low or (text[stop - 1].isascii() and text[stop - 1] not in _LETTERS):
        return None
    words = _words_before(text, at, low)
    for size in range(min(4, len(words)), 0, -1):
        chosen = words[-size:]
        phrase = " ".join(text[start:end] for start, end in chosen).lower()
        sense = _BEFORE.get(phrase)
        if phrase == "over" and _lasts(text, at, words):
            return None
        if sense:
            return Hedge(*sense, chosen[0][0], chosen[-1][1])
        if phrase == "top":
            return Hedge(*_top(text, words), chosen[0][0], chosen[-1][1])
    if amount and words and text[slice(*words[-1])].lower() == "the":
        return _before_the(text, _words_before(text, words[-1][0], low))
    return _chinese_before(text, stop, low)


def _before_the(text: str, words: list[tuple[int, int]]) -> Hedge | None:
    for size in range(min(2, len(words)), 0, -1):
        phrase = " ".join(text[start:end] for start, end in words[-size:]).lower()
        if phrase in _BEFORE_THE:
            return Hedge(*_BEFORE[phrase], words[-size][0], words[-1][1])
    return None


def hedge_after(text: str, end: int) -> Hedge | None:
    """The hedge words directly after the number that ends at `end`; a unit word may stand between."""
    window = text[end : end + REACH]
    match = _AFTER.match(window)
    if match:
        return Hedge(*_AFTER_SENSES[str(match.lastgroup)], end + match.start(), end + match.end())
    match = _AFTER_CHINESE.match(window)
    if match is None or "规模" in match[0]:
        return None
    name = str(match.lastgroup)
    return Hedge(*_AFTER_CHINESE_SENSES[name], end + match.start(name), end + match.end())


def _words_before(text: str, at: int, low: int) -> list[tuple[int, int]]:
    """Up to four words before `at`, each ending in white space and nothing else, in order."""
    words: list[tuple[int, int]] = []
    position = at
    while len(words) < 4:
        end = position
        while end > low and text[end - 1].isspace():
            end -= 1
        start = end
        while start > low and text[start - 1] in _LETTERS:
            start -= 1
        if end == position or start == end:
            break
        words.insert(0, (start, end))
        position = start
    return words


def _top(text: str, words: list[tuple[int, int]]) -> Sense:
    verb = len(words) > 1 and text[words[-2][0] : words[-2][1]].lower() in _TOP_VERB_BEFORE
    return _GT if verb else _TOP


def _lasts(text: str, at: int, words: list[tuple[int, int]]) -> bool:
    """Whether `over` means during (`70 billion over five years`) and not more than (`for over five years`)."""
    before = text[words[-2][0] : words[-2][1]].lower() if len(words) > 1 else ""
    return before not in _LONGER_BEFORE and _DURATION.match(text, at) is not None


def _chinese_before(text: str, stop: int, low: int) -> Hedge | None:
    """The hedge that ends at `stop`; a verb such as 达到 may stand between (至少达到五十亿)."""
    filler = _FILLER.search(text[max(low, stop - 3) : stop])
    return _chinese_at(text, stop, low) or (_chinese_at(text, stop - len(filler[0]), low) if filler else None)


def _chinese_at(text: str, stop: int, low: int) -> Hedge | None:
    for size in range(min(_LONGEST_CHINESE, stop - low), 0, -1):
        start = stop - size
        word = text[start:stop]
        sense = _BEFORE_CHINESE.get(word)
        if sense and not (start and text[start - 1] in _NOT_BEFORE.get(word, "")):
            return Hedge(*sense, start, stop)
    return None


_PERIOD = re.compile(
    r"[A-Za-z]++(?:(?:-[A-Za-z]++){1,3})?|同比|环比|今年|去年|前年|明年|上半年|下半年|上年|本年|当年|全年|每年|年均|年度|目前|截至|截止|自|期间|"
    r"季度|上月|本月|去年底|年底|年末|近年来|以来|期末|同期"
)
_PERIOD_WORDS = frozenset(
    words(
        "year-on-year year-over-year month-on-month quarter-on-quarter annually yearly annual monthly daily weekly "
        "quarterly since during currently present today now recently ago decade century season period"
    )
)
_PERIOD_PHRASE = re.compile(
    r"(?ai:(?:this|last|next|each|every|previous|following|same|coming|past)\s{1,4}(?:year|month|quarter|week|day|decade|season)s?"
    r"|(?:first|second|third|fourth|last|past)\s{1,4}(?:half|quarter|\w{1,8}\s{1,4}(?:quarters|months|years|days|weeks))"
    r"|by\s{1,4}the\s{1,4}end|end\s{1,4}of|so\s{1,4}far|at\s{1,4}present|up\s{1,4}to\s{1,4}now|to\s{1,4}date|year\s{1,4}on\s{1,4}year"
    r"|per\s{1,4}(?:year|month|day|annum)|a\s{1,4}year(?!\s{1,4}(?:earlier|before|ago))|a\s{1,4}year\s{1,4}(?:earlier|before|ago))(?![A-Za-z-])"
)
_PHRASE_STARTS = frozenset(
    words("this last next each every previous following same coming past first second third fourth by end so at up to year per a")
)
_PERIOD_STARTS = _PERIOD_WORDS | _PHRASE_STARTS
_BREAK = re.compile(r"[.!?]\s|[。！？]|\n\s*\n\s*(?=[A-Z“\"])")


def period_cues(text: str) -> list[Cue]:
    """Every word or phrase of the text that tells a period, in order."""
    cues: list[Cue] = []
    position = 0
    for match in _PERIOD.finditer(text):
        word = match[0].lower()
        if word not in _PERIOD_STARTS and word.isascii():
            continue
        start, end = match.span()
        phrase = _PERIOD_PHRASE.match(text, start) if word in _PHRASE_STARTS else None
        if start >= position and (phrase or word in _PERIOD_WORDS or not word.isascii()):
            position = phrase.end() if phrase else end
            cues.append(Cue("period", start, position))
    return cues


class PeriodCues:
    """The period words of a text, to be asked for those near a number."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._cues = period_cues(text)
        self._starts = [cue.start for cue in self._cues]

    def near(self, start: int, end: int) -> tuple[Cue, ...]:
        """The nearest MAX_CUES period words within NEAR code points of text[start:end] and in its sentence, in order."""
        index = bisect_left(self._starts, start)
        nearby = self._cues[max(0, index - MAX_CUES) : index + MAX_CUES]
        if not nearby or nearby[0].start > end + NEAR or nearby[-1].end < start - NEAR:
            return ()
        low, high = self._sentence(start, end)
        found = [cue for cue in nearby if (low <= cue.start and cue.end <= start) or (end <= cue.start and cue.end <= high)]
        if len(found) <= MAX_CUES:
            return tuple(found)
        nearest = sorted(found, key=lambda cue: max(start - cue.end, cue.start - end))[:MAX_CUES]
        return tuple(sorted(nearest, key=lambda cue: cue.start))

    def _sentence(self, start: int, end: int) -> tuple[int, int]:
        """The part of the sentence of text[start:end] that is near."""
        low = max(0, start - NEAR)
        for match in _BREAK.finditer(self._text, low, start):
            low = match.end()
        following = _BREAK.search(self._text, end, end + NEAR)
        return low, following.start() if following else end + NEAR
