"""Writes the seed file of a new document as far as its text alone tells: every number found, guesses made, gaps marked TODO."""

import hashlib
import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from app.domain.date_words import label_of_date
from app.domain.evidence import collapse
from app.domain.mentions import Mention, find_mentions
from app.domain.quantity import Measure, is_magnitude
from app.domain.text import MAX_CODE, text_fault
from app.errors import ClaimbookError
from app.seed.gather import GAP
from app.seed.guess import FIGURES, Setting, kind_of, measure_of, settings_of, speech_of
from app.seed.guess_period import PeriodGuess, begins_after, periods_of
from app.seed.lines import flow, line, remark, scalar
from app.seed.names import Names
from app.seed.nearby import Meanings, Named
from app.seed.wording import span_of, unit_of, written_end, written_value

MAX_BYTES = 5_000_000
MAX_NUMBERS = 3_000  # a text with more is a table, and its draft longer than a seed file may be
EARLIER = 2_000  # code points before a figure in which a place may have been named

Reasons = Mapping[int, str]
"""Start of a mention → why it is probably no statement."""


def draft(
    text: str,
    *,
    title: str | None,
    published_on: date | None,
    publisher: str | None,
    url: str | None,
    language: str | None,
    known: Names,
    code: str | None = None,
) -> str:
    """The text of `documents/<code>.yaml`: bibliography, an entry for each figure, the list of all numbers.

    `code` is made of the title when it is left out. Raises ClaimbookError when the text cannot be kept or is no article.
    """
    fault = text_fault(text) or ("it is empty" if not text.strip() else None)
    if fault:
        raise ClaimbookError(f"This text cannot be drafted: {fault}.")
    mentions = find_mentions(text)
    if len(mentions) > MAX_NUMBERS:
        raise ClaimbookError(f"This text holds {len(mentions)} numbers; an article with at most {MAX_NUMBERS} was expected.")
    days = [label for each in mentions if each.kind == "date" and (label := label_of_date(each.number, None)[0])]
    bibliography = {
        "code": code or code_of(title or "") or GAP,
        **_title(text, title),
        **_publisher(publisher, known),
        "authors": "[]",
        **_published(published_on, url, [day for day in days if re.fullmatch(r"\d{4}-\d\d-\d\d", day)]),
        "url": scalar(url) if url else GAP,
        "language": scalar(language) if language else _language(text),
        "time_zone": f"{GAP}  # such as Asia/Shanghai",
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "text_length": f"{len(text)}",
    }
    reasons = _dismissals(text, mentions)
    entries = _Entries(text, mentions, reasons, published_on, known)
    parts = [
        "document:\n" + "".join(line(name, value) for name, value in bibliography.items()),
        "\n".join(("statements:\n" if place == 1 else "") + each for place, each in enumerate(entries, 1)) or "statements: []\n",
        "mentions:\n" + "".join(_mention_lines(mentions, reasons)) if mentions else "mentions: []\n",
    ]
    return "\n".join(parts)


def read_article(path: Path) -> str:
    """The text of a file with its line ends untouched. Raises ClaimbookError when it cannot be read or is not UTF-8."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ClaimbookError(f"{path} is larger than {MAX_BYTES} bytes; an article was expected.")
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ClaimbookError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise ClaimbookError(f"{path} is not UTF-8 text: byte {error.start} is none of it.") from None


def write_draft(path: Path, drafted: str) -> None:
    """Write a draft to a new file. Raises ClaimbookError when there is one already, or it cannot be written."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(drafted)
    except FileExistsError:
        raise ClaimbookError(f"{path} is there already; nothing was written.") from None
    except OSError as error:
        raise ClaimbookError(f"{path} cannot be written: {error.strerror}.") from None


def code_of(name: str) -> str | None:
    """A code made of a title or of the name of a file; None when nothing in it can stand in a code."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = [word[:MAX_CODE] for word in re.findall(r"[a-z0-9]+", bare)]
    while words and len("-".join(words)) > MAX_CODE:
        words.pop()
    return "-".join(words) or None


def _title(text: str, title: str | None) -> dict[str, str]:
    if title:
        return {"title": scalar(title)}
    first = next(each for each in text.splitlines() if each.strip())
    return {"title": GAP + remark(f"the text begins: {collapse(first)[:80]}")}


def _publisher(publisher: str | None, known: Names) -> dict[str, str]:
    if publisher in known.actors:
        return {"publisher": str(publisher)}
    wanted = collapse(publisher or "").casefold()
    found = [code for code, names in known.actors.items() if wanted in (name.casefold() for name in names)]
    doubt = f"no actor is called {publisher}; add one to actors.yaml" if publisher else "the code of an actor"
    return {"publisher": found[0] if found else GAP + remark(doubt)}


def _published(published_on: date | None, url: str | None, days: Sequence[str]) -> dict[str, str]:
    """The day of publication and how it is known; `days` are the full dates of the text."""
    if published_on is None:
        hint = f"days in the text: {', '.join(dict.fromkeys(days[:3]))}" if days else ""
        return {"published_on": GAP + remark(hint), "published_basis": "stated" + remark("or address")}
    in_address = url is not None and any(
        form in url for form in (f"{published_on:%Y/%m/%d}", f"{published_on}", f"{published_on:%Y%m%d}")
    )
    if f"{published_on}" in days:
        basis = "stated"
    else:
        basis = "address" if in_address else "stated" + remark("though the text does not name the day?")
    return {"published_on": f"{published_on}", "published_basis": basis}


def _language(text: str) -> str:
    chinese = 2 * len(re.findall(r"[\u3400-\u9fff]", text)) > len(re.findall(r"\w", text))
    return ("zh" if chinese else "en") + remark("a guess")


_FURNITURE = re.compile(
    r"cookie|privacy (?:policy|statement)|terms of use|all rights reserved|copyright|©|hot ?line|telephone number|contact us"
    r"|licen[cs]e no|ICP备|许可证|公网安备|版权所有|举报|热线|备案",
    re.IGNORECASE,
)
_PER = re.compile(r"(?:\bper|每)\s*$", re.IGNORECASE)
_NAMES_HALF = re.compile(r"(?:\b(?:first|second|latter|third|fourth)\s+|[上下])$", re.IGNORECASE)
_REASONS = {"date": "date_part", "time": "date_part", "name": "name", "ordinal": "ordinal", "identifier": "identifier"}


def _dismissals(text: str, mentions: Sequence[Mention]) -> dict[int, str]:
    furniture = _furniture(text)
    reasons: dict[int, str] = {}
    for mention in mentions:
        if mention.start >= furniture:
            reasons[mention.start] = "page_furniture"
        elif mention.kind not in FIGURES:
            reasons[mention.start] = _REASONS.get(mention.kind, "not_quantitative")
        elif _PER.search(text, max(0, mention.start - 8), mention.start):
            reasons[mention.start] = "not_quantitative"  # the 10,000 of "per 10,000 people"
        elif mention.kind == "fraction" and _NAMES_HALF.search(text, max(0, mention.start - 20), mention.start):
            reasons[mention.start] = "date_part"
    return reasons


def _furniture(text: str) -> int:
    """Where the trailing lines begin that are no part of the article: the first in the last half with a mark of theirs."""
    start = 0
    for each in text.splitlines(keepends=True):
        if 2 * start >= len(text) and _FURNITURE.search(each):
            return start
        start += len(each)
    return len(text)


def _mention_lines(mentions: Sequence[Mention], reasons: Reasons) -> Iterator[str]:
    seen: dict[tuple[str, Decimal, str | None], int] = {}
    for mention in mentions:
        doubt = ""
        if mention.start not in reasons and mention.value is not None and mention.value >= 10:
            first = seen.setdefault((mention.kind, mention.value, mention.unit), mention.start)
            doubt = f"reason: repeated? the same number stands at {first}" if first != mention.start else ""
        fields = {
            "start": f"{mention.start}",
            "end": f"{mention.end}",
            "number": scalar(mention.number, flow=True),
            "reason": reasons.get(mention.start),
        }
        yield f"- {flow(fields)}{remark(doubt)}\n"


class _Entries:
    """The entries of the figures of one text, in its order."""

    def __init__(self, text: str, mentions: Sequence[Mention], reasons: Reasons, published_on: date | None, known: Names) -> None:
        self._text, self._published_on, self._known = text, published_on, known
        self._dates = [mention for mention in mentions if mention.kind == "date"]
        self._figures = [mention for mention in mentions if mention.start not in reasons]
        self._converted = dict(_conversions(text, self._figures))
        self._regions, self._actors = Named(text, known.regions), Named(text, known.actors)
        self._meanings = Meanings(known.indicators)
        currencies = Counter(mention.unit for mention in self._figures if mention.kind == "money")
        self._currency = currencies.most_common(1)[0][0] if currencies else None
        self._lines = _starts_of_lines(text)

    def __iter__(self) -> Iterator[str]:
        """The entries, each some lines of YAML."""
        for number, setting in enumerate(settings_of(self._text, self._figures), 1):
            yield f"- slug: todo-{number}\n{line('text', GAP)}" + "".join(self._fields(number, setting))

    def _fields(self, number: int, setting: Setting) -> Iterator[str]:
        measure, decrease = measure_of(setting)
        unit, doubt = unit_of(setting, measure, self._known, self._currency)
        indicators = self._meanings.nearest(setting.before, setting.after, measure=measure, family=self._known.families.get(unit))
        stock = bool(indicators) and self._known.indicators[indicators[0]].stock
        dates = [each for each in self._dates if setting.first <= each.start and each.end <= setting.last]
        periods = periods_of(setting, dates, self._published_on, stock=stock)
        ahead = bool(periods) and begins_after(periods[0], self._published_on)
        yield from self._evidence(setting, unit)
        yield line("indicator", GAP, " or ".join(indicators))
        yield line("measure", measure)
        if measure != "level":
            yield "  # base: {region: …, indicator: …, period: …}, each only where it is known\n"
        yield line("kind", kind_of(setting, ahead=ahead))
        yield self._places(setting)
        if setting.mention.start in self._converted:
            doubt = "; ".join(filter(None, (doubt, f"todo-{number - 1} in another unit: conversion_of in relations.yaml")))
        yield line("quantity", self._quantity(setting, unit, measure, decrease=decrease), doubt)
        yield line("period", _period(periods[0]) if periods else GAP)
        yield from (f"  # or {_period(each)}\n" for each in periods[1:3])
        yield self._attribution(setting)

    def _evidence(self, setting: Setting, unit: str) -> Iterator[str]:
        start, end, once = span_of(setting, self._known.units.get(unit, ()) if unit != "count" else ())
        paragraph = bisect_right(self._lines, start)
        yield "  evidence:\n"
        yield line("exact", scalar(self._text[start:end]), "" if once else "it stands several times; take more words", indent=4)
        yield line("start", f"{start}", indent=4)
        yield line("end", f"{end}", indent=4)
        yield line("paragraph", f"{paragraph}", indent=4)

    def _places(self, setting: Setting) -> str:
        place, where = setting.mention.start, ""
        found = self._regions.ranked(setting.first, setting.last, around=place)
        if not found:
            index = bisect_right(self._lines, place)
            end = self._lines[index] if index < len(self._lines) else len(self._text)
            found, where = self._regions.ranked(self._lines[index - 1], end, around=place), "named in the paragraph"
        if not found:
            earlier = self._regions.ranked(max(0, place - EARLIER), place, around=place)
            return line("regions", f"[{GAP}]", f"earlier in the text: {', '.join(earlier[:4])}" if earlier else "")
        others = f"or {', '.join(found[1:5])}" if found[1:] else ""
        return line("regions", f"[{found[0]}]", "; ".join(each for each in (where, others) if each))

    def _quantity(self, setting: Setting, unit: str, measure: Measure, *, decrease: bool) -> str:
        mention = setting.mention
        part = mention.kind == "fraction" and measure in ("share", "growth")
        comparator: str = self._converted.get(mention.start, mention.comparator)
        approximate, form, value_to = mention.approximate, "number", written_end(mention)
        if value_to is not None:
            comparator, form = "eq", "range"
        elif mention.kind == "magnitude":
            comparator, approximate = "eq", True
            form = "magnitude" if mention.value is None or is_magnitude(mention.value) else "number"
        elif comparator == "lt" and approximate:
            form = "nearly"
        elif part and comparator == "eq":
            approximate, form = True, "fraction"
        return flow(
            {
                "value": written_value(mention, percent=part, negative=decrease),
                "value_to": value_to,
                "unit": unit,
                "comparator": None if comparator == "eq" else comparator,
                "approximate": "true" if approximate else None,
                "form": None if form == "number" else form,
            }
        )

    def _attribution(self, setting: Setting) -> str:
        speech = speech_of(setting, self._actors)
        if not speech.said:
            return line("attribution", "{mode: reporter, basis: none}")
        fields = {
            "speaker": speech.speakers[0] if speech.speakers else GAP,
            "mode": "direct_quote" if speech.quoted else "indirect",
            "basis": "explicit",
        }
        return line("attribution", flow(fields), f"or {', '.join(speech.speakers[1:3])}" if speech.speakers[1:] else "")


_OPENED = re.compile(r"[^()（）。]{0,40}[(（][^()（）]{0,20}")
_CLOSED = re.compile(r"[^()（）]{0,40}[)）]")


def _conversions(text: str, figures: Sequence[Mention]) -> Iterator[tuple[int, str]]:
    """Amounts in brackets right after one in another currency: where they start, and the comparator they take over."""
    for before, each in pairwise(figures):
        amounts = before.kind == each.kind == "money" and before.unit != each.unit and each.comparator == "eq"
        if amounts and _OPENED.fullmatch(text, before.end, each.start) and _CLOSED.match(text, each.end):
            yield each.start, before.comparator


def _starts_of_lines(text: str) -> list[int]:
    """Where the lines that are not empty begin; a paragraph's number is its place among them."""
    starts: list[int] = []
    start = 0
    for each in text.split("\n"):
        if each.strip():
            starts.append(start)
        start += len(each) + 1
    return starts


def _period(guess: PeriodGuess) -> str:
    return flow(
        {
            "type": guess.type,
            "when": f'"{guess.when}"',
            "as_written": scalar(guess.as_written, flow=True) if guess.as_written else None,
            "basis": guess.basis,
            "rule": guess.rule,
            "anchor": guess.anchor,
        }
    )
