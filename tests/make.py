"""Plain functions that make databases, seed directories and texts for tests."""

import shutil
import textwrap
from pathlib import Path

import sqlalchemy as sa

from app.db import make_engine
from app.seed.load import seed_directory
from app.settings import Settings
from app.upgrade import distribute, migrate

ROOT = Path(__file__).parent.parent
SEED = ROOT / "seed_data"


def engine_for(url: str) -> sa.Engine:
    """An engine on a database that may still have to be made."""
    return make_engine(Settings(database_url=url), create=True)


def migrated(url: str) -> sa.Engine:
    """A database with the schema and no data."""
    engine = engine_for(url)
    migrate(engine)
    return engine


def seeded(url: str, directory: Path = SEED) -> sa.Engine:
    """A database with the data of a seed directory."""
    engine = migrated(url)
    seed_directory(engine, directory)
    return engine


def laid_out(url: str) -> sa.Engine:
    """A database with the shipped data, laid out over the machines of a cluster."""
    engine = migrated(url)
    distribute(engine)
    seed_directory(engine, SEED)
    return engine


def copy_of_seed(target: Path) -> Path:
    """A seed directory of one's own to change."""
    shutil.copytree(SEED, target)
    return target


def write_seed(directory: Path, files: dict[str, str]) -> Path:
    """A seed directory from file contents; indentation common to all lines is taken off."""
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content).lstrip("\n"), "utf-8")
    return directory


SMALL_TEXT = """Harbour News

Northport counts its ships

In 2024 the port of Northport handled more than 6,000 ships, about 40% of the national total.
The harbour master, Ada Quay, said: "We expect 7,000 ships by 2026."
"""
"""A short article of our own making."""

SMALL_SEED: dict[str, str] = {
    "units.yaml": """
        units:
        - {code: count, name: Count, dimension: count, family: count, base: count, factor: 1}
        - {code: percent, name: Percent, dimension: percent, family: percent, base: percent, factor: 1}
        """,
    "actors.yaml": """
        actors:
        - {code: harbour-news, name: Harbour News, kind: organisation}
        - {code: ada-quay, name: Ada Quay, kind: person}
        """,
    "regions.yaml": """
        regions:
        - {code: norland, name: Norland, kind: country}
        - {code: northport, name: Northport, name_zh: 北港, kind: city, parents: [norland]}
        """,
    "indicators.yaml": """
        indicators:
        - {code: ships-handled, name: Ships handled, definition: Ships that called., topic: transport, dimension: count, stock_flow: flow}
        """,
    "documents/harbour.yaml": """
        document:
          code: harbour
          title: Northport counts its ships
          publisher: harbour-news
          published_on: 2025-01-10
          published_basis: stated
          url: https://example.org/harbour
          language: en
          time_zone: Europe/London
          text_sha256: acaef0baad816209ea80904e257a632675d69dbaeaa34eec4cb5942bd30a1c83
          text_length: 205
        statements:
        - slug: ships-2024
          text: Northport handled more than 6,000 ships in 2024.
          evidence: {exact: "more than 6,000 ships", start: 80, end: 101, paragraph: 3}
          indicator: ships-handled
          measure: level
          kind: actual
          regions: [northport]
          quantity: {value: 6000, unit: count, comparator: gt}
          period: {type: span, when: 2024, as_written: In 2024, basis: stated}
          attribution: {mode: reporter, basis: none}
        - slug: ships-share-2024
          text: That was about 40 percent of the national total.
          evidence: {exact: "about 40%", start: 103, end: 112, paragraph: 3}
          indicator: ships-handled
          measure: share
          base: {region: norland}
          kind: actual
          regions: [northport]
          quantity: {value: 40, unit: percent, approximate: true}
          period: {type: span, when: 2024, as_written: In 2024, basis: stated}
          attribution: {mode: reporter, basis: none}
        - slug: ships-2026
          text: The harbour master expects 7,000 ships by 2026.
          evidence: {exact: "7,000 ships by 2026", start: 183, end: 202, paragraph: 4}
          indicator: ships-handled
          measure: level
          kind: forecast
          regions: [northport]
          quantity: {value: 7000, unit: count}
          period: {type: span, when: 2026, as_written: by 2026, basis: stated}
          attribution: {speaker: ada-quay, role: Harbour master, mode: direct_quote, basis: explicit}
        """,
}
"""A complete seed of one document with three statements, without anything of the shipped data."""


SMALL_MENTIONS = """
mentions:
- {start: 45, end: 49, number: "2024", reason: date_part}
- {start: 90, end: 95, number: "6,000"}
- {start: 109, end: 112, number: 40%}
- {start: 183, end: 188, number: "7,000"}
- {start: 198, end: 202, number: "2026", reason: date_part}
"""
"""Every number of the article, for the end of its file; needed once the text is at hand."""
