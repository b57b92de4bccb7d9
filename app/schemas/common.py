"""What every answer has in common: exact numbers, the envelope of lists, references by code and name."""

from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from app.domain.decimals import plain_text


class PlainDecimal(Decimal):
    """A decimal whose text never has an exponent nor a zero too many, so that it can stand in JSON as it is."""

    def __str__(self) -> str:
        return plain_text(self)


Number = Annotated[
    Decimal,
    PlainSerializer(PlainDecimal, return_type=Any),
    WithJsonSchema({"type": "number"}),
]
"""An exact decimal; in JSON a plain number without exponent and trailing zeros."""


class Shape(BaseModel):
    """Base of all answers: every field is always present; null means that the source does not say."""

    model_config = ConfigDict(frozen=True)


class Named(Shape):
    """A reference to something with a code."""

    code: str = Field(description="Its code.")
    name: str = Field(description="Its English name.")
    name_zh: str | None = Field(description="Its Chinese name, where known.")


class PageInfo(Shape):
    """Where a page stands in its list."""

    limit: int = Field(description="Most rows a page of this list may hold.")
    next: str | None = Field(description="Absolute address of the next page; null on the last.")
    total: int | None = Field(description="Rows in the whole list; null unless asked for with include=total.")


class Meta(Shape):
    """What a reader should know about an answer."""

    data_version: int = Field(description="Number of committed writes the answer rests on; it grows with each change of data.")
    notes: list[str] = Field(description="Remarks where an answer may surprise.")


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    model_config = ConfigDict(frozen=True)

    data: list[Item] = Field(description="The rows, in the order asked for.")
    page: PageInfo
    meta: Meta
