"""The same thing has the same words on every page: periods, filters that are set, kinds of what is found."""

import pytest
from reading import links, local, read, text_of
from starlette.testclient import TestClient

from app.web.words import dated, label_words


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("2021", "2021"),
        ("2021-S1", "first half of 2021"),
        ("2021-Q3", "third quarter of 2021"),
        ("2021-06", "June 2021"),
        ("2021-06-10", "10 June 2021"),
        ("2016..2020", "2016 to 2020"),
        ("..2021-03-03", "up to 3 March 2021"),
        ("2016..", "from 1 January 2016"),
        ("asof", "date inferred"),
        ("unknown", "no date"),
        ("2021-13", "2021-13"),
    ],
)
def test_a_label_is_said_as_its_period_is(label: str, said: str) -> None:
    assert label_words(label) == said


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("GDP of Chongqing in 2021-S1 is 5: total = part", "GDP of Chongqing in the first half of 2021 is 5: total = part"),
        ("The document of 2021-09-30 converts at 6.4", "The document of 30 September 2021 converts at 6.4"),
        ("Trade of X in ..2021-03-03 is 7", "Trade of X up to 3 March 2021 is 7"),
        ("Trade of X in 2016..2020, with 1,284 of 2000.5", "Trade of X in 2016 to 2020, with 1,284 of 2000.5"),
    ],
)
def test_the_labels_of_a_sentence_are_said_in_words(sentence: str, said: str) -> None:
    assert dated(sentence) == said


def test_no_menu_and_no_derived_figure_shows_the_label_of_a_period(client: TestClient) -> None:
    page = read(client, "/statements")
    periods = next(each for each in page.iter() if local(each) == "select" and each.get("name") == "period")
    said = [text_of(each) for each in periods]
    assert any(each.startswith("first half of 2021 (") for each in said)
    assert [each for each in said if each.startswith(("asof", "unknown", "..")) or "-S" in each] == []
    assert "2021-S1" not in text_of(read(client, "/derivations"))


@pytest.mark.parametrize(
    ("path", "chip"),
    [
        ("/series?indicator=gdp", "Gross domestic product"),
        ("/statements?sort=-period", "latest period first"),
        ("/statements?region=chongqing,sichuan", "Chongqing, Sichuan"),
        ("/statements?has_quantity=true", "with a figure"),
        ("/derivations?within=chongqing&indicator=gdp", "Chongqing and all in it"),
        ("/derivations?statement=central-urban-areas.gdp-2021-h1", "trillion yuan"),
        ("/derivations?period=2021-S1", "first half of 2021"),
        ("/statements?q=rail", "q rail"),
    ],
)
def test_a_filter_that_is_set_is_shown_by_its_name(client: TestClient, path: str, chip: str) -> None:
    page = read(client, path)
    assert any(chip in text_of(each) for each in page.iter() if each.get("class") == "chip")
    assert [name for name, _ in links(page) if name.startswith("Remove ") and chip in name]


def test_what_is_found_is_counted_under_the_words_that_stand_above_it(client: TestClient) -> None:
    page = read(client, "/search?q=%E9%87%8D%E5%BA%86")
    tags = next(each for each in page.iter() if each.get("class") == "tags")
    assert "people and organisations" in text_of(tags)
    assert "actor" not in text_of(tags)
    headings = {text_of(each).lower() for each in page.iter() if local(each) == "h2"}
    assert {"regions", "people and organisations"} <= headings


def test_our_words_and_those_of_the_document_are_told_apart(client: TestClient) -> None:
    page = read(client, "/statements/central-urban-areas.gdp-2021-h1")
    assert text_of(next(each for each in page.iter() if local(each) == "h1")).startswith("In our words GDP of Chongqing")
    assert "In the document’s words" in [text_of(each) for each in page.iter() if local(each) == "h2"]


def test_those_who_are_quoted_most_stand_by_number_and_then_by_name(client: TestClient) -> None:
    page = read(client, "/actors")
    tags = next(each for each in page.iter() if each.get("class") == "tags")
    found = [text_of(each).removesuffix("s").removesuffix(" statement").rpartition(" ") for each in tags]
    stated = [(-int(number), name.casefold()) for name, _, number in found]
    assert stated == sorted(stated)
    assert len(stated) == 11
    groups = client.get("/v1/statements/groups?by=speaker&limit=1000").json()["groups"]
    assert {-count for count, _ in stated} <= {each["count"] for each in groups}


def test_an_author_is_called_one_among_the_people(client: TestClient) -> None:
    people = [text_of(each) for each in read(client, "/actors?kind=person").iter() if local(each) == "li"]
    wrote = [each for each in people if "document" in each]
    assert wrote
    assert all("author, " in each for each in wrote)
    assert not any("author, " in each for each in people if each not in wrote)


def test_a_point_estimate_has_six_digits_and_all_of_them_on_asking(client: TestClient) -> None:
    derived = client.get("/v1/derivations?limit=1000").json()["data"]
    page = read(client, "/derivations?limit=1000")
    titles = {each.get("title"): text_of(each) for each in page.iter() if local(each) == "span" and each.get("title")}
    long = [each for each in derived if each["value"] and len(each["value_text"].replace(".", "").strip("0")) > 6]
    assert long
    assert any("".join(filter(str.isdigit, full)) == long[0]["value_text"].replace(".", "") for full in titles)
    for short in titles.values():
        assert len("".join(filter(str.isdigit, short)).strip("0")) <= 6


def test_the_start_page_says_how_statements_and_figures_differ(client: TestClient) -> None:
    assert "of them with a figure" in text_of(read(client, "/"))
