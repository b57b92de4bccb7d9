"""Pages for people: what this is, and what each problem means. Each has its data twin for `Accept: application/json`."""

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, select_autoescape
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from app import rendering
from app.api.answers import answer
from app.api.dependencies import ReadSession
from app.api.problems import KINDS
from app.api.service import read_index
from app.domain.nearest import nearest
from app.errors import NotFoundError
from app.exports.formats import to_json
from app.models import Statement, StatementRegion
from app.paths import TEMPLATES
from app.queries.statements import with_neighbours
from app.version import VERSION

router = APIRouter(include_in_schema=False)

PAGE_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=select_autoescape(), trim_blocks=True)


@dataclass(frozen=True, slots=True)
class Example:
    """A question, the path that answers it, and the first answer it gives."""

    question: str
    path: str
    answer: str


@router.get("/")
def get_start(request: Request, session: ReadSession) -> Response:
    """What this is, with three live examples; the index as JSON for programs."""
    index = read_index(session)
    if not wants_html(request):
        return answer(index)
    counts = {name: number for name, number in index.counts.model_dump().items() if number}
    return page("start.html", index=index, counts=counts, examples=examples(session))


@router.get("/problems/{code}")
def get_problem(request: Request, code: str) -> Response:
    """What a problem means and what to do about it."""
    if code not in KINDS:
        raise NotFoundError("problem", code, nearest(code, KINDS))
    if not wants_html(request):
        return Response(to_json({"code": code, **asdict(KINDS[code])}), media_type="application/json")
    return page("problem.html", code=code, kind=KINDS[code], kinds=KINDS)


def wants_html(request: Request) -> bool:
    """Whether the client asks for a page; browsers say so, programs rarely do."""
    return "text/html" in request.headers.get("accept", "")


def page(template: str, **context: object) -> Response:
    """A page with a strict content security policy."""
    html = templates.get_template(template).render(version=VERSION, **context)
    return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_CSP, "Vary": "Accept"})


def examples(session: Session) -> list[Example]:
    """Three questions that this database answers, each with the first statement of its answer."""
    figures = sa.select(Statement).where(Statement.comparator.is_not(None), Statement.status == "published")
    told = [
        (
            "What do the documents say about {indicator} in {region}?",
            "/v1/statements?within={region_code}&indicator={indicator_code}",
            figures.where(Statement.measure == "level", Statement.comparator == "gt"),
        ),
        ("Which figures are targets?", "/v1/statements?kind=target", figures.where(Statement.kind == "target")),
        (
            "What was published about {region} that grew or shrank?",
            "/v1/statements?region={region_code}&measure=growth,change",
            figures.where(Statement.measure == "growth"),
        ),
    ]
    found = []
    for question, path, select in told:
        busiest = sa.select(sa.func.count()).where(StatementRegion.statement == Statement.id).scalar_subquery()
        row = session.execute(with_neighbours(select).order_by(busiest, Statement.id).limit(1)).scalar_one_or_none()
        if row is None:
            continue
        shown = rendering.statement(row, quotes=False)
        words = {
            "indicator": shown.indicator.name.lower() if shown.indicator else "",
            "indicator_code": shown.indicator.code if shown.indicator else "",
            "region": shown.regions[0].name,
            "region_code": shown.regions[0].code,
        }
        found.append(Example(question.format(**words), path.format(**words), f"{shown.text} ({shown.document.title})"))
    return found
