"""Evidence as linked data, for tools that annotate and for those that follow provenance."""

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.api.dependencies import Configured, ReadSession, strict_parameters
from app.api.negotiation import LINKED_DATA
from app.api.statements import ONE
from app.exports.wire import to_json
from app.paths import shipped_documents
from app.queries.listing import PathStatement
from app.queries.statements import get_statement
from app.rendering.annotation import ANNOTATION, annotation

router = APIRouter(prefix="/v1", tags=["statements"], dependencies=[Depends(strict_parameters)])

SHAPE = {
    "type": "object",
    "required": ["@context", "id", "type", "motivation", "body", "target"],
    "properties": {
        "@context": {"type": "array", "description": "The context of Web Annotations, and the prefix of PROV."},
        "id": {"type": "string", "description": "Address of the evidence."},
        "type": {"const": "Annotation", "description": "What it is."},
        "motivation": {"const": "describing", "description": "What the annotation is for."},
        "rights": {"type": "string", "description": "The licence of our words, where they come with Claimbook."},
        "body": {"type": "array", "description": "Our sentence, and the quotation that it is derived from."},
        "target": {"type": "object", "description": "The document, and three selectors of the words in it."},
    },
}
ANNOTATED = {"description": "A W3C Web Annotation with PROV.", "content": {LINKED_DATA: {"schema": SHAPE}}}


@router.get("/statements/{id}/evidence.jsonld", response_class=Response, responses={**ONE, 200: ANNOTATED})
def get_annotation(session: ReadSession, settings: Configured, id: PathStatement) -> Response:  # noqa: A002
    """The words that claim it as a Web Annotation: selectors for the words, their place and the live page, and PROV."""
    row = get_statement(session, id)
    licensed = row.document in shipped_documents()
    described = annotation(row, quotes=settings.quotes, address=settings.address, licensed=licensed)
    return Response(to_json(described).encode(), media_type=f'{LINKED_DATA}; profile="{ANNOTATION}"')
