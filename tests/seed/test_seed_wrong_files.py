"""Wrong seed files: every fault is listed with its place and what was expected, the exit code is 1, nothing is written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from make import SMALL_MENTIONS, SMALL_SEED, SMALL_TEXT, seeded, write_seed
from observe import address_of, claimbook, digest, edit

from app.errors import SeedError
from app.seed.attach import attach
from app.seed.gather import gather
from app.seed.load import check_seed, load_seed, seed_directory

DOCUMENT = "documents/harbour.yaml"
SHIPS_2024 = "{value: 6000, unit: count, comparator: gt}"
SHARE = "{value: 40, unit: percent, approximate: true}"
SHIPS_2026 = "{value: 7000, unit: count}"
TWIN = """\
- slug: ships-again
  text: Northport handled 5,000 ships in 2024.
  evidence: {exact: "about 40%", start: 103, end: 112, paragraph: 3}
  indicator: ships-handled
  measure: level
  kind: actual
  regions: [northport]
  quantity: {value: 5000, unit: count}
  period: {type: span, when: 2024, basis: stated}
  attribution: {mode: reporter, basis: none}
"""


@dataclass(frozen=True)
class Case:
    """One edit of the small seed, or a whole file, and the faults it makes; `…` leaves the rest of a long one out."""

    file: str
    old: str
    new: str | bytes
    faults: tuple[str, ...]


def edited(file: str, old: str, new: str, *faults: str) -> Case:
    """The small seed with the first place where `old` stands replaced."""
    return Case(file, old, new, faults)


def whole(file: str, content: str | bytes, *faults: str) -> Case:
    """The small seed with a whole file replaced or added."""
    return Case(file, "", content, faults)


CASES = {
    "unknown region": edited(
        DOCUMENT,
        "regions: [northport]",
        "regions: [nortport]",
        "documents/harbour.yaml:19:13: there is no region 'nortport'; did you mean northport?",
    ),
    "unknown region of a base": edited(
        DOCUMENT,
        "base: {region: norland}",
        "base: {region: nordland}",
        "documents/harbour.yaml:28:10: there is no region 'nordland'; did you mean norland?",
    ),
    "unknown indicator": edited(
        DOCUMENT,
        "indicator: ships-handled",
        "indicator: ship-handled",
        "documents/harbour.yaml:16:3: there is no indicator 'ship-handled'; did you mean ships-handled?",
    ),
    "unknown indicator of a base": edited(
        DOCUMENT,
        "base: {region: norland}",
        "base: {indicator: ships}",
        "documents/harbour.yaml:28:10: there is no indicator 'ships'; did you mean ships-handled?",
    ),
    "unknown unit": edited(
        DOCUMENT,
        "unit: percent",
        "unit: per-cent",
        "documents/harbour.yaml:31:25: there is no unit 'per-cent'; did you mean percent?",
    ),
    "unknown thing counted": edited(
        DOCUMENT,
        SHIPS_2026,
        "{value: 7000, unit: count, counted: tankers}",
        "documents/harbour.yaml:41:40: ships-handled counts one thing only, not 'tankers'",
    ),
    "unknown project": edited(
        DOCUMENT,
        "  regions: [northport]",
        "  regions: [northport]\n  project: new-quay",
        "documents/harbour.yaml:20:3: there is no project 'new-quay'",
    ),
    "unknown speaker": edited(
        DOCUMENT,
        "speaker: ada-quay",
        "speaker: ada-kay",
        "documents/harbour.yaml:43:17: there is no actor 'ada-kay'; did you mean ada-quay?",
    ),
    "unknown publisher": edited(
        DOCUMENT,
        "publisher: harbour-news",
        "publisher: harbour-new",
        "documents/harbour.yaml:4:3: there is no actor 'harbour-new'; did you mean harbour-news?",
    ),
    "unknown author": edited(
        DOCUMENT,
        "  publisher:",
        "  authors: [ada-quai]\n  publisher:",
        "documents/harbour.yaml:4:13: there is no actor 'ada-quai'; did you mean ada-quay?",
    ),
    "unknown organisation": edited(
        "actors.yaml",
        "kind: person",
        "kind: person, organisation: harbor-news",
        "actors.yaml:3:50: there is no actor 'harbor-news'; did you mean harbour-news?",
    ),
    "unknown parent": edited(
        "regions.yaml",
        "parents: [norland]",
        "parents: [norlandia]",
        "regions.yaml:3:73: there is no region 'norlandia'; did you mean norland?",
    ),
    "unknown base unit": edited(
        "units.yaml",
        "base: percent",
        "base: percents",
        "units.yaml:3:71: there is no unit 'percents'; did you mean percent?",
    ),
    "unknown codes of a project": whole(
        "projects.yaml",
        "projects:\n- code: quay\n  name: Quay\n  kind: facility\n  description: A quay.\n  regions: [north-port]\n"
        "  parties: [{actor: ada, role: owner}]\n  status: [{status: planned, statement: harbour.ships-2025}]\n",
        "projects.yaml:6:13: there is no region 'north-port'; did you mean northport?",
        "projects.yaml:7:14: there is no actor 'ada'; did you mean ada-quay?",
        "projects.yaml:8:30: there is no statement 'harbour.ships-2025'; did you mean …",
    ),
    "unknown statements of a relation": whole(
        "relations.yaml",
        "relations:\n- {statement: harbour.ships, relation: update_of, other: harbor.ships-2024}\n",
        "relations.yaml:2:4: there is no statement 'harbour.ships'; did you mean harbour.ships-2026 or …",
        "relations.yaml:2:51: there is no statement 'harbor.ships-2024'; did you mean …",
    ),
    "a statement related to itself": whole(
        "relations.yaml",
        "relations:\n- {statement: harbour.ships-2024, relation: update_of, other: harbour.ships-2024}\n",
        "relations.yaml:2:56: a statement is not related to itself",
    ),
    "a day that does not exist": edited(
        DOCUMENT,
        "2025-01-10",
        "2025-02-30",
        "documents/harbour.yaml:5:3: published_on: there is no day 2025-02-30",
    ),
    "a day that is a number": edited(
        DOCUMENT,
        "2025-01-10",
        "20250110",
        "documents/harbour.yaml:5:3: published_on: a day such as 2021-09-30 was expected",
    ),
    "a period that does not exist": edited(
        DOCUMENT,
        "when: 2026",
        "when: 2026-13",
        "documents/harbour.yaml:42:24: when: there is no month 13",
    ),
    "a period that ends before it starts": edited(
        DOCUMENT,
        "when: 2026",
        'when: "2026..2024"',
        "documents/harbour.yaml:42:24: when: the period ends before it starts",
    ),
    "a time zone that does not exist": edited(
        DOCUMENT,
        "Europe/London",
        "Europe/Londn",
        "documents/harbour.yaml:9:3: time_zone: an IANA time zone was expected; did you mean Europe/London?",
    ),
    "a number with commas": edited(
        DOCUMENT,
        "value: 7000",
        "value: '7,000'",
        "documents/harbour.yaml:41:14: value: a number such as 27900, 7.55 billion or -40 (scale words: …",
    ),
    "a number with too many digits": edited(
        DOCUMENT,
        "value: 7000",
        "value: 1234567890123456789",
        "documents/harbour.yaml:41:14: value: at most 18 digits are kept, those before and those after …",
    ),
    "an offset that is no number": edited(
        DOCUMENT,
        "start: 80",
        "start: 8_0",
        "documents/harbour.yaml:15:46: start: a whole number was expected",
    ),
    "a truth that is none": edited(
        DOCUMENT,
        "approximate: true",
        "approximate: yes",
        "documents/harbour.yaml:31:40: approximate: true or false was expected",
    ),
    "two statements with one slug": edited(
        DOCUMENT,
        "slug: ships-2026",
        "slug: ships-2024",
        "documents/harbour.yaml:34:3: the slug 'ships-2024' stands twice",
    ),
    "two regions with one code": edited(
        "regions.yaml",
        "- {code: northport",
        "- {code: norland, name: N, kind: city}\n- {code: northport",
        "regions.yaml:3:4: the code 'norland' stands twice",
    ),
    "two units with one code": edited(
        "units.yaml",
        "- {code: percent",
        "- {code: count, name: C, dimension: count, family: count, base: count, factor: 1}\n- {code: percent",
        "units.yaml:3:4: the code 'count' stands twice",
    ),
    "two things counted with one code": edited(
        "indicators.yaml",
        "flow}",
        "flow, counted: [{code: a, name: A}, {code: a, name: B}]}",
        "indicators.yaml:2:163: the code 'a' stands twice",
    ),
    "a parent named twice": edited(
        "regions.yaml",
        "parents: [norland]",
        "parents: [norland, norland]",
        "regions.yaml:3:82: the parent 'norland' stands twice",
    ),
    "a region named twice": edited(
        DOCUMENT,
        "regions: [northport]",
        "regions: [northport, northport]",
        "documents/harbour.yaml:13:3: a region is named twice",
    ),
    "an author named twice": edited(
        DOCUMENT,
        "  publisher:",
        "  authors: [ada-quay, ada-quay]\n  publisher:",
        "documents/harbour.yaml:4:23: the author 'ada-quay' stands twice",
    ),
    "a relation named twice": whole(
        "relations.yaml",
        "relations:\n" + 2 * "- {statement: harbour.ships-2026, relation: update_of, other: harbour.ships-2024}\n",
        "relations.yaml:3:3: this relation stands twice",
    ),
    "a document in two files": whole(
        "documents/port.yaml",
        SMALL_SEED[DOCUMENT],
        "documents/port.yaml:2:3: the document 'harbour' stands twice",
        "documents/port.yaml:2:3: the file of this document is called harbour.yaml",
    ),
    "a key twice": edited(
        DOCUMENT,
        "  measure: level",
        "  measure: level\n  measure: level",
        "documents/harbour.yaml:18:3: the key 'measure' stands twice",
    ),
    "broken YAML": edited(
        DOCUMENT,
        "regions: [northport]",
        "regions: [northport",
        "documents/harbour.yaml:20:11: not valid YAML: expected ',' or ']', but got ':'",
    ),
    "a tab": edited(
        DOCUMENT,
        "  measure: level",
        "\tmeasure: level",
        "documents/harbour.yaml:17:1: not valid YAML: found character '\\t' that cannot start any token",
    ),
    "bytes that are no UTF-8": whole(
        "regions.yaml",
        "regions:\n- {code: a, name: Citt\u00e0, kind: city}\n".encode("latin-1"),
        "regions.yaml:2:23: byte 31 of the file is not UTF-8 text",
    ),
    "a NUL byte": whole(
        "regions.yaml",
        b"regions:\n- {code: a, name: A\x00, kind: city}\n",
        "regions.yaml:2:20: not valid YAML: special characters are not allowed",
    ),
    "a NUL by escape": edited(
        "regions.yaml",
        "name: Norland",
        r'name: "Nor\0land"',
        "regions.yaml:2:19: name: a NUL character cannot be kept",
    ),
    "a control character by escape": edited(
        "regions.yaml",
        "name: Norland",
        r'name: "Nor\eland"',
        "regions.yaml:2:19: name: a control character cannot be kept",
    ),
    "a lone surrogate by escape": edited(
        "regions.yaml",
        "name: Norland",
        r'name: "Nor\ud800land"',
        "regions.yaml:2:19: name: a lone surrogate is not text",
    ),
    "a character that does not exist": edited(
        "regions.yaml",
        "name: Norland",
        r'name: "Nor\U00110000"',
        "regions.yaml:2:29: not valid YAML: no character has this number",
    ),
    "6 MB": whole(
        "regions.yaml",
        b"#" * 6_000_000,
        "regions.yaml:1:1: 6000000 bytes; a seed file of at most 5000000 bytes was expected",
    ),
    "an anchor": edited(
        "regions.yaml",
        "{code: norland",
        "&a {code: norland",
        "regions.yaml:2:3: anchors (&name) are not allowed",
    ),
    "an anchor on a key": edited(
        "regions.yaml",
        "{code: norland",
        "{&a code: norland",
        "regions.yaml:2:4: anchors (&name) are not allowed",
    ),
    "an alias": edited(
        "regions.yaml",
        "[norland]",
        "*a",
        "regions.yaml:3:72: aliases (*name) are not allowed; write the value out",
    ),
    "a tag": edited(
        "regions.yaml",
        "kind: city",
        "kind: !!str city",
        "regions.yaml:3:57: tags (!name) are not allowed",
    ),
    "a second YAML document": edited(
        "regions.yaml",
        "- {code: northport",
        "---\n- {code: northport",
        "regions.yaml:3:1: a second YAML document starts here; one was expected",
    ),
    "deep nesting": whole(
        "regions.yaml",
        "regions: " + "[" * 100_000,
        "regions.yaml:1:42: nested deeper than 32 levels",
    ),
    "an empty file": whole(
        "regions.yaml",
        "",
        "regions.yaml:1:1: a file that begins with `regions:` was expected",
    ),
    "a list at the root": whole(
        "regions.yaml",
        "- {code: a, name: A, kind: city}\n",
        "regions.yaml:1:1: a file that begins with `regions:` was expected",
    ),
    "a text at the root": whole(
        "regions.yaml",
        "regions\n",
        "regions.yaml:1:1: a file that begins with `regions:` was expected",
    ),
    "a list with nothing in it": whole(
        "regions.yaml",
        "regions:\n",
        "regions.yaml:1:1: regions: a list was expected",
    ),
    "an unknown field": edited(
        DOCUMENT,
        "  measure: level",
        "  mesure: level",
        "documents/harbour.yaml:17:3: there is no field 'mesure' here; did you mean 'measure'?",
    ),
    "an unknown field of a part": edited(
        DOCUMENT,
        "comparator: gt",
        "comparater: gt",
        "documents/harbour.yaml:20:40: there is no field 'comparater' here; did you mean 'comparator'?",
    ),
    "an unknown field at the root": whole(
        "regions.yaml",
        "region:\n- {code: norland, name: Norland, kind: country}\n",
        "regions.yaml:1:1: the field 'regions' is missing",
        "regions.yaml:1:1: there is no field 'region' here; did you mean 'regions'?",
    ),
    "a missing field": edited(
        DOCUMENT,
        "  kind: forecast\n",
        "",
        "documents/harbour.yaml:34:3: the field 'kind' is missing",
    ),
    "a word that is not in its list": edited(
        DOCUMENT,
        "kind: forecast",
        "kind: forcast",
        "documents/harbour.yaml:39:3: kind: one of actual, target, planned, agreed, forecast was …",
    ),
    "a mapping where a text belongs": edited(
        DOCUMENT,
        "slug: ships-2026",
        "slug: {a: b}",
        "documents/harbour.yaml:34:3: slug: a text was expected",
    ),
    "a file with an unknown name": whole(
        "region.yaml",
        "regions: []\n",
        "region.yaml:1:1: no seed file has this name; did you mean regions.yaml?",
    ),
    "a file with the wrong end": whole(
        "documents/port.yml",
        SMALL_SEED[DOCUMENT].replace("code: harbour\n", "code: port\n"),
        "documents/port.yml:2:3: the file of this document is called port.yaml",
    ),
    "a code in capitals": edited(
        "regions.yaml",
        "code: northport",
        "code: Northport",
        "regions.yaml:3:4: code: a code of lower-case letters and digits joined by single hyphens was expected",
    ),
    "a reserved code": edited(
        "regions.yaml",
        "code: northport",
        "code: geojson",
        "regions.yaml:3:4: code: 'geojson' is a word of the addresses, not a code",
    ),
    "a slug that is a format": edited(
        DOCUMENT,
        "slug: ships-2026",
        "slug: csv",
        "documents/harbour.yaml:34:3: slug: 'csv' is a word of the addresses, not a code",
    ),
    "white space at the end": edited(
        "regions.yaml",
        "name: Norland",
        "name: 'Norland '",
        "regions.yaml:2:19: name: white space at the ends is not allowed",
    ),
    "two lines where one belongs": edited(
        "regions.yaml",
        "name: Norland",
        r'name: "Nor\nland"',
        "regions.yaml:2:19: name: one line without tabs was expected",
    ),
    "an address with a fragment": edited(
        DOCUMENT,
        "org/harbour",
        "org/harbour#top",
        "documents/harbour.yaml:7:3: url: a web address in ASCII without a fragment was expected",
    ),
    "a share above 100": edited(
        DOCUMENT,
        "value: 40,",
        "value: 140,",
        "documents/harbour.yaml:31:14: a share lies between 0 and 100 percent; 140 does not",
    ),
    "a share below 0": edited(
        DOCUMENT,
        "value: 40,",
        "value: -40,",
        "documents/harbour.yaml:31:14: a share lies between 0 and 100 percent; -40 does not",
    ),
    "a range of shares that ends above 100": edited(
        DOCUMENT,
        SHARE,
        "{value: 40, value_to: 140, form: range, unit: percent}",
        "documents/harbour.yaml:31:25: a share lies between 0 and 100 percent; 140 does not",
    ),
    "a level below 0": edited(
        DOCUMENT,
        SHIPS_2026,
        "{value: -7000, unit: count}",
        "documents/harbour.yaml:41:14: a level is not negative",
    ),
    "a unit that does not fit its indicator": edited(
        DOCUMENT,
        SHIPS_2026,
        "{value: 70, unit: percent}",
        "documents/harbour.yaml:41:25: a level of ships-handled has one of the units count, not percent",
    ),
    "a unit that does not fit its measure": edited(
        DOCUMENT,
        "unit: percent",
        "unit: count",
        "documents/harbour.yaml:31:25: a share of ships-handled has one of the units percent, not count",
    ),
    "a factor of 0": edited(
        "units.yaml",
        "- {code: percent",
        "- {code: none, name: N, dimension: count, family: count, base: count, factor: 0}\n- {code: percent",
        "units.yaml:3:71: a factor above 0 was expected",
    ),
    "a base unit with a factor": edited(
        "units.yaml",
        "base: percent, factor: 1",
        "base: percent, factor: 2",
        "units.yaml:3:71: the base unit has the same dimension and family, is its own base and has the factor 1",
    ),
    "base units in a circle": edited(
        "units.yaml",
        "- {code: percent",
        "- {code: a, name: A, dimension: count, family: count, base: b, factor: 1}\n"
        "- {code: b, name: B, dimension: count, family: count, base: a, factor: 1}\n- {code: percent",
        "units.yaml:3:55: the base unit has the same dimension and family, is its own base and has the factor 1",
        "units.yaml:4:55: the base unit has the same dimension and family, is its own base and has the factor 1",
    ),
    "a range without its end": edited(
        DOCUMENT,
        SHIPS_2026,
        "{value: 7000, unit: count, form: range}",
        "documents/harbour.yaml:41:3: quantity: a range has form: range and value_to; nothing else has value_to",
    ),
    "an actual period after the publication": edited(
        DOCUMENT,
        "when: 2024",
        "when: 2025-02",
        "documents/harbour.yaml:21:24: what is actual has begun by the publication (2025-01-10); 2025-02-01 is later",
    ),
    "a rule that does not fit": edited(
        DOCUMENT,
        "when: 2026, as_written: by 2026, basis: stated",
        "when: 2026, basis: resolved, rule: year_of_publication",
        "documents/harbour.yaml:42:53: year_of_publication means the year of publication; with …",
    ),
    "a rule that does not exist": edited(
        DOCUMENT,
        "when: 2026, as_written: by 2026, basis: stated",
        "when: 2026, basis: resolved, rule: year_of_publicaton",
        "documents/harbour.yaml:42:53: rule: one of half_of_publication_year, …",
    ),
    "a relative date without a rule": edited(
        DOCUMENT,
        "basis: stated}",
        "basis: resolved}",
        "documents/harbour.yaml:21:3: period: basis: resolved and inferred name the rule; stated and …",
    ),
    "the level of a flow at an instant": edited(
        DOCUMENT,
        "{type: span, when: 2026,",
        "{type: instant, when: 2026-12-31,",
        "documents/harbour.yaml:42:12: ships-handled is a flow: its level holds for a span, each or …",
    ),
    "the level of a stock in a span": edited(
        "indicators.yaml",
        "stock_flow: flow",
        "stock_flow: stock",
        "documents/harbour.yaml:21:12: ships-handled is a stock: its level holds at an instant, not for a span",
        "documents/harbour.yaml:42:12: ships-handled is a stock: its level holds at an instant, not for a span",
    ),
    "a period without an end": edited(
        DOCUMENT,
        "when: 2026",
        'when: "2026.."',
        "documents/harbour.yaml:42:3: period: the period needs an end",
    ),
    "a span outside the text": edited(
        DOCUMENT,
        "start: 183, end: 202",
        "start: 193, end: 212",
        "documents/harbour.yaml:36:44: the span 193..212 lies outside the text of 205 code points",
    ),
    "a span that ends before it starts": edited(
        DOCUMENT,
        "start: 183, end: 202",
        "start: 183, end: 173",
        "documents/harbour.yaml:36:44: the span 183..173 lies outside the text of 205 code points",
    ),
    "words of the wrong length": edited(
        DOCUMENT,
        "end: 202",
        "end: 203",
        "documents/harbour.yaml:36:14: `exact` has 19 code points, start..end spans 20",
    ),
    "more than ten words": edited(
        DOCUMENT,
        '"7,000 ships by 2026", start: 183, end: 202',
        '"a b c d e f g h i j k", start: 181, end: 202',
        "documents/harbour.yaml:36:14: a span has at most 10 words; this one has 11",
    ),
    "spans that hold more than a quarter": edited(
        DOCUMENT,
        'exact: "7,000 ships by 2026", start: 183, end: 202',
        'exact: "ada-quay-says-7000-ships-2026", start: 173, end: 202',
        "documents/harbour.yaml:12:1: spans hold 59 of 205 code points; at most one in 4 may be kept",
    ),
    "statements out of the order of the text": edited(
        DOCUMENT,
        "start: 103, end: 112",
        "start: 70, end: 79",
        "documents/harbour.yaml:25:34: statements stand in the order of the text",
    ),
    "two statements that contradict each other": edited(
        DOCUMENT,
        "- slug: ships-2026",
        TWIN + "- slug: ships-2026",
        "documents/harbour.yaml:41:3: contradicts 'ships-2024' in the same cell; correct one of them or …",
    ),
    "a conversion that is no conversion": whole(
        "relations.yaml",
        "relations:\n- {statement: harbour.ships-2026, relation: conversion_of, other: harbour.ships-2024}\n"
        "- {statement: harbour.ships-share-2024, relation: conversion_of, other: harbour.ships-2024}\n",
        "relations.yaml:2:3: a conversion has another unit than its original",
        "relations.yaml:2:3: a conversion inherits from its original what differs here: comparator, period, kind",
        "relations.yaml:3:3: a conversion inherits from its original what differs here: comparator, measure",
    ),
    "a region in itself": edited(
        "regions.yaml",
        "kind: country}",
        "kind: country, parents: [northport]}",
        "regions.yaml:2:59: 'northport' lies in 'norland' itself",
        "regions.yaml:3:73: 'norland' lies in 'northport' itself",
    ),
    "an organisation in itself": edited(
        "actors.yaml",
        "kind: organisation}",
        "kind: organisation, organisation: harbour-news}",
        "actors.yaml:2:64: 'harbour-news' belongs to 'harbour-news' itself",
    ),
    "a number outside the text": edited(
        DOCUMENT,
        "statements:",
        "mentions: [{start: 204, end: 208, number: '2024', reason: date_part}]\nstatements:",
        "documents/harbour.yaml:12:13: the number 204..208 lies outside the text of 205 code points",
    ),
    "a number of the wrong length": edited(
        DOCUMENT,
        "statements:",
        "mentions: [{start: 4, end: 9, number: '2024', reason: date_part}]\nstatements:",
        "documents/harbour.yaml:12:31: `number` has 4 code points, start..end spans 5",
    ),
    "a number listed twice": edited(
        DOCUMENT,
        "statements:",
        "mentions:\n" + 2 * "- {start: 4, end: 8, number: '2024', reason: date_part}\n" + "statements:",
        "documents/harbour.yaml:14:4: a number that starts here is listed already",
    ),
}


def build(directory: Path, case: Case) -> Path:
    """A seed directory with the edit of a case."""
    write_seed(directory, SMALL_SEED)
    file = directory / case.file
    content = file.read_text("utf-8") if file.exists() else ""
    if case.old:
        assert case.old in content
        file.write_text(content.replace(case.old, str(case.new), 1), "utf-8")
    elif isinstance(case.new, bytes):
        file.write_bytes(case.new)
    else:
        write_seed(directory, {case.file: case.new})
    return directory


@pytest.fixture(scope="module")
def databases(
    new_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], sa.Engine]]:
    """For each backend a database with the small seed that no wrong file may change; what it says is compared at the end."""
    made: dict[str, sa.Engine] = {}
    before: dict[str, str] = {}

    def get(backend: str) -> sa.Engine:
        if backend not in made:
            directory = write_seed(tmp_path_factory.mktemp("small"), SMALL_SEED)
            made[backend] = seeded(new_database(backend), directory)
            before[backend] = digest(made[backend])
        return made[backend]

    yield get
    for backend, engine in made.items():
        assert digest(engine) == before[backend]
        engine.dispose()


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_file_is_refused_with_every_fault_in_its_place(
    name: str, databases: Callable[[str], sa.Engine], tmp_path: Path
) -> None:
    case = CASES[name]
    seed = gather(build(tmp_path, case))
    for backend in ("sqlite", "postgresql"):
        with pytest.raises(SeedError) as refused:
            load_seed(databases(backend), seed)
        *faults, summary = str(refused.value).splitlines()
        assert summary == f"{len(case.faults)} fault{'s' * (len(case.faults) > 1)}; nothing was written."
        for fault, said in zip(faults, case.faults, strict=True):
            assert fault.startswith(said[:-1]) if said.endswith("…") else fault == said


@pytest.mark.parametrize("name", ["unknown region", "a day that does not exist", "broken YAML", "bytes that are no UTF-8"])
def test_the_command_lists_the_faults_and_ends_with_1(
    name: str, backend: str, databases: Callable[[str], sa.Engine], tmp_path: Path
) -> None:
    ran = claimbook("seed", "--from", build(tmp_path, CASES[name]), "--database", address_of(databases(backend)))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [*CASES[name].faults, "claimbook: 1 fault; nothing was written."]


def test_a_wrong_seed_makes_no_database(tmp_path: Path) -> None:
    directory = build(tmp_path / "seed", CASES["unknown region"])
    ran = claimbook("seed", "--from", directory, "--database", f"sqlite:///{tmp_path}/new.db")
    assert (ran.code, ran.err.splitlines()[0]) == (1, CASES["unknown region"].faults[0])
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("content", [None, {"notes.txt": "nothing"}])
def test_a_directory_without_seed_files_is_refused(content: dict[str, str] | None, tmp_path: Path) -> None:
    directory = write_seed(tmp_path / "seed", content) if content else tmp_path / "none"
    ran = claimbook("seed", "--check", "--from", directory, "--database", f"sqlite:///{tmp_path}/new.db")
    expected = (
        "no seed file was found here (documents/*.yaml, regions.yaml, …)"
        if content
        else "a directory with seed files was expected"
    )
    assert (ran.code, ran.err.splitlines()[0]) == (1, f"{directory}:1:1: {expected}")


def test_all_faults_of_all_files_are_listed_at_once(tmp_path: Path) -> None:
    write_seed(tmp_path, SMALL_SEED)
    edit(tmp_path / "actors.yaml", "kind: person", "kind: persona")
    edit(tmp_path / "regions.yaml", "parents: [norland]", "parents: [norlan]")
    (tmp_path / "units.yaml").write_text("units: [", "utf-8")
    harbour = tmp_path / DOCUMENT
    edit(harbour, "  kind: forecast\n", "  kind: maybe\n  mood: good\n")
    edit(harbour, "start: 80, end: 101", "start: 80, end: 102")
    edit(harbour, "base: {region: norland}", "base: {region: nordland}")
    with pytest.raises(SeedError) as refused:
        check_seed(gather(tmp_path))
    assert str(refused.value).splitlines() == [
        "actors.yaml:3:36: kind: one of person, organisation was expected; did you mean person?",
        "documents/harbour.yaml:15:14: `exact` has 21 code points, start..end spans 22",
        "documents/harbour.yaml:28:10: there is no region 'nordland'; did you mean norland?",
        "documents/harbour.yaml:39:3: kind: one of actual, target, planned, agreed, forecast was expected",
        "documents/harbour.yaml:40:3: there is no field 'mood' here",
        "regions.yaml:3:73: there is no region 'norlan'; did you mean norland?",
        "units.yaml:1:9: not valid YAML: expected the node content, but found '<stream end>'",
        "7 faults; nothing was written.",
    ]


def test_what_refers_to_a_faulty_entry_is_no_fault_of_its_own(tmp_path: Path) -> None:
    write_seed(tmp_path, SMALL_SEED)
    write_seed(
        tmp_path,
        {"relations.yaml": "relations:\n- {statement: harbour.ships-2026, relation: update_of, other: harbour.ships-2024}\n"},
    )
    edit(tmp_path / "regions.yaml", "code: northport", "code: northport, nam: N")
    edit(tmp_path / "indicators.yaml", "stock_flow: flow", "stock_flow: flowing")
    edit(tmp_path / DOCUMENT, "published_on: 2025-01-10", "published_on: soon")
    with pytest.raises(SeedError) as refused:
        check_seed(gather(tmp_path))
    assert [line.split(": ")[0] for line in str(refused.value).splitlines()[:-1]] == [
        "documents/harbour.yaml:5:3",
        "indicators.yaml:2:114",
        "regions.yaml:3:21",
    ]


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ("comparator: gt", "comparator: more", ["20:40"]),
        ("start: 80, end: 101", "start: 8o, end: 101", ["15:46"]),
        ('evidence: {exact: "more than 6,000 ships", start: 80, end: 101, paragraph: 3}', "evidence:", ["15:3"]),
        ("slug: ships-2024", "slug: ships_2024", ["13:3"]),
        ("- slug: ships-2024\n  text", "- text", ["13:3"]),
        ("statements:\n", "statements: none\nothers:\n", ["12:1", "13:1"]),
        ('number: "6,000"}', 'number: "6,000", raeson: name}', ["47:41"]),
        ('start: 90, end: 95, number: "6,000"}', 'start: 9o, end: 95, number: "6,000"}', ["47:4"]),
        ("mentions:\n", "mentions: none\nothers:\n", ["45:1", "46:1"]),
    ],
)
def test_what_only_follows_from_an_entry_that_could_not_be_read_is_not_told(
    tmp_path: Path, old: str, new: str, faults: list[str]
) -> None:
    directory = write_seed(tmp_path / "seed", SMALL_SEED)
    with (directory / DOCUMENT).open("a", encoding="utf-8") as file:
        file.write(SMALL_MENTIONS)
    write_seed(
        directory,
        {"relations.yaml": "relations:\n- {statement: harbour.ships-2026, relation: update_of, other: harbour.ships-2024}\n"},
    )
    edit(directory / DOCUMENT, old, new)
    texts = write_seed(tmp_path / "texts", {"harbour.txt": SMALL_TEXT})
    ran = claimbook("seed", "--check", "--from", directory, "--texts", texts, "--database", f"sqlite:///{tmp_path}/new.db")
    assert [line.split(": ")[0] for line in ran.err.splitlines()[:-1]] == [f"{DOCUMENT}:{place}" for place in faults]


def test_a_number_that_no_statement_holds_is_told_beside_a_statement_that_could_not_be_read(tmp_path: Path) -> None:
    directory = write_seed(tmp_path / "seed", SMALL_SEED)
    with (directory / DOCUMENT).open("a", encoding="utf-8") as file:
        file.write(SMALL_MENTIONS.replace(", reason: date_part}\n- {start: 90", "}\n- {start: 90"))
    edit(directory / DOCUMENT, "comparator: gt", "comparator: more")
    ran = claimbook("seed", "--check", "--from", directory, "--database", f"sqlite:///{tmp_path}/new.db")
    assert [line.split(": ")[1] for line in ran.err.splitlines()[:-1]] == [
        "comparator",
        "no span of a statement holds '2024'; make a statement of it, or give the reason why it is none",
    ]


def test_statements_are_not_measured_by_what_a_faulty_entry_said_before(
    backend: str, databases: Callable[[str], sa.Engine], tmp_path: Path
) -> None:
    directory = build(tmp_path, edited("indicators.yaml", "dimension: count", "dimension: money, nam: x"))
    edit(directory / DOCUMENT, SHIPS_2026, "{value: 7000, unit: percent}")
    ran = claimbook("seed", "--from", directory, "--database", address_of(databases(backend)))
    assert [line.split(": ")[0] for line in ran.err.splitlines()[:-1]] == ["indicators.yaml:2:114"]


def test_statements_that_contradict_each_other_are_let_in_with_a_note(tmp_path: Path) -> None:
    twin = TWIN + "  note: The article says both.\n"
    directory = build(tmp_path, edited(DOCUMENT, "- slug: ships-2026", twin + "- slug: ships-2026"))
    assert check_seed(gather(directory)).counts["statement"] == {"read": 4}


def test_statements_whose_bounds_only_touch_do_not_contradict_each_other(tmp_path: Path) -> None:
    twin = TWIN.replace("5000", "6000")
    directory = build(tmp_path, edited(DOCUMENT, "- slug: ships-2026", twin + "- slug: ships-2026"))
    assert check_seed(gather(directory)).counts["statement"] == {"read": 4}


def test_a_sound_conversion_is_let_in(tmp_path: Path) -> None:
    fleets = "- {code: fleet, name: Fleet, dimension: count, family: count, base: count, factor: 100}\n"
    twin = TWIN.replace("{value: 5000, unit: count}", "{value: 61, unit: fleet, comparator: gt}")
    directory = build(tmp_path, edited(DOCUMENT, "- slug: ships-2026", twin + "- slug: ships-2026"))
    edit(directory / "units.yaml", "- {code: percent", fleets + "- {code: percent")
    relation = "{statement: harbour.ships-again, relation: conversion_of, other: harbour.ships-2024}"
    write_seed(directory, {"relations.yaml": f"relations:\n- {relation}\n"})
    assert check_seed(gather(directory)).counts["relation"] == {"read": 1}


def test_spans_that_nearly_touch_are_counted_together_once_the_text_is_attached(empty: sa.Engine, tmp_path: Path) -> None:
    words = 'exact: "more than 6,000 ships", start: 80, end: 101'
    longer = 'exact: "of Northport handled more than 6,000 ships, about", start: 59, end: 108'
    share = 'exact: "about 40%", start: 103, end: 112'
    rest = 'exact: "40% of the national total.", start: 109, end: 135'
    directory = write_seed(tmp_path / "small", SMALL_SEED)
    text = SMALL_TEXT + " And so on." * 40
    content = (directory / DOCUMENT).read_text("utf-8").replace("text_length: 205", f"text_length: {len(text)}")
    own = sha256(SMALL_TEXT.encode()).hexdigest()
    (directory / DOCUMENT).write_text(content.replace(own, sha256(text.encode()).hexdigest()), "utf-8")
    copy = tmp_path / "copy.txt"
    copy.write_text(text, "utf-8")
    seed_directory(empty, directory)
    assert len(attach(empty, [copy])[0]) == 1
    edit(directory / DOCUMENT, words, longer)
    edit(directory / DOCUMENT, share, rest)
    with pytest.raises(SeedError, match=r"15:3: spans that stand together run over 13 words; at most 12 may"):
        seed_directory(empty, directory)


def test_a_circle_through_a_region_that_is_only_in_the_database_is_seen(empty: sa.Engine, tmp_path: Path) -> None:
    seed_directory(empty, write_seed(tmp_path / "small", SMALL_SEED))
    circle = "regions:\n- {code: norland, name: Norland, kind: country, parents: [northport]}\n"
    with pytest.raises(SeedError, match=r"regions.yaml:2:59: 'northport' lies in 'norland' itself"):
        seed_directory(empty, write_seed(tmp_path / "circle", {"regions.yaml": circle}))
