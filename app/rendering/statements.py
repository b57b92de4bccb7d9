"""A statement as it goes over the wire: whole, flat, as evidence, as a citation."""

import html
import re
from decimal import Decimal
from typing import Any

from app import models
from app.domain.decimals import plain_text
from app.domain.evidence import collapse, fragment_url
from app.domain.period import midnight
from app.domain.words import INVERSES
from app.schemas import statements
from app.schemas.common import Named, PlainDecimal


def named(row: Any) -> Named:
    """A reference to a row with a code and names."""
    return Named(code=row.code, name=row.name, name_zh=row.name_zh)


def statement(row: models.Statement, *, quotes: bool) -> statements.Statement:
    """A statement with the names it shows; `quotes` lets words of the attached text through."""
    return statements.Statement.model_validate(fields(row, quotes=quotes))


def fields(row: models.Statement, *, quotes: bool) -> dict[str, Any]:
    """All fields of the model, in its order and as they go over the wire; what is stored is written of these."""
    source, base = row.source, row.base
    return {
        "id": row.id,
        "text": row.text,
        "indicator": _indicator(row.measured) if row.measured else None,
        "measure": row.measure,
        "base": {"region": base.region, "indicator": base.indicator, "period": base.period} if base else None,
        "kind": row.kind,
        "regions": [_names(each.place) for each in row.regions],
        "project": _names(row.subject) if row.subject else None,
        "quantity": _quantity(row),
        "period": {
            "type": row.period_type,
            "label": row.period_label,
            "start": row.period_start,
            "end": row.period_end,
            "as_written": row.period_as_written,
            "basis": row.period_basis,
            "rule": row.period_rule,
            "anchor": row.period_anchor,
        },
        "attribution": {
            "speaker": _names(row.said_by) if row.said_by else None,
            "role": row.role,
            "mode": row.attribution_mode,
            "basis": row.attribution_basis,
        },
        "document": {
            "code": source.code,
            "title": source.title,
            "publisher": {"code": source.issuer.code, "name": source.issuer.name},
            "published_on": source.published_on,
        },
        "evidence": _evidence(row, quotes=quotes),
        "related": _related(row),
        "cell": row.cell,
        "note": row.note,
        "status": row.status,
        "version": row.version,
        "changed_in": row.changed_in,
    }


def _names(row: Any) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "name_zh": row.name_zh}


def indicator_ref(row: models.Indicator | None) -> statements.IndicatorRef | None:
    """A reference to an indicator."""
    return statements.IndicatorRef(**_indicator(row)) if row else None


def _indicator(row: models.Indicator) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "topic": row.topic}


def _exact(value: Decimal | None) -> Decimal | None:
    return None if value is None else PlainDecimal(value)


def _quantity(row: models.Statement) -> dict[str, Any] | None:
    if row.interval_basis is None:
        return None
    return {
        "as_written": collapse(row.exact),
        "value": _exact(row.value),
        "value_text": None if row.value is None else plain_text(row.value),
        "unit": row.unit or "",
        "counted": row.counted,
        "comparator": row.comparator,
        "approximate": row.approximate,
        "interval": {
            "lower": _exact(row.lower),
            "lower_inclusive": row.lower_inclusive,
            "upper": _exact(row.upper),
            "upper_inclusive": row.upper_inclusive,
            "basis": row.interval_basis,
        },
    }


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


def _related(row: models.Statement) -> list[dict[str, str]]:
    seen = [(relation.relation, relation.other) for relation in row.relations]
    seen.extend((INVERSES[relation.relation], relation.statement) for relation in row.related_by)
    return [{"statement": other, "relation": name} for name, other in sorted(set(seen))]


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
    source, is_figure = row.source, row.interval_basis is not None
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
        "value": _exact(row.value),
        "value_text": None if row.value is None else plain_text(row.value),
        "comparator": row.comparator,
        "approximate": row.approximate if is_figure else None,
        "lower": _exact(row.lower),
        "lower_inclusive": row.lower_inclusive if is_figure else None,
        "upper": _exact(row.upper),
        "upper_inclusive": row.upper_inclusive if is_figure else None,
        "interval_basis": row.interval_basis,
        "unit": row.unit,
        "conversion_of": ";".join(conversions) or None,
        "period": row.period_label,
        "period_type": row.period_type,
        "period_start": row.period_start,
        "period_end": row.period_end,
        "period_basis": row.period_basis,
        "period_as_written": row.period_as_written,
        "time": epoch_ms(row),
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


def epoch_ms(row: models.Statement) -> int | None:
    """Midnight at which the period starts, in the document's time zone, in milliseconds since 1970."""
    if row.period_start is None:
        return None
    return midnight(row.period_start, row.source.time_zone)


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
