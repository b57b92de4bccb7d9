"""A reader with a real Chromium: finds a figure by its Chinese name, compares it, reaches the words; no script and no other
host is needed, on a phone and on a desk.

`pytest -m browser tests/browser -n 0` after `pip install '.[browser]'`, with a Chromium on the machine.
"""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="the extra [browser] is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="the extra [browser] is not installed")

from listening import Server, listening  # noqa: E402
from reading import PAGES, RAIL  # noqa: E402

pytestmark = pytest.mark.browser

VIOLATIONS = {"resultTypes": ["violations"], "preload": False}
CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 360, "height": 740}}


KINDS_OF_PAGES = (
    "/",
    "/indicators?topic=trade",
    "/indicators/foreign-trade-volume",
    "/series?indicator=area&unit_as=ha",
    "/statements?kind=target&limit=5",
    "/statements/central-urban-areas.gdp-2021-h1",
    "/comparisons?sort=-documents&limit=5",
    f"/comparisons/{RAIL}",
    "/derivations?kind=implied_rate",
    "/documents",
    "/documents/opening-up-platforms",
    "/regions",
    "/regions/xiyong-microelectronics-park",
    "/projects?limit=8",
    "/projects/china-singapore-connectivity-initiative",
    "/actors?limit=8",
    "/actors/fan-lixin",
    "/units",
    "/changes?limit=8",
    "/search?q=%E9%87%8D%E5%BA%86&limit=12",
    "/worklist",
    "/problems/not-found",
    "/indicators/gpd",
)
"""One page of each kind, small where there is a choice, and one that cannot be shown."""


@pytest.fixture(scope="module")
def server(templates: Callable[[str, str], str]) -> Iterator[Server]:
    yield from listening("sqlite", templates)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(
    params=[(size, script) for size in SIZES for script in (True, False)],
    ids=lambda each: f"{each[0]}-{'script' if each[1] else 'plain'}",
)
def reader(request: pytest.FixtureRequest, chromium: Any, server: Server) -> Iterator[Any]:
    """A page at each size, with and without JavaScript, that can reach this server only and breaks on any error."""
    size, script = request.param
    with_room(context := chromium.new_context(viewport=SIZES[size], java_script_enabled=script, accept_downloads=True), server)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(server.address)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture(scope="module")
def plain(chromium: Any, server: Server) -> Iterator[Any]:
    """A page without JavaScript, for tests that leave nothing behind."""
    with_room(context := chromium.new_context(java_script_enabled=False), server)
    yield context.new_page()
    context.close()


def with_room(context: Any, server: Server) -> None:
    """Every other host is out of reach; what the page asks of one is an error of the console."""
    context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(server.address) else route.abort())
    context.set_default_timeout(15_000)


def fits(page: Any) -> bool:
    """Whether nothing stands beyond the right edge."""
    width: int = page.locator("html").evaluate("each => each.scrollWidth") if page.context.pages else 0
    return width <= page.viewport_size["width"]


def test_a_reader_finds_a_figure_by_its_chinese_name_and_reaches_the_words(reader: Any) -> None:
    reader.get_by_label("Search figures").fill("进出口总额")
    reader.get_by_role("button", name="Search").click()
    reader.get_by_role("main").get_by_role("link", name="Foreign trade volume", exact=True).click()
    assert reader.locator("h1").inner_text() == "Foreign trade volume 进出口总额"
    assert reader.locator("svg.chart .figure:visible").count() >= 4
    row = reader.get_by_role("row", name="371 billion yuan")
    row.get_by_role("link", name="one source").click()
    assert "Only one document says this" in reader.locator(".verdict").inner_text()
    estimate = reader.locator(".derived").first.get_by_title("376,649,746,193 CNY")
    assert estimate.inner_text() == "376.65 billion CNY", "what follows by arithmetic"
    reader.get_by_role("rowheader").get_by_role("link").first.click()
    assert "371 billion yuan" in reader.locator("blockquote mark").inner_text()
    live = reader.get_by_role("link", name="Read them on the live page").get_attribute("href")
    assert live.startswith("https://www.ichongqing.info/")
    assert live.endswith("#:~:text=371%20billion%20yuan")


def test_a_reader_sees_a_conflict_and_takes_the_table_along(reader: Any) -> None:
    reader.get_by_role("link", name="Do the documents agree on").click()
    assert reader.locator("h1").inner_text() == "Rail travel time"
    assert reader.locator(".verdict").inner_text().startswith("conflict")
    sync_api.expect(reader.locator("svg.strip:visible .ring"), "once the style is there").to_have_count(2)
    reader.get_by_role("link", name="Rail travel time").click()
    with reader.expect_download() as waiting:
        reader.get_by_role("link", name="CSV").first.click()
    rows = waiting.value.path().read_text("utf-8").splitlines()
    assert rows[0].startswith("time,value,lower,upper")
    assert len(rows) == 3


def test_a_reader_narrows_a_chart_with_its_menus(reader: Any) -> None:
    reader.goto(reader.url + "indicators/foreign-trade-volume")
    reader.get_by_label("Kind").select_option("target")
    reader.get_by_label("Measure").select_option("level")
    reader.get_by_role("button", name="Show").click()
    kinds = {each.get_attribute("class") for each in reader.locator("svg.chart .figure").all()}
    assert kinds == {"figure k-target"}
    assert "kind=target" in reader.url
    address = reader.get_by_label("Address for programs").input_value()
    assert "/v1/series?" in address
    assert "kind=target" in address


@pytest.mark.parametrize(
    ("clicks", "answer"),
    [
        (["How many sources does “China-Europe freight trains”"], "2 documents agree, but they share a publisher or a release"),
        (["Do the documents agree on “Rail travel time”?"], "they are 2 min apart (3.33%)"),
        (["Comparisons"], "Western (Chongqing) Science City, date inferred or unknown repeated “43"),
        (["By arithmetic"], "Gross domestic product, Chongqing, implied total, first half of 2021: more than 1.284 trillion CNY"),
        (["By arithmetic", "what is left of a whole"], "exactly 8"),
        (
            ["What is to be reached, and by when?"],
            "Chongqing's total imports and exports are to reach 1.1 trillion yuan",
        ),
        (
            ["indicators", "Foreign trade volume", "371 billion yuan"],
            "In USD: 57,382,570,000, within 57.3 billion to 57.47",
        ),
        (["people"], "Chongqing Municipality 10 statements"),
        (["Documents"], "258 numbers: 181 stated, 77 dismissed with a reason, 0 left out"),
    ],
)
def test_questions_are_answered_by_clicking_alone(plain: Any, server: Server, clicks: list[str], answer: str) -> None:
    plain.goto(server.address)
    for each in clicks:
        plain.get_by_role("link", name=each).first.click()
    assert answer in " ".join(plain.locator("main").inner_text().split())


def test_all_can_be_reached_by_keyboard(reader: Any) -> None:
    reader.keyboard.press("Tab")
    assert reader.locator(":focus").inner_text() == "To the text"
    reader.goto(reader.url + "indicators/rail-travel-time")
    marks = reader.locator("svg.chart:visible .figure")
    marks.first.focus()
    reader.keyboard.press("Enter")
    reader.wait_for_url("**/statements/*")


@pytest.mark.parametrize(("size", "scheme"), [("desk", "light"), ("phone", "dark")])
def test_every_page_fits_and_has_no_serious_finding_of_axe(chromium: Any, server: Server, size: str, scheme: str) -> None:
    context = chromium.new_context(viewport=SIZES[size], color_scheme=scheme)
    with_room(context, server)
    page = context.new_page()
    for path in KINDS_OF_PAGES:
        page.goto(f"{server.address}{path}")
        assert fits(page), f"{path} is wider than the {size}"
        found = axe.Axe().run(page, options=VIOLATIONS).response["violations"]
        grave = [(each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] in ("serious", "critical")]
        assert grave == [], f"{path}, {scheme}"
    context.close()


def test_no_page_asks_for_what_fails_or_for_another_host_and_docs_have_no_serious_finding_of_axe(
    chromium: Any, server: Server
) -> None:
    context = chromium.new_context(viewport=SIZES["desk"])
    with_room(context, server)
    page = context.new_page()
    wrong: list[str] = []
    page.on("request", lambda each: None if each.url.startswith((server.address, "data:")) else wrong.append(each.url))
    # what the next page breaks off has not failed
    page.on("requestfailed", lambda each: None if "ERR_ABORTED" in each.failure else wrong.append(f"{each.url}: {each.failure}"))
    page.on("response", lambda each: wrong.append(f"{each.url}: {each.status}") if each.status >= 400 else None)
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    for path in PAGES:
        page.goto(f"{server.address}{path}")
        assert page.locator("h1").evaluate("each => getComputedStyle(each).fontFamily") != '"Times New Roman"', path
        assert [each for each in wrong if "/problems/" not in path] == [], path
    page.goto(f"{server.address}/docs")
    page.locator(".opblock").first.wait_for(timeout=90_000)  # a long document, which is drawn whole
    assert page.locator(".opblock").count() > 40
    page.locator("#operations-statements-list_statements .opblock-summary-control").click()
    page.locator("#operations-statements-list_statements").get_by_text("as_written").first.wait_for(timeout=90_000)  # the example
    assert wrong == []
    found = axe.Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] in ("serious", "critical")] == []
    context.close()


def test_names_are_suggested_in_both_languages(chromium: Any, server: Server) -> None:
    context = chromium.new_context()
    with_room(context, server)
    page = context.new_page()
    page.goto(server.address)
    assert page.locator("#names option[value='重庆市']").count() == 1, "some without typing, and without a script"
    page.get_by_label("Search figures").press_sequentially("成渝")
    page.wait_for_function("[...document.querySelectorAll('#names option')].some((each) => each.value.startsWith('成渝'))")
    assert page.locator("#names option[value='Chengdu-Chongqing economic circle']").count() == 1
    context.close()


def test_a_page_needs_one_style_sheet_and_no_script(chromium: Any, server: Server) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    before = len(server.log)
    page.goto(f"{server.address}/indicators/foreign-trade-volume")
    asked = server.log[before:]
    assert [each.path for each in asked if each.path.endswith(".css")] == ["/static/style.css"]
    assert not [each for each in asked if each.path.endswith(".js")]
    assert [each for each in asked if each.status not in (0, 200)] == [], "0: not answered yet, as the icon may be"
    context.close()


def test_a_page_that_is_known_is_shown_as_it_was(chromium: Any, server: Server) -> None:
    """The answer that nothing has changed brings the headers of the page: a browser goes on by these."""
    context = chromium.new_context()  # without a route, which would do without the cache
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    for path in (f"/comparisons/{RAIL}", "/worklist"):
        page.goto(f"{server.address}{path}")
        before, first = len(server.log), page.screenshot()
        for _ in range(2):
            page.goto(f"{server.address}/problems")
            page.goto(f"{server.address}{path}")
        statuses = [each.status for each in server.log[before:] if each.path == path]
        assert statuses == [304, 304]
        assert page.screenshot() == first
    assert [each for each in wrong if "404" not in each] == []
    context.close()


def test_hostile_text_in_a_query_is_shown_as_text(chromium: Any, server: Server) -> None:
    context = chromium.new_context()
    with_room(context, server)
    page = context.new_page()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    page.goto(server.address)
    page.get_by_label("Search figures").fill(hostile)
    page.get_by_role("button", name="Search").click()
    assert hostile in page.locator("h1").inner_text()
    assert page.get_by_label("Search figures").input_value() == hostile
    assert page.locator("main img, main script").count() == 0
    assert asked == []
    context.close()
