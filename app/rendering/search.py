"""What a search found, as it goes over the wire."""

from app.queries.search import Answer, Hit
from app.schemas.search import Found, SearchHit, SearchMeta, Segment


def hit(found: Hit) -> SearchHit:
    """An entry that holds the words."""
    entry = found.entry
    return SearchHit(
        resource=entry.resource,
        code=entry.code,
        name=entry.name,
        name_zh=entry.name_zh,
        text=entry.text,
        field=found.field,
        phrase=found.phrase,
        snippet=[Segment(text=text, match=match) for text, match in found.snippet],
        document=entry.document,
        published_on=entry.published_on,
        path=path(entry.resource, entry.code),
    )


def meta(found: Answer) -> SearchMeta:
    """How much was found beyond the page."""
    return SearchMeta(
        data_version=found.rows.data_version,
        notes=found.notes,
        found=Found(**{name: found.found.get(name, 0) for name in Found.model_fields}),
        capped=bool(found.notes),
    )


def path(resource: str, code: str) -> str:
    """The path of a thing on this server."""
    return f"/v1/{resource}s/{code}"
