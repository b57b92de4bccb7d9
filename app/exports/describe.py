"""How the data package describes itself: as a Data Package with Table Schema, as CSV on the Web, and in words.

All of it comes from the table of tables; only the sizes and hashes come from the data.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.exports.columns import ColumnType
from app.exports.tables import TABLES, Field, Link, Table

PACKAGE_FILE = "datapackage.json"
CSVW_FILE = "csv-metadata.json"
"""Where a CSVW processor looks for the description of a CSV file beside it."""
README_FILE = "README.md"

TITLE = "Claimbook: which document claims which number, in which words"
ABOUT = (
    "Every figure that the documents claim, tied to the words that claim it, to their place in the text and to the values "
    "that these words allow. A floor such as 'more than 14,000' stays a floor. No figure is judged true or false."
)
LICENCE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
DOCUMENTS = (
    "The documents belong to their publishers: only the few words around a figure are quoted, and no sentence of a document "
    "is here."
)

TABLE_SCHEMA: dict[ColumnType, str] = {"text": "string", "number": "number", "whole": "integer", "flag": "boolean", "day": "date"}
XSD: dict[ColumnType, str] = {"text": "string", "number": "decimal", "whole": "integer", "flag": "boolean", "day": "date"}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a file of the package holds."""

    rows: int
    size: int
    """Bytes."""
    sha256: str


def rights(*, licensed: bool) -> str:
    """Whose the data are. `licensed`: all of them came with the program, whose licence holds for no others."""
    curated = "are under CC BY 4.0" if licensed else "are not only those that come with Claimbook: ask who curated them"
    return f"The curated data {curated}. {DOCUMENTS}"


def as_text(description: Mapping[str, Any]) -> str:
    """A description as it is written into its file."""
    return json.dumps(description, ensure_ascii=False, indent=2) + "\n"


def data_package(version: int, measured: Mapping[str, Measured], *, licensed: bool) -> dict[str, Any]:
    """The package as a Data Package (version 2): every table with its fields, keys, size and hash."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "claimbook",
        "title": TITLE,
        "description": f"{ABOUT} {rights(licensed=licensed)}",
        "version": str(version),
        **({"licenses": [LICENCE]} if licensed else {}),
        "keywords": ["claims", "statistics", "provenance", "evidence"],
        "resources": [_resource(table, measured[table.name]) for table in TABLES],
    }


def _resource(table: Table, measured: Measured) -> dict[str, Any]:
    return {
        "name": table.name,
        "type": "table",
        "title": table.title,
        "description": table.about,
        "path": table.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": measured.size,
        "hash": f"sha256:{measured.sha256}",
        "rows": measured.rows,
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(field) for field in table.fields],
            "missingValues": [""],
            "primaryKey": list(table.key),
            **({"foreignKeys": [_foreign_key(table, link) for link in table.links]} if table.links else {}),
        },
    }


def _field(field: Field) -> dict[str, Any]:
    constraints = {
        "required": field.required or None,
        "enum": list(field.words) or None,
        "pattern": field.pattern,
        "minimum": field.least,
    }
    told = {
        "name": field.name,
        "type": TABLE_SCHEMA[field.type],
        "description": field.meaning,
        "unit": field.unit,
        "unitField": field.unit_in,
        "separator": ";" if field.listed else None,
        "constraints": {name: value for name, value in constraints.items() if value is not None} or None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _foreign_key(table: Table, link: Link) -> dict[str, Any]:
    other = "" if link.table == table.name else link.table
    return {"fields": list(link.fields), "reference": {"resource": other, "fields": list(link.key)}}


def csvw(version: int, *, licensed: bool) -> dict[str, Any]:
    """The package as a table group of CSV on the Web, with the same keys and meanings."""
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": TITLE,
        "dc:description": ABOUT,
        "dc:rights": rights(licensed=licensed),
        **({"dc:license": {"@id": LICENCE["path"]}} if licensed else {}),
        "schema:version": str(version),
        "dialect": {"encoding": "utf-8", "delimiter": ",", "lineTerminators": ["\r\n"], "quoteChar": '"', "header": True},
        "tables": [_table(table) for table in TABLES],
    }


def _table(table: Table) -> dict[str, Any]:
    keys = [
        {"columnReference": list(link.fields), "reference": {"resource": f"{link.table}.csv", "columnReference": list(link.key)}}
        for link in table.links
    ]
    return {
        "url": table.file,
        "dc:title": table.title,
        "dc:description": table.about,
        "tableSchema": {
            "columns": [_column(field) for field in table.fields],
            "primaryKey": list(table.key),
            **({"foreignKeys": keys} if keys else {}),
        },
    }


def _column(field: Field) -> dict[str, Any]:
    told = {
        "name": field.name,
        "titles": field.name,
        "dc:description": field.meaning,
        "datatype": _datatype(field),
        "required": field.required or None,
        "separator": ";" if field.listed else None,
        "schema:unitText": field.unit,
    }
    return {name: value for name, value in told.items() if value is not None}


def _datatype(field: Field) -> Any:
    if field.words:
        return {"base": "string", "format": "|".join(field.words)}
    if field.pattern:
        return {"base": "string", "format": field.pattern.strip("^$")}
    if field.type == "flag":
        return {"base": "boolean", "format": "true|false"}
    if field.least is not None:
        return {"base": "integer", "minimum": field.least}
    return XSD[field.type]


def readme(version: int, *, licensed: bool) -> str:
    """What lies in the archive, for people."""
    listed = "\n".join(f"- `{table.file}`: {table.about}" for table in TABLES)
    return f"""# {TITLE}

{ABOUT}

Data version {version}. {rights(licensed=licensed)}

- `{PACKAGE_FILE}`: every column with type, meaning and keys, and the SHA-256 of every file (Data Package, Table Schema)
- `{CSVW_FILE}`: the same as CSV on the Web
{listed}

CSV is UTF-8 with a header. An empty cell is null. A text that a spreadsheet would run as a formula begins with an apostrophe.
"""
