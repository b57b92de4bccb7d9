"""Which tables does the data package hold, and what does each column of them mean, allow and refer to?

One definition for what is written (`tables` → CSV) and for all that describes it (Data Package, CSVW, documentation).
"""

from dataclasses import dataclass
from typing import get_args

from app.domain import period, quantity, units, words
from app.domain.text import CODE, STATEMENT_ID
from app.exports.columns import Columns, ColumnType
from app.exports.lists import STATEMENTS

CODE_PATTERN = f"^{CODE}$"
STATEMENT_PATTERN = f"^{STATEMENT_ID}$"
UNIT_PATTERN = "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$"


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name, its type and its meaning."""

    name: str
    type: ColumnType
    meaning: str
    required: bool = False
    """Whether every row has a value."""
    words: tuple[str, ...] = ()
    """The only values it takes, if they are few and fixed."""
    pattern: str | None = None
    unit: str | None = None
    """The unit of its numbers, where it is always the same."""
    unit_in: str | None = None
    """The column that names the unit of its number, row by row."""
    least: int | None = None
    """Its least value."""
    listed: bool = False
    """Whether a cell holds several values, joined by `;`."""


@dataclass(frozen=True, slots=True)
class Link:
    """Columns that name a row of another table, or of the same."""

    fields: tuple[str, ...]
    table: str
    key: tuple[str, ...] = ("code",)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the package: a file of CSV."""

    name: str
    title: str
    about: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    links: tuple[Link, ...] = ()

    @property
    def file(self) -> str:
        """The name of its file, in the archive and below /v1/exports."""
        return f"{self.name}.csv"

    @property
    def columns(self) -> Columns:
        """Name → type, in order."""
        return {field.name: field.type for field in self.fields}


def _text(name: str, meaning: str, *, required: bool = False, words: tuple[str, ...] = (), listed: bool = False) -> Field:
    return Field(name, "text", meaning, required=required, words=words, listed=listed)


def _code(name: str, meaning: str, *, required: bool = False, pattern: str = CODE_PATTERN) -> Field:
    return Field(name, "text", meaning, required=required, pattern=pattern)


def _named(what: str) -> tuple[Field, ...]:
    return (
        _code("code", f"Its code; names the {what} in every other table.", required=True),
        _text("name", "Its English name.", required=True),
        _text("name_zh", "Its Chinese name, where known."),
    )


NOTE = _text("note", "Remark of the curators.")

LEFT_OUT = {"quote", "converted_value", "converted_lower", "converted_upper", "converted_unit", "match"}
"""Columns of a flat statement that are no part of the data: sentences of the documents, and answers to a question."""

STATEMENT_MEANINGS = {
    "id": "Its id: code of the document, full stop, name inside the document.",
    "document": "The document that says it.",
    "document_title": "Title of the document.",
    "publisher": "The actor that published the document.",
    "published_on": "Day of publication.",
    "text": "Our own plain sentence, never stronger than the source.",
    "as_written": "The few words of the document that state it, white space collapsed.",
    "indicator": "What is measured; empty for an event or a qualitative statement.",
    "indicator_name": "Name of the indicator.",
    "topic": "Topic of the indicator.",
    "measure": "What the figure is of the indicator: its level, a share, a growth, ...; empty without a figure.",
    "base_region": "The region that a share, growth, change or multiple refers to, where it is another one.",
    "base_indicator": "The indicator that it refers to, where it is another one.",
    "base_period": "Label of the period that it refers to, where it is another one.",
    "counted": "The thing counted, where the indicator covers several.",
    "kind": "Whether it is so, aimed at, planned, agreed or expected.",
    "regions": "The regions it is about; a joint claim has several. The table `statement-regions` has one row for each.",
    "region_names": "Names of the regions.",
    "project": "The project that the figure is about.",
    "value": "The number, in base units; empty for a range or without a figure.",
    "value_text": "The same number as exact decimal text.",
    "comparator": "How the quantity stands to the value: eq, lt, le, gt (more than), ge; empty without a figure.",
    "approximate": "Whether the document says about, nearly or the like.",
    "lower": "Lower bound of the values that the words allow; empty is unbounded.",
    "lower_inclusive": "Whether the lower bound itself is allowed.",
    "upper": "Upper bound of the values that the words allow; empty is unbounded.",
    "upper_inclusive": "Whether the upper bound itself is allowed.",
    "interval_basis": "The rule that the bounds come from.",
    "unit": "Unit of value and bounds: the base unit of its dimension.",
    "conversion_of": "The statement whose amount it restates in another unit; the table `relations` says so too.",
    "period": "Label of the period: 2020, 2021-S1, 2021-Q3, 2021-06, a day, start..end, asof (weak) or unknown.",
    "period_type": "span: within the days; each: in every year of them; cumulative: up to the end; instant: a state at the end.",
    "period_start": "First day; empty when open or unknown.",
    "period_end": "Last day; empty when unknown.",
    "period_basis": "How the period is known.",
    "period_as_written": "The words that date it.",
    "time": "Start of the period as Unix time, in the time zone of the document.",
    "speaker": "The actor who says it; empty when the document says it itself.",
    "attribution_mode": "Direct quote, indirect speech, or the reporter.",
    "attribution_basis": "Whether the sentence names the speaker, an earlier one does, or none.",
    "evidence_start": "Where the words begin in the text with the SHA-256 of the document, counted from 0.",
    "evidence_end": "Where they end; this place is no part of them.",
    "paragraph": "Number of the non-empty line in which they begin, from 1.",
    "document_url": "Address of the live page.",
    "evidence_url": "The live page, at these words where the browser supports text fragments.",
    "cell": "What another statement must share to be compared with it; empty without a figure.",
    "status": "published, or deprecated: kept but no longer counted. The withdrawn are left out.",
    "version": "1 when first loaded, one more with each change.",
    "changed_in": "The data version that last changed it.",
}
STATEMENT_WORDS: dict[str, tuple[str, ...]] = {
    "measure": quantity.MEASURES,
    "kind": words.KINDS,
    "comparator": quantity.COMPARATORS,
    "interval_basis": get_args(quantity.IntervalBasis),
    "period_type": period.PERIOD_TYPES,
    "period_basis": period.PERIOD_BASES,
    "attribution_mode": words.ATTRIBUTION_MODES,
    "attribution_basis": words.ATTRIBUTION_BASES,
    "status": tuple(each for each in words.STATEMENT_STATUSES if each != "withdrawn"),
}
ALWAYS = {
    *("id", "document", "document_title", "publisher", "published_on", "text", "as_written", "kind", "period", "period_type"),
    *("period_basis", "attribution_mode", "attribution_basis", "evidence_start", "evidence_end", "paragraph", "document_url"),
    *("evidence_url", "status", "version", "changed_in"),
}
LEAST = {"evidence_start": 0, "evidence_end": 1, "paragraph": 1, "version": 1, "changed_in": 1}
SAME_UNIT = {"evidence_start": "code point", "evidence_end": "code point", "time": "ms"}
STATEMENT_FIELDS = tuple(
    Field(
        name,
        kind,
        STATEMENT_MEANINGS[name],
        required=name in ALWAYS,
        words=STATEMENT_WORDS.get(name, ()),
        pattern=STATEMENT_PATTERN if name == "id" else None,
        unit=SAME_UNIT.get(name),
        unit_in="unit" if name in ("value", "lower", "upper") else None,
        least=LEAST.get(name),
        listed=name in ("regions", "region_names", "conversion_of"),
    )
    for name, kind in STATEMENTS.items()
    if name not in LEFT_OUT
)

TABLES: tuple[Table, ...] = (
    Table(
        "statements",
        "Statements",
        "One thing that one document says once, with its figure, its period and its words.",
        ("id",),
        (*STATEMENT_FIELDS, _text("role", "The speaker's role as the document gives it."), NOTE),
        (
            Link(("document",), "documents"),
            Link(("publisher",), "actors"),
            Link(("indicator",), "indicators"),
            Link(("base_region",), "regions"),
            Link(("base_indicator",), "indicators"),
            Link(("project",), "projects"),
            Link(("unit",), "units"),
            Link(("speaker",), "actors"),
        ),
    ),
    Table(
        "statement-regions",
        "Regions of statements",
        "The regions that a statement is about, one a row.",
        ("statement", "region"),
        (
            _code("statement", "The statement.", required=True, pattern=STATEMENT_PATTERN),
            _code("region", "A region of it.", required=True),
        ),
        (Link(("statement",), "statements", ("id",)), Link(("region",), "regions")),
    ),
    Table(
        "relations",
        "Relations between statements",
        "How statements hang together where arithmetic cannot see it: `statement` is `relation` `other`.",
        ("statement", "relation", "other"),
        (
            _code("statement", "The statement.", required=True, pattern=STATEMENT_PATTERN),
            _text("relation", "What it is to the other.", required=True, words=words.RELATIONS),
            _code("other", "The other statement.", required=True, pattern=STATEMENT_PATTERN),
            Field("complete", "flag", "Of part_of: whether the parts named make the whole.", required=True),
            NOTE,
        ),
        (Link(("statement",), "statements", ("id",)), Link(("other",), "statements", ("id",))),
    ),
    Table(
        "documents",
        "Documents",
        "The texts that were read, and the version of each that places in it refer to. The texts themselves are not here.",
        ("code",),
        (
            _code("code", "Its code; names the document in every other table.", required=True),
            _text("title", "Its title.", required=True),
            _code("publisher", "The actor that published it.", required=True),
            Field("published_on", "day", "Day of publication.", required=True),
            _text(
                "published_basis",
                "Whether the text states the day or its address does.",
                required=True,
                words=words.PUBLISHED_BASES,
            ),
            _text("url", "Address of the live page.", required=True),
            _text("language", "Language of the text (BCP 47).", required=True),
            _text("time_zone", "Zone its dates are meant in (IANA).", required=True),
            _text("text_sha256", "SHA-256 of the text that places refer to.", required=True),
            Field("text_length", "whole", "Length of that text.", required=True, unit="code point", least=1),
            _code("release", "Code shared by documents that carry one press release."),
            NOTE,
        ),
        (Link(("publisher",), "actors"),),
    ),
    Table(
        "document-authors",
        "Authors of documents",
        "Who wrote a document, in the order of its byline.",
        ("document", "position"),
        (
            _code("document", "The document.", required=True),
            Field("position", "whole", "Place in the byline, from 1.", required=True, least=1),
            _code("actor", "The author.", required=True),
        ),
        (Link(("document",), "documents"), Link(("actor",), "actors")),
    ),
    Table(
        "mentions",
        "Mentions",
        "Every number of a document, in digits or words: stated by statements, or dismissed and why.",
        ("document", "start"),
        (
            _code("document", "The document.", required=True),
            Field("start", "whole", "Where the number begins in its text, from 0.", required=True, unit="code point", least=0),
            Field("end", "whole", "Where it ends; this place is no part of it.", required=True, unit="code point", least=1),
            _text("number", "The number as written.", required=True),
            _text("state", "Whether it is stated, dismissed or not accounted for.", required=True, words=words.MENTION_STATES),
            _text("reason", "Why it was dismissed."),
        ),
        (Link(("document",), "documents"),),
    ),
    Table(
        "mention-statements",
        "Statements of mentions",
        "The statements that state a number.",
        ("document", "start", "statement"),
        (
            _code("document", "The document.", required=True),
            Field("start", "whole", "Where the number begins.", required=True, unit="code point", least=0),
            _code("statement", "A statement that states it.", required=True, pattern=STATEMENT_PATTERN),
        ),
        (
            Link(("document", "start"), "mentions", ("document", "start")),
            Link(("statement",), "statements", ("id",)),
        ),
    ),
    Table(
        "regions",
        "Regions",
        "Places.",
        ("code",),
        (
            *_named("region"),
            _code("kind", "country, municipality, province, city, district, zone, park, economic-circle, ...", required=True),
            _text("wikidata", "Its Wikidata item, where certain."),
            _text("iso_3166_2", "Its ISO 3166-2 code."),
            _text("gb_t_2260", "Its GB/T 2260 code of the People's Republic of China."),
            _text("sdmx_ref_area", "Its code in the SDMX cross-domain list CL_AREA."),
            NOTE,
        ),
    ),
    Table(
        "region-parents",
        "Regions in regions",
        "Which region lies wholly in which; one may lie in several.",
        ("region", "parent"),
        (_code("region", "The region.", required=True), _code("parent", "A region it wholly lies in.", required=True)),
        (Link(("region",), "regions"), Link(("parent",), "regions")),
    ),
    Table(
        "indicators",
        "Indicators",
        "What is measured.",
        ("code",),
        (
            *_named("indicator"),
            _text("definition", "What it means.", required=True),
            _code("topic", "The topic it belongs to.", required=True),
            _text("dimension", "Family of units its levels are given in.", required=True, words=units.FAMILIES),
            _text("stock_flow", "A state at a moment, or what happens over a time.", required=True, words=words.STOCK_FLOW),
        ),
    ),
    Table(
        "indicator-counted",
        "Things counted",
        "What an indicator counts, where it covers several things.",
        ("indicator", "code"),
        (
            _code("indicator", "The indicator.", required=True),
            _code("code", "Code of the thing, as in `counted` of a statement.", required=True),
            _text("name", "Its name.", required=True),
        ),
        (Link(("indicator",), "indicators"),),
    ),
    Table(
        "units",
        "Units",
        "Units of measure. Figures are in the base unit of their dimension.",
        ("code",),
        (
            _code("code", "Its code; names the unit in every other table.", required=True, pattern=UNIT_PATTERN),
            *_named("unit")[1:],
            _text("symbol", "Sign used in print."),
            _text("dimension", "Units of one dimension convert to each other; each currency is its own.", required=True),
            _text("family", "money for every currency, else the dimension's kind.", required=True, words=units.FAMILIES),
            _code("base", "Base unit of the dimension.", required=True, pattern=UNIT_PATTERN),
            Field("factor", "number", "Base units in one of this unit, exact.", required=True, unit_in="base"),
        ),
        (Link(("base",), "units"),),
    ),
    Table(
        "actors",
        "Actors",
        "Persons and organisations that say, publish or take part.",
        ("code",),
        (
            *_named("actor"),
            _text("kind", "Person or organisation.", required=True, words=words.ACTOR_KINDS),
            _code("organisation", "The organisation it speaks for or belongs to."),
            _text("wikidata", "Its Wikidata item, where certain."),
            NOTE,
        ),
        (Link(("organisation",), "actors"),),
    ),
    Table(
        "projects",
        "Projects",
        "Initiatives, facilities, lines, platforms and programmes.",
        ("code",),
        (
            *_named("project"),
            _code("kind", "initiative, facility, line, platform, programme, park, zone, ...", required=True),
            _text("description", "What it is, in our words.", required=True),
            NOTE,
        ),
    ),
    Table(
        "project-regions",
        "Regions of projects",
        "Where a project lies or works.",
        ("project", "region"),
        (_code("project", "The project.", required=True), _code("region", "A region of it.", required=True)),
        (Link(("project",), "projects"), Link(("region",), "regions")),
    ),
    Table(
        "project-parties",
        "Parties of projects",
        "Who takes part in a project, and as what.",
        ("project", "actor", "role"),
        (
            _code("project", "The project.", required=True),
            _code("actor", "Who takes part.", required=True),
            _text("role", "As what: owner, developer, operator, member, ...", required=True),
        ),
        (Link(("project",), "projects"), Link(("actor",), "actors")),
    ),
    Table(
        "project-steps",
        "Steps of projects",
        "The history of a project, in order.",
        ("project", "position"),
        (
            _code("project", "The project.", required=True),
            Field("position", "whole", "Place in its history, from 1.", required=True, least=1),
            _text("status", "What it became.", required=True, words=get_args(words.ProjectStep)),
            Field("start", "day", "First day of the period in which the step began; empty when not dated."),
            Field("end", "day", "Last day of that period."),
            _code("statement", "The statement that says so.", pattern=STATEMENT_PATTERN),
        ),
        (Link(("project",), "projects"), Link(("statement",), "statements", ("id",))),
    ),
)
"""Every table of the package, in the order of its files."""

BY_NAME = {table.name: table for table in TABLES}
