"""What does an operation answer? The document shows it for one small question: the very answer of this database.

An example is named after what was asked (`summary`), so that anyone, a test too, can ask the same and compare.
"""

import asyncio
import inspect
import json
from collections.abc import AsyncIterable, Callable, Iterator, Mapping
from typing import Any, get_args
from urllib.parse import parse_qsl, quote

import sqlalchemy as sa
from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session
from starlette.responses import Response

from app import models
from app.api.negotiation import ENDING
from app.errors import ClaimbookError
from app.exports.formats import FORMATS
from app.schemas.common import PlainDecimal

ENOUGH = 30_000
"""Bytes of the longest answer that is shown."""

MOST_DOCUMENTS = 100
"""Of a database with more, what looks at all documents or many figures at once is not shown: it would take its time."""

OF_ALL = {
    *("/v1/coverage", "/v1/regions/tree", "/v1/exports", "/v1/exports/dataset.jsonld", "/v1/checks"),
    *("/v1/derivations", "/v1/derivations/{id}", "/v1/actors", "/v1/actors/{code}"),
}
NOT_SHOWN = {"/v1/exports/package.zip", "/v1/exports/datapackage.json", "/v1/exports/csv-metadata.json"}
"""An archive, and descriptions of all tables that are long in every database."""

READABLE = {"json": "json", "csv": "text", "ndjson": "text", "geojson": "json"}
"""The formats that are shown; the others are bytes."""

NAMED: dict[str, Any] = {
    "regions": models.Region,
    "indicators": models.Indicator,
    "projects": models.Project,
    "actors": models.Actor,
    "units": models.Unit,
}
QUESTIONS: dict[str, str] = {
    **{f"/v1/{noun}": f"q={{{noun}}}" for noun in NAMED},
    "/v1/documents": "q={title}",
    "/v1/documents/{code}/mentions": "reason={reason}",
    "/v1/statements": "cell={cell}",
    "/v1/statements/groups": "by=topic&document={document}",
    "/v1/comparisons": "cell={cell}",
    "/v1/observations": "cell={cell}",
    "/v1/series": "cell={cell}",
    "/v1/derivations": "statement={converted}",
    "/v1/checks": "indicator={indicator}&value={value}&unit={unit}",
    "/v1/availability": "dimensions=topic&document={document}",
    "/v1/periods/resolve": "text=first half of this year&anchor=2021-09-30",
    "/v1/grafana/variables": "dimension=topic&document={document}",
    "/v1/grafana/annotations": "resource=document&document={document}",
    "/v1/search": "q={id}",
    "/v1/search/suggest": "q={title}",
    "/v1/changes": "since={version}",
}
"""Path → a question with a short answer; what stands in braces is taken from the database. Any other path is asked as it is."""

FIRST = sa.select(sa.func.min(models.Document.code)).scalar_subquery()
DISMISSED = models.Mention.document == FIRST, models.Mention.reason.is_not(None)
RAREST = sa.func.count(), models.Mention.reason
FIGURE = models.Statement.cell.is_not(None), models.Statement.status == "published"
PLAIN = (*FIGURE, models.Statement.comparator == "eq", models.Statement.measure == "level")
CONVERSION = models.Relation.relation == "conversion_of"
FACTS: dict[str, Any] = {
    "document": sa.select(models.Document.code).order_by(models.Document.code),
    "title": sa.select(models.Document.title).order_by(models.Document.code),
    "reason": sa.select(models.Mention.reason).where(*DISMISSED).group_by(models.Mention.reason).order_by(*RAREST),
    "id": sa.select(models.Statement.id).order_by(models.Statement.id),
    "cell": sa.select(sa.func.min(models.Comparison.cell)).where(models.Comparison.status == "single"),
    "converted": sa.select(models.Relation.statement).where(CONVERSION).order_by(models.Relation.other),
    "indicator": sa.select(models.Statement.indicator).where(*PLAIN).order_by(models.Statement.id),
    "value": sa.select(models.Statement.value).where(*PLAIN).order_by(models.Statement.id),
    "unit": sa.select(models.Statement.unit).where(*PLAIN).order_by(models.Statement.id),
    "version": sa.select(models.DataVersion.version),
    **{noun: sa.select(model.name).order_by(model.code) for noun, model in NAMED.items()},
}


def show_examples(document: dict[str, Any], app: FastAPI, session: Session) -> None:
    """Write an answer into every operation that has one that can be read; each costs a few rows of the data."""
    endpoints: dict[tuple[str, str], Any] = {
        (route.path, method): route.endpoint
        for route in iter_route_contexts(app.routes)
        if route.path
        for method in route.methods or ()
    }
    facts = {name: session.execute(select.limit(1)).scalar() for name, select in FACTS.items()}
    few = len(session.execute(sa.select(models.Document.code).limit(MOST_DOCUMENTS + 1)).all()) <= MOST_DOCUMENTS
    for path, method, operation in _operations(document):
        if path in NOT_SHOWN or (path.removesuffix(ENDING) in OF_ALL and not few):
            continue
        asked = _question(path, operation, facts)
        if asked is not None:
            _show(operation, path, method, asked, endpoints[path, method.upper()], app, session)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _question(path: str, operation: dict[str, Any], facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is asked of a path: the values of its path, and those of its query; None if the database has no such thing."""
    own = {each["name"]: each.get("example") for each in operation.get("parameters", ()) if each["in"] == "path"}
    own.pop("suffix", None)
    template = QUESTIONS.get(path.removesuffix(ENDING), "")
    asked = {name: value.format(**_told(facts)) for name, value in parse_qsl(template)}
    wanted = [name for name in facts if f"{{{name}}}" in template]
    if None in own.values() or any(facts[name] is None for name in wanted):
        return None
    return {"path": own, "query": asked}


def _told(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: f"{value:f}" if hasattr(value, "as_tuple") else str(value) for name, value in facts.items()}


def _show(
    operation: dict[str, Any],
    path: str,
    method: str,
    asked: dict[str, Any],
    endpoint: Callable[..., Any],
    app: FastAPI,
    session: Session,
) -> None:
    """Ask, and write down what was asked and what was answered, once for each format."""
    for suffix in READABLE if path.endswith(ENDING) else [""]:
        filled = path.format(**asked["path"], suffix=suffix)
        query = "&".join(f"{name}={quote(value, safe='~,:;')}" for name, value in asked["query"].items())
        content = operation["responses"]["200"]["content"]
        if suffix and FORMATS[suffix].media_type not in content:
            continue
        known = {"session": session, "settings": app.state.settings, **asked["path"], "suffix": suffix}
        if method == "post":
            known["body"] = json.dumps(asked["query"]).encode()
            operation["requestBody"]["content"]["application/json"]["examples"] = {"example": {"value": asked["query"]}}
        known["request"] = _request(app, filled, "" if method == "post" else query)
        try:
            media_type, body = _answered(endpoint, known, asked["query"])
        except (ClaimbookError, ValidationError):  # a name of this database that makes no question, such as one of too many words
            return
        if len(body) <= ENOUGH:
            readable = READABLE.get(suffix, "json") == "json"
            value = json.loads(body, parse_float=PlainDecimal) if readable else body.decode()
            summary = f"{filled}?{query}" if query and method != "post" else filled
            content[media_type]["examples"] = {"example": {"summary": summary, "value": value}}


def _request(app: FastAPI, path: str, query: str) -> Request:
    return Request({"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": [], "app": app})


def _answered(endpoint: Callable[..., Any], known: Mapping[str, Any], asked: Mapping[str, Any]) -> tuple[str, bytes]:
    """The media type and the body that a route answers, nothing optional asked for but what is named."""
    arguments = {}
    for name, parameter in inspect.signature(endpoint).parameters.items():
        arguments[name] = _model(parameter.annotation, asked) if name == "query" else known[name]
    response = endpoint(**arguments)
    if inspect.iscoroutine(response):
        response = asyncio.run(response)
    return str(response.media_type).partition(";")[0], _body(response)


def _model(annotation: Any, asked: Mapping[str, Any]) -> BaseModel:
    """The query model of a route; a parameter that may be repeated is given once."""
    model: type[BaseModel] = get_args(annotation)[0]
    listed = {name for name, field in model.model_fields.items() if "list" in str(field.annotation)}
    return model.model_validate({name: [value] if name in listed else value for name, value in asked.items()})


def _body(response: Response) -> bytes:
    """All bytes of an answer, whether it holds them or makes them as they are sent."""
    pieces: AsyncIterable[Any] | None = getattr(response, "body_iterator", None)
    if pieces is None:
        return bytes(response.body)

    async def collected() -> bytes:
        return b"".join([piece async for piece in pieces])

    return asyncio.run(collected())
