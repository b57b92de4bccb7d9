"""The OpenAPI document, with the codes of this database in it, and the page that reads it; no outside host is needed."""

from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from sqlalchemy.orm import Session
from starlette.responses import FileResponse, HTMLResponse, Response

from app import models
from app.api.answers import problem_response
from app.api.dependencies import ReadSession
from app.api.examples import show_examples
from app.api.negotiation import ENDING, ENVELOPE, LINKED, LINKED_DATA, linked, twins
from app.errors import NotFoundError
from app.exports.formats import FORMATS
from app.exports.wire import to_json
from app.paths import STATIC
from app.queries.listing import data_version
from app.schemas.service import Problem

router = APIRouter(include_in_schema=False)

BUILDING = Lock()
"""One document is built at a time: FastAPI's builder fails where two threads run it at once."""

MAX_LISTED = 500
"""Codes of a list are written out as allowed values up to this many; longer lists are only described."""

DOCS_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

TAGS = [
    {"name": "statements", "description": "One thing that one document says once, with its figure, its period and its words."},
    {"name": "comparisons", "description": "Do the documents agree? The statements of a cell side by side, and what follows."},
    {"name": "checks", "description": "Do the documents bear out a number from outside?"},
    {"name": "observations", "description": "One value a cell under a declared policy, and the same over time."},
    {"name": "derivations", "description": "Numbers that follow by arithmetic from statements; no document states them."},
    {"name": "availability", "description": "What can still be selected, so that no menu leads to nothing."},
    {
        "name": "grafana",
        "description": "Rows in the shapes that Grafana asks for: menus, and events on the time axis.",
    },
    {"name": "periods", "description": "Which days words for a time mean."},
    {"name": "search", "description": "One box over everything, and suggestions while typing."},
    {"name": "documents", "description": "The published texts, and the version of each that locators refer to."},
    {"name": "coverage", "description": "Every number of a document: stated by statements, or dismissed and why."},
    {"name": "exports", "description": "Everything at once: the data package, its descriptions, and each of its tables."},
    {"name": "regions", "description": "Places; a region may lie in several others."},
    {"name": "indicators", "description": "What is measured."},
    {"name": "projects", "description": "Initiatives, lines, facilities, platforms and programmes."},
    {"name": "actors", "description": "Persons and organisations that say, publish or take part."},
    {"name": "units", "description": "Units of measure with their exact factors."},
    {"name": "service", "description": "The service about itself."},
]

ABOUT = """Claimbook answers **which document claims which number, in which words**.

Every list is strict: an unknown parameter or code is a 422 that names the nearest one. Code filters may be repeated or joined by
commas (OR). Pages follow `page.next` (also in the `Link` header). A suffix gives the same rows flat and unpaged: `.json`, `.csv`,
`.ndjson`, `.parquet`, `.xlsx`, for regions `.geojson`; `Accept` chooses too. Answers have an `ETag` (304 when nothing changed)
and take HEAD and one byte range (206, 416).
Numbers are exact: `value` is a plain JSON number, `value_text` the same as decimal text, `interval` the values the words allow.
Errors are problem documents (RFC 9457). Code MIT; the data that come with it CC BY 4.0; articles belong to their publishers."""

CODES: dict[str, Any] = {
    "region": models.Region.code,
    "within": models.Region.code,
    "indicator": models.Indicator.code,
    "topic": models.Indicator.topic,
    "project": models.Project.code,
    "actor": models.Actor.code,
    "document": models.Document.code,
    "publisher": models.Actor.code,
    "counted": models.IndicatorCounted.code,
    "base_region": models.Region.code,
    "base_indicator": models.Indicator.code,
    "unit": models.Unit.code,
    "reason": models.Mention.reason,
    "statement": models.Statement.id,
}
RATE = sa.literal("implied_rate~") + models.Relation.other + "~" + models.Relation.statement
"""Id of the derivation that a conversion gives."""
RELATED = sa.func.coalesce(
    sa.select(sa.func.min(models.Relation.other)).scalar_subquery(), sa.select(sa.func.min(models.Statement.id)).scalar_subquery()
)
"""A statement that others are related to; any, where there are none."""

SHAPES: dict[str, Any] = {
    "json": {"type": "array", "items": {"type": "object"}},
    "csv": {"type": "string"},
    "ndjson": {"type": "string"},
    "geojson": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": {"type": "object"}},
        },
    },
}
"""What the flat formats look like; those that are not listed are bytes."""

KINDS: dict[str, Any] = {"/v1/regions": models.Region.kind, "/v1/projects": models.Project.kind}
EXAMPLES: dict[str, Any] = {
    "/v1/regions/{code}": models.Region.code,
    "/v1/indicators/{code}": models.Indicator.code,
    "/v1/units/{code}": models.Unit.code,
    "/v1/actors/{code}": models.Actor.code,
    "/v1/projects/{code}": models.Project.code,
    "/v1/documents/{code}": models.Document.code,
    "/v1/documents/{code}/mentions": models.Document.code,
    "/v1/documents/{code}/mentions.{suffix}": models.Document.code,
    "/v1/documents/{code}/coverage": models.Document.code,
    "/v1/statements/{id}": models.Statement.id,
    "/v1/comparisons/{cell}": models.Comparison.cell,
    "/v1/derivations/{id}": sa.func.min(sa.case((models.Relation.relation == "conversion_of", RATE))),
    "/v1/statements/{id}/evidence": models.Statement.id,
    "/v1/statements/{id}/evidence.jsonld": models.Statement.id,
    "/v1/statements/{id}/related": RELATED,
    "/v1/statements/{id}/citation": models.Statement.id,
}


@router.get("/openapi.json")
def get_openapi_document(request: Request, session: ReadSession) -> Response:
    """The OpenAPI 3.1 document of this server, with the codes that its database holds."""
    return Response(to_json(read_document(request.app, session)).encode(), media_type="application/json")


def read_document(app: FastAPI, session: Session) -> dict[str, Any]:
    """The document as a whole, made once for each data version; whoever reads it changes nothing in it."""
    version = data_version(session)
    with BUILDING:
        held: tuple[int, dict[str, Any]] | None = getattr(app.state, "openapi", None)
        if held is None or held[0] != version:
            held = app.state.openapi = (version, _document(app, session))
        return held[1]


def _document(app: FastAPI, session: Session) -> dict[str, Any]:
    document = deepcopy(base_document(app))
    listed = {column: _listed(session, column) for column in {*CODES.values(), *KINDS.values()}}
    for path, operations in document["paths"].items():
        for parameter in operations["get"].get("parameters", ()):
            column = KINDS.get(path.removesuffix(ENDING)) if parameter["name"] == "kind" else CODES.get(parameter["name"])
            if parameter["in"] == "query" and column is not None and listed[column]:
                _list_codes(parameter["schema"], listed[column])
            if parameter["in"] == "path" and parameter["name"] != "suffix" and path in EXAMPLES:
                example = session.execute(sa.select(EXAMPLES[path]).order_by(EXAMPLES[path]).limit(1)).scalar()
                if example is not None:
                    parameter["example"] = example
    show_examples(document, app, session)
    return document


def _list_codes(schema: dict[str, Any], codes: list[str]) -> None:
    """Write the allowed codes into the schema of a parameter that takes a list of them, or one, or none."""
    if "anyOf" in schema:
        schema["anyOf"][0] = {"type": "string", "enum": codes}
    elif schema.get("type") == "array":
        schema["items"] = {"type": "string", "enum": codes}
    else:
        schema["enum"] = codes


def _listed(session: Session, column: Any) -> list[str]:
    """The codes of a list, or none when there are too many to write out."""
    held = sa.select(column).where(column.is_not(None)).distinct().order_by(column)
    codes = session.execute(held.limit(MAX_LISTED + 1)).scalars().all()
    return list(codes) if len(codes) <= MAX_LISTED else []


def base_document(app: FastAPI) -> dict[str, Any]:
    """The document without anything from the database."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=ABOUT,
        routes=app.routes,
        tags=TAGS,
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": app.state.settings.address}],
    )
    document["security"] = []  # reading needs no key, and a document has to say so
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["summary"] = operation["description"].split(".")[0].split(":")[0]
            for parameter in operation.get("parameters", ()):
                if "example" in parameter["schema"]:
                    parameter["example"] = parameter["schema"].pop("example")
    for path, suffixes in twins(app).items():
        _describe_formats(document["paths"][path]["get"], document["paths"][f"{path}{ENDING}"]["get"], suffixes)
    for path in linked(app):
        pages = document["paths"][path]["get"]["responses"]
        pages["200"]["content"] |= document["paths"][f"{path}{LINKED}"]["get"]["responses"]["200"]["content"]
        pages["406"] = problem_response(f"`Accept` names neither {ENVELOPE} nor {LINKED_DATA}.")
    schema = Problem.model_json_schema(by_alias=True, ref_template="#/components/schemas/{model}")
    document["components"]["schemas"].update(schema.pop("$defs"))
    document["components"]["schemas"]["Problem"] = schema
    return document


def _describe_formats(pages: dict[str, Any], flat: dict[str, Any], suffixes: list[str]) -> None:
    """Write the formats that a list comes in, by `Accept` and by suffix, as this installation has them."""
    shapes = {FORMATS[each].media_type: {"schema": SHAPES.get(each, {"type": "string", "format": "binary"})} for each in suffixes}
    flat["responses"]["200"]["content"] = shapes
    pages["responses"]["200"]["content"] |= {name: shape for name, shape in shapes.items() if name != ENVELOPE}
    pages["responses"]["406"] = problem_response("`Accept` names no format of the list; those there are are named.")
    for parameter in flat["parameters"]:
        if parameter["name"] == "suffix":
            parameter["description"] = "The format; the media types of the answer stand in the same order."
            parameter["schema"]["enum"] = suffixes


@router.get("/docs")
def get_docs() -> Response:
    """The OpenAPI document as a page to read and try (Swagger UI, served from here)."""
    return HTMLResponse((STATIC / "docs.html").read_text("utf-8"), headers={"Content-Security-Policy": DOCS_CSP})


SWAGGER = Path((find_spec("fastapi_swagger") or find_spec("app")).submodule_search_locations[0]) / "resources"  # type: ignore[union-attr,index]
ASSETS = {
    "swagger-ui-bundle.js": SWAGGER / "swagger-ui-bundle.js",
    "swagger-ui.css": SWAGGER / "swagger-ui.css",
    "docs.css": STATIC / "docs.css",
    "docs.js": STATIC / "docs.js",
    "style.css": STATIC / "style.css",
    "reading.js": STATIC / "reading.js",
    "icon.svg": STATIC / "icon.svg",
}


@router.get("/static/{name}")
def get_asset(name: str) -> Response:
    """A file that pages need; only those listed here are served."""
    if name not in ASSETS:
        raise NotFoundError("file", name, sorted(ASSETS))
    return FileResponse(ASSETS[name], headers={"Cache-Control": "public, max-age=3600"})
