"""A statement's evidence as linked data: a W3C Web Annotation whose selectors name the words, with PROV for who says so.

The body holds our sentence, derived from the quotation, and the quotation, quoted from the document; the target is the
document at these words. A day is typed as a day: no source gives the hour of its publication.
"""

from typing import Any

from app import models
from app.domain.evidence import collapse, fragment_of
from app.rendering.statements import evidence

ANNOTATION = "http://www.w3.org/ns/anno.jsonld"
CONTEXT = [ANNOTATION, {"prov": "http://www.w3.org/ns/prov#"}]
TEXT_FRAGMENTS = "https://wicg.github.io/scroll-to-text-fragment/"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def annotation(row: models.Statement, *, quotes: bool, address: str, licensed: bool) -> dict[str, Any]:
    """The annotation of a statement at this address.

    `quotes` lets words around the span through; `licensed` says that the statement came with the program, whose licence of data
    holds for nothing else.
    """
    statement = f"{address}/v1/statements/{row.id}"
    quotation = f"{statement}/evidence#quotation"
    return {
        "@context": CONTEXT,
        "id": f"{statement}/evidence",
        "type": "Annotation",
        "motivation": "describing",
        **({"rights": LICENCE} if licensed else {}),
        "body": [
            {
                "id": statement,
                "type": ["TextualBody", "prov:Entity"],
                "purpose": "describing",
                "value": row.text,
                "format": "text/plain",
                "language": "en",
                "prov:wasDerivedFrom": {"id": quotation},
            },
            {
                "id": quotation,
                "type": ["TextualBody", "prov:Entity"],
                "value": collapse(row.exact),
                "format": "text/plain",
                "language": row.source.language,
                "prov:wasQuotedFrom": {"id": row.source.url},
                "prov:wasAttributedTo": _agent(row.said_by or row.source.issuer, address),
            },
        ],
        "target": {
            "type": "SpecificResource",
            "source": _document(row.source, address),
            "selector": _selectors(row, quotes=quotes),
        },
    }


def _document(row: models.Document, address: str) -> dict[str, Any]:
    day = {"type": "xsd:date", "@value": row.published_on.isoformat()}
    return {
        "id": row.url,
        "type": ["Text", "prov:Entity"],
        "language": row.language,
        "schema:headline": row.title,
        "schema:datePublished": day,
        "schema:sha256": row.text_sha256,
        "prov:generatedAtTime": day,
        "prov:wasAttributedTo": _agent(row.issuer, address),
    }


def _agent(row: models.Actor, address: str) -> dict[str, Any]:
    kind = "prov:Person" if row.kind == "person" else "prov:Organization"
    return {"id": f"{address}/v1/actors/{row.code}", "type": ["prov:Agent", kind], "schema:name": row.name}


def _selectors(row: models.Statement, *, quotes: bool) -> list[dict[str, Any]]:
    """Three ways to the same words: by the words, by their place in the text, by a fragment of the live page's address."""
    found = evidence(row, quotes=quotes)
    around = {name: text for name, text in (("prefix", found.prefix), ("suffix", found.suffix)) if text is not None}
    return [
        {"type": "TextQuoteSelector", "exact": found.exact, **around},
        {"type": "TextPositionSelector", "start": found.start, "end": found.end},
        {"type": "FragmentSelector", "conformsTo": TEXT_FRAGMENTS, "value": fragment_of(found.exact)},
    ]
