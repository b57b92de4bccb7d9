"""The data package on the wire: which tables there are, what their columns mean, and where their files lie."""

from typing import Literal

from pydantic import Field

from app.schemas.common import Meta, Shape


class ExportField(Shape):
    """A column of a table."""

    name: str = Field(description="Its name.")
    type: Literal["text", "number", "whole", "flag", "day"] = Field(
        description="text; number: an exact decimal; whole: a whole number; flag: true or false; day: an ISO date."
    )
    meaning: str = Field(description="What it means.")
    required: bool = Field(description="Whether every row has a value.")
    unit: str | None = Field(description="The unit of its numbers, where it is always the same.")
    unit_in: str | None = Field(description="The column that names the unit of its number, row by row.")


class ExportTable(Shape):
    """A table of the data package."""

    name: str = Field(description="Its name.")
    title: str = Field(description="Its title.")
    about: str = Field(description="What a row of it is.")
    rows: int = Field(description="How many rows it has.")
    key: list[str] = Field(description="The columns that tell its rows apart.")
    fields: list[ExportField] = Field(description="Its columns, in order.")
    files: dict[str, str] = Field(description="Suffix → path of the whole table in that format.")


class ExportTableDetail(ExportTable):
    """One table of the data package."""

    meta: Meta


class ExportFile(Shape):
    """A file that describes the tables or holds them all."""

    name: str = Field(description="Its name.")
    media_type: str = Field(description="Its media type.")
    path: str = Field(description="Where it lies.")
    about: str = Field(description="What it is.")


class ExportIndex(Shape):
    """What can be taken away whole."""

    licence: str | None = Field(
        description="SPDX identifier of the licence of the curated data; null where not all of them came with Claimbook."
    )
    licence_url: str | None = Field(description="The licence.")
    rights: str = Field(description="Whose the data and the documents are.")
    files: list[ExportFile] = Field(description="The package: descriptions, and one archive of everything.")
    tables: list[ExportTable] = Field(description="The tables, in the order of the archive.")
    meta: Meta
