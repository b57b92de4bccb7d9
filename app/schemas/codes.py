"""The code lists on the wire: regions, indicators, units, actors, projects, documents."""

from datetime import date

from pydantic import Field

from app.domain.units import Family
from app.domain.words import ActorKind, ProjectStep, PublishedBasis, StockFlow
from app.schemas.common import Named, Number, Shape
from app.schemas.statements import PublisherRef


class Links(Shape):
    """Where to go on from here; paths on this server."""

    self: str = Field(description="This resource.")
    statements: str = Field(description="The statements that belong to it.")


class RegionIds(Shape):
    """Ids of a region elsewhere; null where not certain."""

    wikidata: str | None = Field(description="Wikidata item.")
    iso_3166_2: str | None = Field(description="ISO 3166-2 code.")
    gb_t_2260: str | None = Field(description="GB/T 2260 code of the People's Republic of China.")
    sdmx_ref_area: str | None = Field(description="Code of the SDMX cross-domain list CL_AREA.")


class Region(Named):
    """A place with claims about it."""

    kind: str = Field(description="country, municipality, province, city, district, zone, park, economic-circle, …")
    parents: list[str] = Field(description="Codes of regions in which it wholly lies.")
    children: list[str] = Field(description="Codes of regions that lie wholly in it.")
    ids: RegionIds
    note: str | None = Field(description="Remark of the curator.")
    statements: int = Field(description="Statements that name it itself.")
    links: Links


class RegionNode(Named):
    """A region with the regions that lie in it. A region with several parents stands below each."""

    kind: str = Field(description="Kind of the region.")
    statements: int = Field(description="Statements that name it itself.")
    children: list["RegionNode"] = Field(description="The regions that lie in it, by code.")


class RegionTree(Shape):
    """All regions as trees, from those without a parent down."""

    data: list[RegionNode]


class Counted(Shape):
    """A thing that an indicator counts."""

    code: str = Field(description="Its code, as in `counted` of a quantity.")
    name: str = Field(description="Its name.")


class Indicator(Named):
    """What is measured."""

    definition: str = Field(description="What it means, in one or two sentences.")
    topic: str = Field(description="Topic it belongs to.")
    dimension: Family = Field(description="Family of units its levels are given in; money stands for every currency.")
    stock_flow: StockFlow = Field(description="flow: something that happens over a time; stock: a state at a moment.")
    counted: list[Counted] = Field(description="Things it counts, where it covers several; empty otherwise.")
    statements: int = Field(description="Statements about it.")
    links: Links


class Unit(Named):
    """A unit of measure."""

    symbol: str | None = Field(description="Sign used in print.")
    dimension: str = Field(description="Units of one dimension convert to each other; each currency is its own.")
    family: Family = Field(description="money for every currency, else the dimension's kind.")
    base: str = Field(description="Base unit of the dimension; quantities are normalised to it.")
    factor: Number = Field(description="Base units in one of this unit, exact.")
    statements: int = Field(description="Statements whose quantity is in its dimension (km2 for ha).")
    links: Links


class Actor(Named):
    """A person or organisation that says, publishes or takes part."""

    kind: ActorKind = Field(description="person or organisation.")
    organisation: str | None = Field(description="Code of the organisation it speaks for or belongs to.")
    wikidata: str | None = Field(description="Wikidata item, where certain.")
    note: str | None = Field(description="Remark of the curator.")
    statements: int = Field(description="Statements it says, or whose document it published or wrote.")
    documents: int = Field(description="Documents it published or wrote.")
    projects: int = Field(description="Projects it takes part in.")
    links: Links


class ProjectParty(Shape):
    """Who takes part in a project."""

    actor: str = Field(description="Code of the actor.")
    name: str = Field(description="Its name.")
    role: str = Field(description="As what it takes part.")


class ProjectStatus(Shape):
    """A step of a project's history."""

    status: ProjectStep = Field(description="What the project became.")
    since: str | None = Field(description="Label of the period in which the step began; null when not dated.")
    start: date | None = Field(description="First day of that period.")
    end: date | None = Field(description="Last day of that period.")
    statement: str | None = Field(description="Id of the statement that says so.")


class Project(Named):
    """An initiative, facility, line, platform or programme."""

    kind: str = Field(description="initiative, facility, line, platform, programme, park, zone, …")
    description: str = Field(description="What it is, in our words.")
    regions: list[Named] = Field(description="Where it lies or works.")
    parties: list[ProjectParty] = Field(description="Who takes part, by actor.")
    status: list[ProjectStatus] = Field(description="Its history, in order.")
    note: str | None = Field(description="Remark of the curator.")
    statements: int = Field(description="Statements about it.")
    links: Links


class Author(Shape):
    """Who wrote a document."""

    code: str = Field(description="Code of the actor.")
    name: str = Field(description="Its name.")


class Document(Shape):
    """A published text and the version of it that locators refer to."""

    code: str = Field(description="Its code.")
    title: str = Field(description="Its title.")
    publisher: PublisherRef
    authors: list[Author] = Field(description="Authors in the order of the byline; empty when none is named.")
    published_on: date = Field(description="Day of publication.")
    published_basis: PublishedBasis = Field(description="Whether the text states the day or it was read from the address.")
    url: str = Field(description="Address of the live page.")
    language: str = Field(description="Language of the text (BCP 47).")
    time_zone: str = Field(description="Zone its dates are meant in (IANA).")
    text_sha256: str = Field(description="SHA-256 of the text that locators refer to.")
    text_length: int = Field(description="Code points of that text.")
    release: str | None = Field(description="Code shared by documents that carry one press release.")
    note: str | None = Field(description="Remark of the curator.")
    attached: bool = Field(description="Whether the operator attached a copy of the text.")
    statements: int = Field(description="Statements it makes.")
    quantities: int = Field(description="Statements with a figure.")
    links: Links
