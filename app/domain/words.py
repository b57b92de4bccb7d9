"""The closed word lists that are no code lists: each word stands here once and means what `docs/data-model.md` says."""

from typing import Literal, get_args

Kind = Literal["actual", "target", "planned", "agreed", "forecast"]
StockFlow = Literal["stock", "flow"]
ActorKind = Literal["person", "organisation"]
AttributionMode = Literal["direct_quote", "indirect", "reporter"]
AttributionBasis = Literal["explicit", "inherited", "none"]
PublishedBasis = Literal["stated", "address"]
Status = Literal["published", "deprecated", "withdrawn"]
RelationName = Literal["conversion_of", "part_of", "update_of", "look_alike"]
RelationSeen = Literal["conversion", "conversion_of", "part", "part_of", "update", "update_of", "look_alike"]
Operation = Literal["created", "updated", "withdrawn", "removed"]
MentionState = Literal["stated", "dismissed", "unaccounted"]
SearchResource = Literal["statement", "document", "region", "indicator", "project", "actor", "unit"]
SEARCH_RESOURCES: tuple[SearchResource, ...] = get_args(SearchResource)
"""What search finds. Numbers of entries begin with the place here: whoever changes it has them made anew."""
ProjectStep = Literal[
    "proposed",
    "planned",
    "agreed",
    "approved",
    "established",
    "launched",
    "under_construction",
    "operating",
    "completed",
]
Dimension = Literal[
    "region",
    "indicator",
    "topic",
    "measure",
    "kind",
    "unit",
    "project",
    "document",
    "publisher",
    "speaker",
    "comparator",
    "period",
    "period_type",
    "period_basis",
    "status",
    "has_quantity",
]
"""What statements can be told apart by: the dimensions of facets and groups."""
AvailabilityMode = Literal["exact", "available"]

KINDS: tuple[Kind, ...] = get_args(Kind)
STOCK_FLOW: tuple[StockFlow, ...] = get_args(StockFlow)
ACTOR_KINDS: tuple[ActorKind, ...] = get_args(ActorKind)
ATTRIBUTION_MODES: tuple[AttributionMode, ...] = get_args(AttributionMode)
ATTRIBUTION_BASES: tuple[AttributionBasis, ...] = get_args(AttributionBasis)
PUBLISHED_BASES: tuple[PublishedBasis, ...] = get_args(PublishedBasis)
STATEMENT_STATUSES: tuple[Status, ...] = get_args(Status)
RELATIONS: tuple[RelationName, ...] = get_args(RelationName)
CHANGE_OPERATIONS: tuple[Operation, ...] = get_args(Operation)
MENTION_STATES: tuple[MentionState, ...] = get_args(MentionState)
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

INVERSES: dict[str, RelationSeen] = {
    "conversion_of": "conversion",
    "part_of": "part",
    "update_of": "update",
    "look_alike": "look_alike",
}
"""What a relation is called when it is read from its other end."""

FORMATS: tuple[str, ...] = ("json", "csv", "ndjson", "parquet", "xlsx", "geojson")
"""Suffixes of addresses; no code and no slug may be one."""
