"""How many statements there are of each value, and of each combination of values, on the wire."""

from typing import Generic

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.common import Item, Meta, Page, PageInfo, Shape


class FacetValue(Shape):
    """A value of a dimension."""

    key: str | None = Field(description="The value, as the filter takes it; null counts the statements without one.")
    name: str | None = Field(description="Its English name or title; null for words and labels, which are their own names.")
    name_zh: str | None = Field(description="Its Chinese name, where known.")
    count: int = Field(description="Statements of the list that have it.")


class Facet(Shape):
    """The values of one dimension in a list."""

    total: int = Field(
        description="Statements of the whole list. The counts of the values add up to it, but for regions: a joint claim counts "
        "for each of its regions."
    )
    groups_total: int = Field(description="How many values there are.")
    values: list[FacetValue] = Field(description="The values, the most frequent first; at most 1000.")


class FacetedPage(Page[Item], Generic[Item]):
    """One page of a list, with the values of some dimensions in the whole of it."""

    facets: dict[str, Facet] = Field(description="The values by dimension, as asked for with `facets`.")


class Group(Shape):
    """The statements that share a value of each dimension."""

    key: dict[str, str | None] = Field(description="The value of each dimension; null: the statements without one.")
    labels: dict[str, str | None] = Field(description="The same in names, where there are names.")
    count: int = Field(description="Statements in it; a joint claim counts in the group of each of its regions.")
    quantities: int = Field(description="Those of them with a figure.")


class GroupPage(BaseModel):
    """One page of groups of statements."""

    model_config = ConfigDict(frozen=True)

    groups: list[Group] = Field(description="The groups, in the order asked for.")
    groups_total: int = Field(description="How many groups there are.")
    total: int = Field(
        description="How many statements the filters find; without regions, the counts of all groups add up to it."
    )
    page: PageInfo
    meta: Meta
