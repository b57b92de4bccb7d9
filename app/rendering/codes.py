"""Code lists as they go over the wire: regions, indicators, units, actors, projects, documents."""

from collections.abc import Mapping

from app import models
from app.domain.period import label_of
from app.queries.codes import Counted
from app.rendering.statements import named
from app.schemas import codes, statements


def _links(noun: str, code: str, parameter: str) -> codes.Links:
    return codes.Links(self=f"/v1/{noun}/{code}", statements=f"/v1/statements?{parameter}={code}")


def region(counted: Counted) -> codes.Region:
    """A region with its place in the tree."""
    row: models.Region = counted.row
    return codes.Region(
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        kind=row.kind,
        parents=[each.parent for each in row.parents],
        children=[each.region for each in row.children],
        ids=codes.RegionIds(
            wikidata=row.wikidata, iso_3166_2=row.iso_3166_2, gb_t_2260=row.gb_t_2260, sdmx_ref_area=row.sdmx_ref_area
        ),
        note=row.note,
        statements=counted.counts["statements"],
        links=_links("regions", row.code, "region"),
    )


def region_tree(rows: list[models.Region], counts: Mapping[str, int]) -> codes.RegionTree:
    """All regions from the roots down."""
    by_code = {row.code: row for row in rows}

    def node(row: models.Region) -> codes.RegionNode:
        return codes.RegionNode(
            code=row.code,
            name=row.name,
            name_zh=row.name_zh,
            kind=row.kind,
            statements=counts.get(row.code, 0),
            children=[node(by_code[each.region]) for each in row.children],
        )

    return codes.RegionTree(data=[node(row) for row in rows if not row.parents])


def indicator(counted: Counted) -> codes.Indicator:
    """An indicator with its definition."""
    row: models.Indicator = counted.row
    return codes.Indicator(
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        definition=row.definition,
        topic=row.topic,
        dimension=row.dimension,
        stock_flow=row.stock_flow,
        counted=[codes.Counted(code=each.code, name=each.name) for each in row.counted],
        statements=counted.counts["statements"],
        links=_links("indicators", row.code, "indicator"),
    )


def unit(counted: Counted) -> codes.Unit:
    """A unit with its factor."""
    row: models.Unit = counted.row
    return codes.Unit(
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        symbol=row.symbol,
        dimension=row.dimension,
        family=row.family,
        base=row.base,
        factor=row.factor,
        statements=counted.counts["statements"],
        links=_links("units", row.code, "unit"),
    )


def actor(counted: Counted) -> codes.Actor:
    """A person or organisation."""
    row: models.Actor = counted.row
    return codes.Actor(
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        kind=row.kind,
        organisation=row.organisation,
        wikidata=row.wikidata,
        note=row.note,
        statements=counted.counts["statements"],
        documents=counted.counts["documents"],
        projects=counted.counts["projects"],
        links=_links("actors", row.code, "actor"),
    )


def project(counted: Counted) -> codes.Project:
    """A project with its regions, parties and history."""
    row: models.Project = counted.row
    return codes.Project(
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        kind=row.kind,
        description=row.description,
        regions=[named(each.place) for each in row.regions],
        parties=[codes.ProjectParty(actor=each.actor, name=each.party.name, role=each.role) for each in row.parties],
        status=[_step(each) for each in row.history],
        note=row.note,
        statements=counted.counts["statements"],
        links=_links("projects", row.code, "project"),
    )


def _step(row: models.ProjectStatus) -> codes.ProjectStatus:
    dated = row.start is not None or row.end is not None
    return codes.ProjectStatus(
        status=row.status,
        since=label_of(row.start, row.end) if dated else None,
        start=row.start,
        end=row.end,
        statement=row.statement,
    )


def document(counted: Counted) -> codes.Document:
    """A document's bibliography."""
    row: models.Document = counted.row
    return codes.Document(
        code=row.code,
        title=row.title,
        publisher=statements.PublisherRef(code=row.issuer.code, name=row.issuer.name),
        authors=[codes.Author(code=each.actor, name=each.author.name) for each in row.authors],
        published_on=row.published_on,
        published_basis=row.published_basis,
        url=row.url,
        language=row.language,
        time_zone=row.time_zone,
        text_sha256=row.text_sha256,
        text_length=row.text_length,
        release=row.release,
        note=row.note,
        attached=bool(counted.counts["attached"]),
        statements=counted.counts["statements"],
        quantities=counted.counts["quantities"],
        links=_links("documents", row.code, "document"),
    )
