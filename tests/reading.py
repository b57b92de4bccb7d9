"""Reads pages as a browser does: strictly parsed, links followed, marks of drawings read back."""

from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from starlette.testclient import TestClient

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
RAIL = "rail-travel-time~level~~~min~chengdu_chongqing~chengdu-chongqing-high-speed-railway~actual~asof"
PAGES = (
    "/",
    "/indicators",
    "/indicators?topic=trade",
    "/indicators/foreign-trade-volume",
    "/series?indicator=foreign-trade-volume&region=chongqing&kind=actual,target",
    "/series?indicator=area&unit_as=ha",
    "/series",
    "/statements",
    "/statements?kind=target&sort=-period",
    "/statements/central-urban-areas.gdp-2021-h1",
    "/statements/central-urban-areas.changan-rd-center-area?unit_as=ha",
    "/comparisons",
    "/comparisons?status=conflicting&sort=-gap",
    f"/comparisons/{RAIL}",
    "/derivations",
    "/derivations?kind=implied_rate",
    "/documents",
    "/documents/tech-innovation",
    "/regions",
    "/regions?within=sichuan",
    "/regions/chongqing",
    "/projects",
    "/projects/china-singapore-connectivity-initiative",
    "/search?q=%E9%87%8D%E5%BA%86",
    "/search?q=rail",
    "/actors",
    "/actors/ichongqing",
    "/actors/fan-lixin",
    "/units",
    "/changes",
    "/worklist",
    "/problems/not-found",
)


def parsed(text: str) -> Element:
    """The document; raises html5lib's ParseError for anything that is not valid HTML."""
    document: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return document


def read(client: TestClient, path: str, status: int = 200) -> Element:
    """A page of the reading room."""
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return parsed(answer.text)


def text_of(element: Any) -> str:
    """All text in it, white space collapsed."""
    return " ".join("".join(element.itertext()).split())


def links(page: Element) -> list[tuple[str, str]]:
    """Every link: text, or its label, and address."""
    return [(each.get("aria-label") or text_of(each), each.get("href", "")) for each in page.iter() if local(each) == "a"]


def local(element: Element) -> str:
    """The name of an element; drawings have a namespace of their own."""
    return str(element.tag).rpartition("}")[2]


def marks(page: Element, kind: str = "chart") -> list[tuple[Element, Element]]:
    """The figures drawn on a page, each with its drawing."""
    drawings = [each for each in page.iter() if local(each) == "svg" and kind in (each.get("class") or "").split()]
    return [(drawing, each) for drawing in drawings for each in drawing.iter() if each.get("data-statement")]
