"""What does a sentence suggest about a figure in it: measure, kind, speaker? Guesses for a curator, proposed and never loaded.

Everything here looks at words only, in English and Chinese.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.domain.evidence import sentence_bounds
from app.domain.mentions import Mention, find_mentions
from app.domain.quantity import Measure
from app.domain.unit_words import currency_before
from app.domain.words import Kind
from app.seed.nearby import Named

REACH = 600  # code points either side of a figure that are looked at; sentences are shorter

FIGURES = frozenset({"cardinal", "percent", "money", "fraction", "multiple", "magnitude", "range"})
"""Kinds of mention that look like a figure."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A figure in its sentence, `text[first:last]`; of a very long one the part around it."""

    text: str
    mention: Mention
    first: int
    last: int

    @property
    def sentence(self) -> str:
        """The sentence."""
        return self.text[self.first : self.last]

    @property
    def before(self) -> str:
        """The sentence up to the number."""
        return self.text[self.first : self.mention.start]

    @property
    def after(self) -> str:
        """The sentence after the number."""
        return self.text[self.mention.end : self.last]


def settings_of(text: str, mentions: Iterable[Mention]) -> Iterator[Setting]:
    """Each mention in its sentence; mentions stand in the order of the text."""
    first, last = 0, 0
    for mention in mentions:
        if not first <= mention.start < mention.end <= last:
            first, last = sentence_bounds(text, mention.start, mention.end)
        yield Setting(text, mention, max(first, mention.start - REACH), min(last, mention.end + REACH))


# Measure: the cue nearest before the number decides, unless words right after it do.

_OF = re.compile(r"\s*(?:of\b|的)")
_SHARE = r"account(?:s|ed|ing)? for|represent(?:s|ed|ing)?|contribut(?:e|es|ed|ing)|mak(?:e|es|ing) up|proportion of|share of|占"
_UP = (
    r"growth|gr[eo]wn?|growing|increas(?:e|es|ed|ing)|rises?|rose|risen|rising|up|gain(?:s|ed)?|jump(?:s|ed)?"
    r"|climb(?:s|ed)?|year-on-year|year on year|同比|增长|增加|提高|上升"
)
_DOWN = (
    r"reduc(?:e|es|ed|ing|tion)|decreas(?:e|es|ed|ing)|declin(?:e|es|ed|ing)|drop(?:s|ped)?|f[ae]ll(?:s|en)?|falling"
    r"|cut(?:s|ting)?|down|lower(?:ed)?|shr[aiu]nk|shorten(?:s|ed|ing)?|下降|减少|降低|缩短|下跌"
)
_CUE = re.compile(rf"(?<![a-z])(?:(?P<share>{_SHARE})|(?P<down>{_DOWN})|(?P<up>{_UP}))(?![a-z])", re.IGNORECASE)
_THAN = re.compile(r"\s*(?:(?P<down>fewer|less|lower|smaller|shorter)|more|higher|larger|greater|longer)\b", re.IGNORECASE)
_TOP = re.compile(r"(?:\btop|\bleading|前)\s*$", re.IGNORECASE)
_BY = re.compile(rf"(?<![a-z])(?:(?P<down>{_DOWN})|(?:{_UP}))(?:\s+by|了)\b[^,.;]{{0,20}}$", re.IGNORECASE)
_BY_AN_AMOUNT = re.compile(
    rf"(?<![a-z])(?:{_DOWN}|{_UP})(?:\s+by\s|了)(?P<amount>(?:[^,.;]|(?<=\d)[.,](?=\d)){{1,60}})\Z", re.IGNORECASE
)
_TO = re.compile(r"(?:(?:\bto|[至到])(?:\s+(?:an?|the|just|only|new|record|high|low|total|level|of)){0,5})\s*\Z", re.IGNORECASE)


def measure_of(setting: Setting) -> tuple[Measure, bool]:
    """The measure a figure probably is, and whether it is a decrease."""
    mention, before, after = setting.mention, setting.before, setting.after
    if mention.kind == "multiple":
        return "multiple", False
    if mention.unit == "percent" or (mention.kind == "fraction" and mention.unit is None):
        return _measure_of_part(mention.kind, before, after, new=_is_new_level(setting))
    if _TOP.search(before):
        return "rank", False
    if mention.kind == "cardinal" and (changed := _BY.search(before)) and not _is_new_level(setting):
        return "change", bool(changed["down"])
    return "level", False


def _is_new_level(setting: Setting) -> bool:
    """Whether the figure is what something came to after a change that was told (`cut by half to 12 minutes`)."""
    text, mention = setting.text, setting.mention
    hedges = [cue.start for cue in mention.cues if cue.kind == "hedge" and cue.end <= mention.start]
    money = currency_before(text, mention.start)
    start = min([mention.start, *hedges, *([money[1]] if money else [])])
    ahead = text[setting.first : max(setting.first, start)]
    to = _TO.search(ahead)
    change = _BY_AN_AMOUNT.search(ahead[: to.start()]) if to else None
    if change is None:
        return False
    amounts = [each for each in find_mentions(change["amount"]) if each.kind in FIGURES]
    once = mention.unit == "percent" and all(each.kind == "cardinal" and each.unit is None for each in amounts)
    return bool(amounts) and not once  # in `by 3 to 5 percent` the unit is said once, of both


def _measure_of_part(kind: str, before: str, after: str, *, new: bool) -> tuple[Measure, bool]:
    cues = list(_CUE.finditer(before))
    last = cues[-1] if cues else None
    if _OF.match(after):
        return "share", False
    if new:
        return ("share" if any(cue["share"] for cue in cues) else "level"), False
    if than := _THAN.match(after):
        return "growth", bool(than["down"])
    following = _CUE.match(after.lstrip())
    for cue in (following, last):
        if cue and cue["share"]:
            return "share", False
        if cue:
            return "growth", any(each["down"] for each in (cue, last) if each)
    return ("share" if kind == "fraction" else "level"), False


_FORECAST = re.compile(r"\b(?:forecast|project(?:s|ed) to|is expected|are expected|expects?)\b|预计|预测", re.IGNORECASE)
_TARGET = re.compile(r"\b(?:will|shall|aims?|strives? to|target(?:s|ed)?|the goal of)\b|力争|目标|将", re.IGNORECASE)
_PLANNED = re.compile(
    r"\b(?:(?<!Five-Year )plan(?:s|ned|ning)?|is to be|are to be|construction plans)\b|规划|计划|拟", re.IGNORECASE
)
_AGREED = re.compile(r"\b(?:agreed?|agrees|signed an agreement)\b|达成协议", re.IGNORECASE)


def kind_of(setting: Setting, *, ahead: bool) -> Kind:
    """The kind a claim probably is; `ahead` says that its period begins after the publication."""
    sentence = setting.sentence
    if _FORECAST.search(sentence):
        return "forecast"
    if ahead or _TARGET.search(sentence):
        return "target"
    if _PLANNED.search(sentence):
        return "planned"
    return "agreed" if _AGREED.search(sentence) else "actual"


_SAID = re.compile(
    r"\b(?:said|says|stated?|told|announced|noted|explained|pointed out|according to|added that)\b"
    r"|表示|指出|介绍|宣布|(?<![数根依占])据",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"\baccording to (?:the )?(?:statistics|data|figures)\b|据(?:统计|悉)", re.IGNORECASE)
_QUOTED = re.compile(r"“[^“”]*”|\"[^\"]*\"|「[^「」]*」")


@dataclass(frozen=True, slots=True)
class Speech:
    """Who probably says it: `speakers` named in the sentence, nearest first, when words of saying stand there."""

    said: bool
    quoted: bool
    speakers: tuple[str, ...]


def speech_of(setting: Setting, actors: Named) -> Speech:
    """Whether somebody other than the document says it, and who that may be."""
    sentence = setting.sentence
    if not _SAID.search(_NOBODY.sub("", sentence)):
        return Speech(said=False, quoted=False, speakers=())
    place = setting.mention.start - setting.first
    quoted = any(quote.start() < place < quote.end() for quote in _QUOTED.finditer(sentence))
    return Speech(
        said=True, quoted=quoted, speakers=tuple(actors.ranked(setting.first, setting.last, around=setting.mention.start))
    )
