"""What the pages under `docs/` say is so: words, rules, examples, settings, problems, and the example from article to answer."""

import re
import shutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from docpages import ADDRESS, blocks, commands, reader, run, serving, settings_table, shown, tables
from make import ROOT, SMALL_SEED, SMALL_TEXT, engine_for, seeded, write_seed
from starlette.testclient import TestClient

from app import cli
from app.api.door import MAX_PARAMETERS, MAX_QUERY
from app.api.problems import KINDS as PROBLEMS
from app.domain import evidence, period, quantity, units, words
from app.queries.listing import MAX_CODES, Paging
from app.queries.statements import SORTS, StatementListQuery
from app.seed.load import seed_directory
from app.settings import Settings

DOCS = ROOT / "docs"
MODEL = DOCS / "data-model.md"
API = DOCS / "api.md"
OPERATIONS = DOCS / "operations.md"
ADDING = DOCS / "adding-a-document.md"

HARBOUR = "sqlite:///harbour.db"


@pytest.fixture
def client(clients: Callable[[str], TestClient]) -> TestClient:
    """The shipped data; which database holds them makes no difference to the pages."""
    return clients("sqlite")


def table(page: Path, first: str) -> list[list[str]]:
    """The table of a page whose header begins so."""
    return next(rows for header, rows in tables(page).items() if header.startswith(f"| {first} |"))


def code_words(text: str) -> set[str]:
    """Everything in a text that is set as code, fenced blocks left out."""
    return set(re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)))


def statement(client: TestClient, cell: str) -> Any:
    return client.get(f"/v1/statements/{cell.strip('`')}").json()


def test_every_word_of_the_closed_lists_is_explained() -> None:
    explained = code_words(MODEL.read_text("utf-8"))
    lists = (
        *(quantity.COMPARATORS, quantity.MEASURES, period.PERIOD_TYPES, period.PERIOD_BASES, evidence.VERIFICATIONS),
        *(units.FAMILIES, words.KINDS, words.STOCK_FLOW, words.ACTOR_KINDS, words.ATTRIBUTION_MODES, words.ATTRIBUTION_BASES),
        *(words.PUBLISHED_BASES, words.STATEMENT_STATUSES, words.RELATIONS, words.CHANGE_OPERATIONS, words.MENTION_STATES),
        tuple(words.INVERSES.values()),
        quantity.get_args(quantity.IntervalBasis),
        quantity.get_args(words.ProjectStep),
    )
    missing = [word for each in lists for word in each if word not in explained]
    assert missing == []


def test_the_constants_of_the_interval_rules_are_those_of_the_program() -> None:
    told = {name.strip("`"): value for name, value in table(MODEL, "constant")}
    assert told == {name: str(getattr(quantity, name)) for name in told}
    used = {word for word in code_words(MODEL.read_text("utf-8")) if re.fullmatch(r"[A-Z_]{5,}", word)}
    assert used == set(told)


def test_the_limits_of_spans_are_those_of_the_program() -> None:
    text = " ".join(MODEL.read_text("utf-8").split())
    limits = f"at most {evidence.MAX_WORDS} words, spans that stand close together at most {evidence.MAX_RUN_WORDS}"
    assert limits in text
    assert evidence.MAX_SHARE == 4
    assert "hold at most a quarter of its text" in text


def brackets(interval: dict[str, Any]) -> str:
    """An interval as people write it."""
    low = "(-∞" if interval["lower"] is None else f"{'[' if interval['lower_inclusive'] else '('}{interval['lower']}"
    high = "∞)" if interval["upper"] is None else f"{interval['upper']}{']' if interval['upper_inclusive'] else ')'}"
    return f"{low}, {high}"


def test_each_example_of_an_interval_is_what_the_api_answers(client: TestClient) -> None:
    examples = table(MODEL, "as written | unit | basis")
    for as_written, unit, basis, interval, id_ in examples:
        figure = statement(client, id_)["quantity"]
        answered = (figure["as_written"], figure["unit"], f"`{figure['interval']['basis']}`", brackets(figure["interval"]))
        assert (as_written, unit, basis, interval) == answered
    shown_rules = {basis.strip("`") for _, _, basis, _, _ in examples}
    assert shown_rules == {*quantity.get_args(quantity.IntervalBasis)} - {"range"}


def test_the_rules_of_periods_are_those_of_the_program() -> None:
    told = {name.strip("`"): meaning for name, meaning in table(MODEL, "rule | means")}
    assert told == {name: meaning for name, (meaning, *_) in period.RULES.items()}


def test_each_example_of_a_period_is_what_the_api_answers(client: TestClient) -> None:
    for *told, id_ in table(MODEL, "words that date it"):
        found = statement(client, id_)
        when = found["period"]
        answered = [
            when["as_written"],
            found["document"]["published_on"],
            when["type"],
            when["label"],
            when["basis"],
            when["rule"],
        ]
        assert [cell.strip("`") if cell != "none" else None for cell in told] == answered


def test_each_example_of_a_cell_is_what_the_api_answers(client: TestClient) -> None:
    ids = ("central-urban-areas.railway-express-trains", "central-urban-areas.railway-express-trains-2020")
    assert [block.strip() for block in blocks(MODEL, "text")] == [statement(client, id_)["cell"] for id_ in ids]


def test_every_path_of_the_api_is_listed(client: TestClient) -> None:
    listed = {path for cell, _ in table(API, "path") for path in re.findall(r"`([^`]+)`", cell)}
    assert set(client.get("/openapi.json").json()["paths"]) <= listed
    for path in (path for path in listed if "{" not in path):
        assert client.get(path).status_code == 200, path


def test_every_parameter_of_statements_is_explained() -> None:
    told = {name for cell, _ in table(API, "parameter") for name in re.findall(r"`([^`]+)`", cell)}
    names = {field.alias or name for name, field in StatementListQuery.model_fields.items()}
    apart = {"sort", "fields", *Paging.model_fields}
    assert told == names - apart
    text = API.read_text("utf-8")
    assert [name for name in (*apart, *SORTS) if f"`{name}`" not in text] == []


def test_the_limits_of_requests_are_those_of_the_program() -> None:
    text = " ".join(API.read_text("utf-8").split())
    assert f"at most {MAX_QUERY} bytes and {MAX_PARAMETERS} parameters" in text
    assert f"It takes up to {MAX_CODES} codes." in text


def test_every_problem_is_listed_with_its_status() -> None:
    told = {code.strip("`"): int(status) for code, status in table(API, "code | status")}
    assert told == {code: kind.status for code, kind in PROBLEMS.items()}


def test_every_setting_is_documented_as_it_is() -> None:
    assert settings_table() in OPERATIONS.read_text("utf-8")


def test_every_setting_does_something() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted((ROOT / "app").rglob("*.py")))
    idle = [name for name in Settings.model_fields if not re.search(rf"(?:settings|self)\.{name}\b", source)]
    assert idle == []


def names(group: Any, prefix: str) -> Iterator[str]:
    """Every command of the command line, written in full."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from names(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}"


def test_every_command_is_documented() -> None:
    told = {command.strip("`") for command, _ in table(OPERATIONS, "command | does")}
    assert told == {*names(typer.main.get_command(cli.app), "claimbook"), "claimbook --version"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("verify", "There is no database claimbook.db;"),
        ("migrate --database sqlite:///data/a.db", "The directory data of the database does not exist."),
        ("migrate --database mysql://host/name", "The database address is not understood:"),
        ("migrate --database postgresql+psycopg://127.0.0.1:1/name", "The database cannot be reached or opened:"),
        ("migrate", "CLAIMBOOK_POOL_SIZE:"),
    ],
)
def test_the_messages_are_those_of_the_program(
    line: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in [cell.strip("`").split(" ...")[0] for cell, _ in table(OPERATIONS, "message")]
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if message.startswith("CLAIMBOOK_"):
        monkeypatch.setenv(message.strip(":"), "0")
    monkeypatch.setattr("sys.argv", ["claimbook", *line.split()])
    with pytest.raises(SystemExit, match=r"^1$"):
        cli.main()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"claimbook: {message}")
    assert printed.err.count("\n") == 1


def test_a_backup_made_as_told_holds_the_data(tmp_path: Path) -> None:
    seed = write_seed(tmp_path / "my-data", SMALL_SEED)
    engine = seeded(f"sqlite:///{tmp_path / 'claimbook.db'}", seed)  # stays open, as a server's would
    line = next(block for block in blocks(OPERATIONS, "sh") if "backup" in block)
    assert run(line, tmp_path, reader(tmp_path)).returncode == 0
    copy = engine_for(f"sqlite:///{tmp_path / 'backup.db'}")
    assert not seed_directory(copy, seed).changed
    for each in (engine, copy):
        each.dispose()


def test_the_worked_example_is_that_of_the_tests() -> None:
    assert blocks(ADDING, "text")[0] == SMALL_TEXT
    assert blocks(ADDING, "yaml") == [textwrap.dedent(content).strip() + "\n" for content in SMALL_SEED.values()]
    names = re.findall(r"`my-data/([\w./-]+)`:", ADDING.read_text("utf-8"))
    assert names == list(SMALL_SEED)


@pytest.mark.skipif(
    not all(map(shutil.which, ("curl", "sha256sum", "python3"))), reason="curl, sha256sum or python3 is not installed"
)
def test_the_worked_example_works_as_told(tmp_path: Path) -> None:
    environment = reader(tmp_path)
    (tmp_path / "harbour.txt").write_text(SMALL_TEXT, "utf-8")
    write_seed(tmp_path / "my-data", SMALL_SEED)
    *before, ask = commands(ADDING)
    for command in before:
        done = run(command.line, tmp_path, environment)
        assert (done.returncode, done.stderr) == (0, ""), command.line
        assert shown(done.stdout) == command.output, command.line
    with serving(blocks(ADDING, "sh")[0].strip(), tmp_path, environment) as (address, _):
        done = run(ask.line.replace("curl ", "curl --silent ", 1).replace(ADDRESS, address), tmp_path, environment)
        assert shown(done.stdout) == ask.output


def test_the_faults_of_the_worked_example_are_those_that_the_check_lists(tmp_path: Path) -> None:
    environment = reader(tmp_path)
    before, forecast = SMALL_SEED["documents/harbour.yaml"].split("- slug: ships-2026")
    wrong = forecast.replace("[northport]", "[northprt]").replace("unit: count", "unit: percent")
    write_seed(tmp_path / "my-data", {**SMALL_SEED, "documents/harbour.yaml": f"{before}- slug: ships-2026{wrong}"})
    done = run(f"claimbook seed --from my-data --check --database {HARBOUR}", tmp_path, environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == blocks(ADDING, "text")[1]
    assert not (tmp_path / "harbour.db").exists()
