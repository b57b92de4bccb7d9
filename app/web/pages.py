"""Pages for people: what this is, and what each problem means. Each has its data twin for `Accept: application/json`."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.responses import HTMLResponse, Response

from app.api.answers import answer
from app.api.dependencies import ReadSession
from app.api.problems import KINDS
from app.api.service import read_index
from app.domain.nearest import nearest
from app.errors import NotFoundError
from app.exports.wire import to_json
from app.paths import TEMPLATES
from app.queries.examples import examples
from app.version import VERSION

router = APIRouter(include_in_schema=False)

PAGE_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(), trim_blocks=True)


@router.get("/")
def get_start(request: Request, session: ReadSession) -> Response:
    """What this is, with three live examples; the index as JSON for programs."""
    index = read_index(session)
    if not wants_html(request):
        return answer(index, headers={"Vary": "Accept"})
    counts = {name: number for name, number in index.counts.model_dump().items() if number}
    return page("start.html", index=index, counts=counts, examples=examples(session))


@router.get("/problems/{code}")
def get_problem(request: Request, code: str) -> Response:
    """What a problem means and what to do about it."""
    if code not in KINDS:
        raise NotFoundError("problem", code, nearest(code, KINDS))
    if not wants_html(request):
        content = to_json({"code": code, **asdict(KINDS[code])})
        return Response(content, media_type="application/json", headers={"Vary": "Accept"})
    return page("problem.html", code=code, kind=KINDS[code], kinds=KINDS)


def wants_html(request: Request) -> bool:
    """Whether the client asks for a page; browsers say so, programs rarely do."""
    return "text/html" in request.headers.get("accept", "")


def page(template: str, **context: object) -> Response:
    """A page with a strict content security policy."""
    html = templates.get_template(template).render(version=VERSION, **context)
    return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_CSP, "Vary": "Accept"})
