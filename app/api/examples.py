"""What does an operation answer? The document shows it for the example that it names: the very answer of this database."""

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.schemas.common import PlainDecimal

ENOUGH = 20_000
"""Bytes of the longest answer that is shown."""


def show_examples(document: dict[str, Any], app: FastAPI, session: Session) -> None:
    """Write the answer into every operation that asks for one thing by its path; each costs a few rows of the data."""
    endpoints: dict[str, Any] = {route.path: route.endpoint for route in iter_route_contexts(app.routes) if route.path}
    for path, operation in _of_one_thing(document):
        values = {each["name"]: each["example"] for each in operation["parameters"] if each["in"] == "path"}
        arguments = _arguments(endpoints[path], values, app, session)
        if arguments is None:
            continue
        answer: Response = endpoints[path](**arguments)
        if len(answer.body) <= ENOUGH:
            told = json.loads(bytes(answer.body), parse_float=PlainDecimal)
            example = {"example": {"summary": path.format(**values), "value": told}}
            media_type = str(answer.media_type).partition(";")[0]
            operation["responses"]["200"]["content"][media_type]["examples"] = example


def _of_one_thing(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The operations whose path names one thing, and an example of it; lists and files are not shown."""
    for path, operations in document["paths"].items():
        parameters = operations["get"].get("parameters", ())
        asked = [each for each in parameters if each["in"] == "path"]
        listed = any(each["name"] in ("limit", "suffix") for each in parameters)
        if asked and not listed and all("example" in each for each in asked):
            yield path, operations["get"]


def _arguments(endpoint: Callable[..., Any], values: dict[str, Any], app: FastAPI, session: Session) -> dict[str, Any] | None:
    """What the route would be called with, nothing optional asked for; None if it needs a request."""
    known = {"session": session, "settings": app.state.settings, **values}
    arguments = {}
    for name, parameter in inspect.signature(endpoint).parameters.items():
        if name == "query":
            arguments[name] = parameter.annotation.__origin__()
        elif name in known:
            arguments[name] = known[name]
        else:
            return None
    return arguments
