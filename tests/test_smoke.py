from starlette.testclient import TestClient


def test_the_question_of_the_readme_is_answered_on_both_databases(client: TestClient) -> None:
    answer = client.get("/v1/statements", params={"within": "chongqing", "indicator": "gdp"})
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["data"]] == [
        "central-urban-areas.gdp-2021-h1",
        "central-urban-areas.gdp-2021-h1-usd",
        "central-urban-areas.gdp-share-2021-h1",
    ]
