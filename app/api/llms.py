"""The API on one page for language models (llmstxt.org), written from the paths of the running application."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from app.api.dependencies import Configured, ReadSession
from app.api.negotiation import ENDING
from app.api.openapi import read_document

router = APIRouter(include_in_schema=False)

SELDOM = ("units", "actors", "grafana", "service")
"""What may be passed over where room is short."""

RULES = """Read before you ask:

- A figure is an interval. "More than 14,000" has `lower` 14000, no `upper` and the comparator `gt`; it is not 14,000.
  Quote the bounds, or `as_written`.
- Statements are claims of documents, not truths. Name the document (`document_title`, `published_on`) and link `evidence_url`.
- Look at `kind`: `target`, `planned`, `agreed` and `forecast` have not happened.
- Look at `period_basis`: `inferred` and `unknown` dates are weak; such figures are no time series.
- To compare, take `/v1/comparisons`; to check a number, `/v1/checks`. Do not compare figures of different cells.
- Parameters are strict: an unknown name or code is a 422 that names the nearest. An empty list is an answer.
- Numbers are exact and in base units: 1 trillion yuan is 1000000000000 CNY. `unit_as=CNY:billion` converts.
- Bare lists are nested and in pages: follow `page.next`. A suffix (`.csv`, `.json`, `.ndjson`, `.parquet`, `.xlsx`) gives
  all rows at once, flat."""


@router.get("/llms.txt")
def get_llms(request: Request, session: ReadSession, settings: Configured) -> Response:
    """What this is, how not to misread it, and every path with an address that answers."""
    document = read_document(request.app, session)
    return PlainTextResponse("\n".join(_lines(document, settings.address)) + "\n")


def _lines(document: dict[str, Any], address: str) -> Iterator[str]:
    info = document["info"]
    yield from (f"# {info['title']}", "", f"> {info['summary']} {info['description'].splitlines()[0]}", "", RULES, "")
    yield from ("## Documentation", "")
    yield f"- [The API, to read and try]({address}/docs): every path and parameter, with the codes of this database"
    yield f"- [OpenAPI 3.1]({address}/openapi.json): the same for programs"
    yield f"- [Problems]({address}/problems/unknown-code): what an error means and what to do; every other one is linked there"
    tags = {tag["name"]: tag["description"] for tag in document["tags"]}
    for name, told in tags.items():
        if name not in SELDOM:
            yield from ("", f"## {name.title()}", "", told, "")
            yield from _links(document, name, address)
    yield from ("", "## Optional", "")
    for name in SELDOM:
        yield from _links(document, name, address)


def _links(document: dict[str, Any], tag: str, address: str) -> Iterator[str]:
    """The paths of a tag, each with an address that answers; the flat forms of lists have been told of."""
    for path, operations in document["paths"].items():
        get = operations["get"]
        if tag in get["tags"] and not path.endswith(ENDING):
            found = address_of(path, get)
            if found is not None:
                yield f"- [{path}]({address}{found}): {get['summary']}"


def address_of(path: str, operation: dict[str, Any]) -> str | None:
    """The path with an example for each parameter that it cannot do without; None where the database has none."""
    query = []
    for parameter in operation.get("parameters", ()):
        examples = parameter["schema"].get("examples", [None])
        example = parameter.get("example", examples[0])
        if parameter["in"] == "path":
            if example is None:
                return None
            path = path.replace(f"{{{parameter['name']}}}", str(example))
        elif parameter.get("required"):
            query.append((parameter["name"], ",".join(example) if isinstance(example, list) else example))
    return f"{path}?{urlencode(query, safe=',', quote_via=quote)}" if query else path
