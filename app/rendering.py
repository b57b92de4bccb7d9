"""Turns rows into what goes over the wire: the only place that knows both."""

import html
import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app import models
from app.domain.evidence import collapse, fragment_url
from app.domain.period import label_of
from app.domain.quantity import plain_text
from app.domain.words import INVERSES, MENTION_STATES
from app.queries.codes import Counted
from app.schemas import codes, service, statements
from app.schemas import coverage as coverage_schemas
from app.schemas.common import Named


def named(row: Any) -> Named:
    """A reference to a row with a code and names."""
    return Named(code=row.code, name=row.name, name_zh=row.name_zh)


def statement(row: models.Statement, *, quotes: bool) -> statements.Statement:
    """A statement with the names it shows; `quotes` lets words of the attached text through."""
    return statements.Statement(
        id=row.id,
        text=row.text,
        indicator=_indicator_ref(row.measured),
        measure=row.measure,
        base=statements.BaseOut(region=row.base.region, indicator=row.base.indicator, period=row.base.period)
        if row.base
        else None,
        kind=row.kind,
        regions=[named(each.place) for each in row.regions],
        project=named(row.subject) if row.subject else None,
        quantity=_quantity(row),
        period=_period(row),
        attribution=statements.AttributionOut(
            speaker=named(row.said_by) if row.said_by else None,
            role=row.role,
            mode=row.attribution_mode,
            basis=row.attribution_basis,
        ),
        document=statements.DocumentRef(
            code=row.source.code,
            title=row.source.title,
            publisher=statements.PublisherRef(code=row.source.issuer.code, name=row.source.issuer.name),
            published_on=row.source.published_on,
        ),
        evidence=statements.EvidenceOut(**_evidence(row, quotes=quotes)),
        related=_related(row),
        cell=row.cell,
        note=row.note,
        status=row.status,
        version=row.version,
        changed_in=row.changed_in,
    )


def _indicator_ref(row: models.Indicator | None) -> statements.IndicatorRef | None:
    if row is None:
        return None
    return statements.IndicatorRef(code=row.code, name=row.name, topic=row.topic)


def _quantity(row: models.Statement) -> statements.QuantityOut | None:
    interval = row.interval
    if interval is None:
        return None
    return statements.QuantityOut(
        as_written=collapse(row.exact),
        value=row.value,
        value_text=None if row.value is None else plain_text(row.value),
        unit=row.unit or "",
        counted=row.counted,
        comparator=row.comparator,
        approximate=row.approximate,
        interval=statements.IntervalOut(
            lower=interval.lower,
            lower_inclusive=interval.lower_inclusive,
            upper=interval.upper,
            upper_inclusive=interval.upper_inclusive,
            basis=interval.basis,
        ),
    )


def _period(row: models.Statement) -> statements.PeriodOut:
    period = row.period
    return statements.PeriodOut(
        type=period.type,
        label=period.label,
        start=period.start,
        end=period.end,
        as_written=period.as_written,
        basis=period.basis,
        rule=period.rule,
        anchor=period.anchor,
    )


def _evidence(row: models.Statement, *, quotes: bool) -> dict[str, Any]:
    quotation = row.quotation if quotes else None
    return {
        "document": row.document,
        "exact": row.exact,
        "start": row.evidence_start,
        "end": row.evidence_end,
        "paragraph": row.paragraph,
        "prefix": quotation.prefix if quotation else None,
        "suffix": quotation.suffix if quotation else None,
        "quote": quotation.quote if quotation else None,
        "verification": row.verification,
        "url": fragment_url(row.source.url, row.exact),
    }


def _related(row: models.Statement) -> list[statements.RelatedOut]:
    seen = [(relation.relation, relation.other) for relation in row.relations]
    seen.extend((INVERSES[relation.relation], relation.statement) for relation in row.related_by)
    return [statements.RelatedOut(statement=other, relation=name) for name, other in sorted(set(seen))]


def related(
    relation: models.Relation, starts_here: bool, other: models.Statement, *, quotes: bool
) -> statements.RelatedStatement:
    """A related statement as seen from this end of the relation."""
    name = relation.relation if starts_here else INVERSES[relation.relation]
    return statements.RelatedStatement(
        relation=name,
        complete=relation.complete,
        note=relation.note,
        statement=statement(other, quotes=quotes),
    )


def evidence(row: models.Statement, *, quotes: bool) -> statements.EvidenceDetail:
    """Where a statement stands, with what is needed to check it."""
    return statements.EvidenceDetail(
        **_evidence(row, quotes=quotes),
        statement=row.id,
        document_title=row.source.title,
        document_url=row.source.url,
        text_sha256=row.source.text_sha256,
        text_length=row.source.text_length,
        offset_unit="code point",
    )


def flat(row: models.Statement, *, quotes: bool) -> dict[str, Any]:
    """A statement as one flat row, in the order of FLAT_COLUMNS; lists are joined by `;`."""
    interval, period, source = row.interval, row.period, row.source
    conversions = [relation.other for relation in row.relations if relation.relation == "conversion_of"]
    return {
        "id": row.id,
        "document": row.document,
        "document_title": source.title,
        "publisher": source.publisher,
        "published_on": source.published_on,
        "text": row.text,
        "as_written": collapse(row.exact),
        "indicator": row.indicator,
        "indicator_name": row.measured.name if row.measured else None,
        "topic": row.measured.topic if row.measured else None,
        "measure": row.measure,
        "base_region": row.base_region,
        "base_indicator": row.base_indicator,
        "base_period": row.base_period,
        "counted": row.counted,
        "kind": row.kind,
        "regions": ";".join(each.region for each in row.regions),
        "region_names": ";".join(each.place.name for each in row.regions),
        "project": row.project,
        "value": row.value,
        "value_text": None if row.value is None else plain_text(row.value),
        "comparator": row.comparator,
        "approximate": row.approximate if interval else None,
        "lower": interval.lower if interval else None,
        "lower_inclusive": interval.lower_inclusive if interval else None,
        "upper": interval.upper if interval else None,
        "upper_inclusive": interval.upper_inclusive if interval else None,
        "interval_basis": row.interval_basis,
        "unit": row.unit,
        "conversion_of": ";".join(conversions) or None,
        "period": period.label,
        "period_type": period.type,
        "period_start": period.start,
        "period_end": period.end,
        "period_basis": period.basis,
        "period_as_written": period.as_written,
        "time": _epoch_ms(row),
        "speaker": row.speaker,
        "attribution_mode": row.attribution_mode,
        "attribution_basis": row.attribution_basis,
        "evidence_start": row.evidence_start,
        "evidence_end": row.evidence_end,
        "paragraph": row.paragraph,
        "quote": row.quotation.quote if quotes and row.quotation else None,
        "document_url": source.url,
        "evidence_url": fragment_url(source.url, row.exact),
        "cell": row.cell,
        "status": row.status,
        "version": row.version,
        "changed_in": row.changed_in,
    }


def _epoch_ms(row: models.Statement) -> int | None:
    """Midnight at which the period starts, in the document's time zone, in milliseconds since 1970."""
    if row.period_start is None:
        return None
    midnight = datetime.combine(row.period_start, time(), ZoneInfo(row.source.time_zone))
    return int(midnight.timestamp()) * 1000


def citation(row: models.Statement, *, address: str) -> statements.Citation:
    """A statement ready to be cited: our sentence, who says so, where."""
    source, url = row.source, f"{address}/v1/statements/{row.id}"
    said = f"{row.said_by.name}, quoted in " if row.said_by else ""
    span = f"“{collapse(row.exact)}”"
    text = (
        f"{row.text} According to {said}{source.issuer.name}, “{source.title}”, {source.published_on}, {span}. "
        f"{fragment_url(source.url, row.exact)} (Claimbook {row.id}, version {row.version})"
    )
    key = re.sub(r"[^a-z0-9]", "", source.code)
    fields = {
        "author": source.issuer.name,
        "title": source.title,
        "year": str(source.published_on.year),
        "date": source.published_on.isoformat(),
        "url": source.url,
        "note": f"{collapse(row.exact)} (Claimbook {row.id})",
    }
    body = ",\n".join(f"  {name} = {{{_bibtex(value)}}}" for name, value in fields.items())
    day = source.published_on
    return statements.Citation(
        statement=row.id,
        text=text,
        bibtex=f"@online{{{key},\n{body}\n}}\n",
        csl_json={
            "id": source.code,
            "type": "article-newspaper",
            "title": source.title,
            "container-title": source.issuer.name,
            "issued": {"date-parts": [[day.year, day.month, day.day]]},
            "URL": source.url,
            "language": source.language,
            "note": f"{collapse(row.exact)} (Claimbook {row.id})",
        },
        url=url,
    )


def _bibtex(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", html.unescape(text))


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


def change(row: models.Change) -> service.Change:
    """A line of the change log."""
    return service.Change(
        version=row.version,
        resource=row.resource,
        code=row.code,
        operation=row.operation,
        fields=row.fields.split(";") if row.fields else [],
        at=row.at,
    )


def mention(row: models.Mention) -> coverage_schemas.Mention:
    """A number of a document."""
    return coverage_schemas.Mention(
        document=row.document,
        start=row.start,
        end=row.end,
        number=row.number,
        state=row.state,
        reason=row.reason,
        statements=[each.statement for each in row.stated_by],
    )


def coverage(document: str, counts: Mapping[tuple[str, str | None], int]) -> coverage_schemas.Coverage:
    """How much of a document was read, from its counts by state and reason."""
    states = {state: sum(number for (each, _), number in counts.items() if each == state) for state in MENTION_STATES}
    numbers = sum(states.values())
    accounted = numbers - states["unaccounted"]
    return coverage_schemas.Coverage(
        document=document,
        numbers=numbers,
        **states,
        ratio=round(Decimal(accounted) / numbers, 4) if numbers else None,
        reasons={reason: number for (_, reason), number in sorted(counts.items(), key=str) if reason},
    )


def coverage_report(counts: Mapping[str, Mapping[tuple[str, str | None], int]]) -> coverage_schemas.CoverageReport:
    """How much of every document was read, and of all together."""
    together: dict[tuple[str, str | None], int] = {}
    for by_state in counts.values():
        for key, number in by_state.items():
            together[key] = together.get(key, 0) + number
    return coverage_schemas.CoverageReport(
        data=[coverage(document, by_state) for document, by_state in counts.items()],
        total=coverage("*", together),
    )
