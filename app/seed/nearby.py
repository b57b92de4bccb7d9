"""Which known places, actors and indicators does a sentence speak of, the likeliest first?"""

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

from app.domain.evidence import collapse
from app.domain.quantity import Measure
from app.domain.units import families_for
from app.seed.names import Meaning

_HAN = r"\u3400-\u9fff"

_GENERIC = re.compile(r" (?:Province|District|County|City|Municipality|region)$|(?<=..)[市省区县]$")


class Named:
    """Where a text names known things: names as they are written, whole words, the longest at each place."""

    def __init__(self, text: str, codes: Mapping[str, tuple[str, ...]]) -> None:
        known: dict[str, str] = {}
        for code, names in codes.items():
            for name in names:
                known.setdefault(name, code)
        for name, code in list(known.items()):
            for short in _short_forms(name, known):
                known.setdefault(short, code)
        found = list(_pattern(known).finditer(text))
        self._starts = [match.start() for match in found]
        self._found = [(match.start(), match.end(), known[collapse(match[0]).replace("’", "'")]) for match in found]

    def ranked(self, first: int, last: int, *, around: int) -> list[str]:
        """Codes named in text[first:last], each once: those before `around` first, nearest first, then those after it."""
        ranks: dict[str, tuple[bool, int]] = {}
        for start, end, code in self._found[bisect_left(self._starts, first) : bisect_left(self._starts, last)]:
            if end <= last:
                rank = (start >= around, abs(around - (start if start >= around else end)))
                ranks[code] = min(ranks.get(code, rank), rank)
        return sorted(ranks, key=lambda code: ranks[code])


def _short_forms(name: str, names: Mapping[str, str]) -> Iterator[str]:
    """A name without a generic last word, and without the other name it begins with."""
    generic = _GENERIC.sub("", name)
    if generic != name and len(generic) > 1:
        yield generic
    head, _, rest = name.partition(" ")
    if head in names and " " in rest and "(" not in name:
        yield rest


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    """Any of the names, the longest first, however its words are parted; names in Latin letters as whole words."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    escaped = {name: re.escape(name).replace("'", "['’]").replace("\\ ", r"\s+") for name in longest_first}
    chinese = [escaped[name] for name in longest_first if re.search(f"[{_HAN}]", name)]
    latin = [escaped[name] for name in longest_first if not re.search(f"[{_HAN}]", name)]
    letter = rf"[^\W{_HAN}]"
    return re.compile("|".join([*chinese, rf"(?<!{letter})(?={letter})(?:{'|'.join(latin) or '(?!)'})(?!{letter})"]))


# Indicators: words shared between the sentence and an indicator's name and definition, rare words and near ones first.

_WORD = re.compile(rf"[{_HAN}]|[^\W\d_{_HAN}]+")
_IDLE = frozenset(
    re.findall(
        r"\w+",
        "a an the of in on at to for and or by with from as is are was were be been has have had it its that this which their "
        "per over more than one other under into period region total number value given where covers also not but who whom",
    )
)
_NEAR = 12  # words from the number at which a shared word counts half


class Meanings:
    """Ranks indicators by the words they share with a sentence."""

    def __init__(self, indicators: Mapping[str, Meaning]) -> None:
        self._indicators = indicators
        self._names = {code: set(_words(" ".join((code, *each.names)))) for code, each in indicators.items()}
        self._all = {code: self._names[code] | set(_words(each.definition)) for code, each in indicators.items()}
        counts: dict[str, int] = {}
        for words in self._all.values():
            for word in words:
                counts[word] = counts.get(word, 0) + 1
        self._weights = {word: math.log(1 + len(indicators) / count) for word, count in counts.items()}

    def nearest(self, before: str, after: str, *, measure: Measure, family: str | None, limit: int = 3) -> list[str]:
        """The codes that share most with the words before and after a number; only those that the unit's family may measure."""
        shares: dict[str, float] = {}
        for words in (list(reversed(_words(before))), _words(after)):
            for distance, word in enumerate(words):
                if word in self._weights:
                    share = self._weights[word] * _NEAR / (_NEAR + distance)
                    shares[word] = max(shares.get(word, 0.0), share)
        scores: list[tuple[float, str]] = []
        for code, meaning in self._indicators.items():
            if family is not None and family not in families_for(measure, meaning.family):
                continue
            common = shares.keys() & self._all[code]
            score = sum(shares[word] * (2 if word in self._names[code] else 1) for word in sorted(common))
            if score:
                scores.append((-score / math.sqrt(3 + len(self._names[code])), code))
        return [code for _, code in sorted(scores)[:limit]]


def _words(text: str) -> list[str]:
    """Words without endings of plurals and verbs, pairs of Chinese signs; words that say nothing are left out."""
    found = [_stem(word) for word in _WORD.findall(text.casefold()) if word not in _IDLE]
    signs = re.findall(f"(?=([{_HAN}]{{2}}))", text)
    return [word for word in found if len(word) > 1] + signs


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
