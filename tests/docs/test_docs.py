"""What the pages under `docs/` say is so: words, rules, examples, settings, problems, and the example from article to answer."""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import typer
from docpages import ADDRESS, blocks, commands_of, reader, run, serving, settings_table, shown, steps, tables, watching
from make import ROOT, SMALL_SEED, SMALL_TEXT, engine_for, seeded, write_seed
from starlette.testclient import TestClient

from app import cli
from app.api.door import MAX_PARAMETERS, MAX_QUERY
from app.api.problems import KINDS as PROBLEMS
from app.domain import comparison, derivation, evidence, period, policy, quantity, units, words
from app.queries.checks import CheckQuery
from app.queries.comparisons import ComparisonFilters
from app.queries.listing import MAX_CODES, Paging
from app.queries.series import SeriesQuery
from app.queries.statements import SORTS, StatementListQuery
from app.schemas.checks import DIFFERENCES
from app.schemas.observations import GAP_REASONS
from app.seed import shapes
from app.seed.load import seed_directory
from app.settings import Settings

DOCS = ROOT / "docs"
MODEL = DOCS / "data-model.md"
API = DOCS / "api.md"
OPERATIONS = DOCS / "operations.md"
ADDING = DOCS / "adding-a-document.md"
SEEDING = ROOT / "seed_data" / "README.md"

HARBOUR = "sqlite:///harbour.db"
DOCUMENT = "my-data/documents/harbour.yaml"


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
        *(policy.POLICIES, comparison.VERDICTS),
        tuple(words.INVERSES.values()),
        quantity.get_args(quantity.IntervalBasis),
        quantity.get_args(words.ProjectStep),
        (*derivation.DERIVATION_KINDS, *derivation.ROLES),
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
    documented = client.get("/openapi.json").json()["paths"]
    assert set(documented) <= listed
    for path in (path for path in listed if "{" not in path):
        needed = any(each["required"] for each in documented.get(path, {"get": {}})["get"].get("parameters", ()))
        assert client.get(path).status_code == (422 if needed else 200), path


def test_every_parameter_of_statements_is_explained() -> None:
    told = {name for cell, _ in table(API, "parameter") for name in re.findall(r"`([^`]+)`", cell)}
    names = {field.alias or name for name, field in StatementListQuery.model_fields.items()}
    apart = {"sort", "fields", "facets", "group_by", "unit_as", *Paging.model_fields}
    assert told == names - apart
    text = API.read_text("utf-8")
    assert [name for name in (*apart, *SORTS) if f"`{name}`" not in text] == []


def test_every_field_of_a_check_and_every_word_of_its_answer_is_explained() -> None:
    told = {name for cell, _ in table(API, "field") for name in re.findall(r"`([^`]+)`", cell)}
    assert told == set(CheckQuery.model_fields)
    explained = code_words(API.read_text("utf-8"))
    assert [word for word in (*DIFFERENCES, *GAP_REASONS) if word not in explained] == []
    own = set(SeriesQuery.model_fields) - set(ComparisonFilters.model_fields)
    assert [name for name in own if f"`{name}=" not in API.read_text("utf-8")] == []


def test_the_limits_of_requests_are_those_of_the_program() -> None:
    text = " ".join(API.read_text("utf-8").split())
    assert f"at most {MAX_QUERY} bytes and {MAX_PARAMETERS} parameters" in text
    assert f"It takes up to {MAX_CODES} codes." in text


def test_every_problem_is_listed_with_its_status() -> None:
    told = {code.strip("`"): int(status) for code, status in table(API, "code | status")}
    assert told == {code: kind.status for code, kind in PROBLEMS.items()}


SHAPES: list[tuple[str, type[shapes.Shape]]] = [
    ("## units.yaml", shapes.UnitShape),
    ("## regions.yaml", shapes.RegionShape),
    ("## indicators.yaml", shapes.IndicatorShape),
    ("## actors.yaml", shapes.ActorShape),
    ("## projects.yaml", shapes.ProjectShape),
    ("### document", shapes.DocumentShape),
    ("### statements", shapes.StatementShape),
    ("**quantity.**", shapes.QuantityShape),
    ("**period.**", shapes.PeriodShape),
    ("## relations.yaml", shapes.RelationShape),
]


@pytest.mark.parametrize(("heading", "shape"), SHAPES, ids=[shape.__name__ for _, shape in SHAPES])
def test_every_field_of_a_seed_file_is_explained_and_starred_where_it_must_be_there(
    heading: str, shape: type[shapes.Shape]
) -> None:
    below = SEEDING.read_text("utf-8").partition(f"\n{heading}\n")[2].partition("| field | meaning |\n|---|---|\n")[2]
    rows = re.match(r"(?:\|.*\n)*", below)
    assert rows
    cells = [row.split(" | ")[0] for row in rows[0].splitlines()]
    told = {name: star == " *" for cell in cells for name, star in re.findall(r"`(\w+)`( \*)?", cell)}
    assert told == {name: field.is_required() for name, field in shape.model_fields.items()}


@pytest.mark.parametrize(("file", "heading"), [("regions", "## regions.yaml"), ("projects", "## projects.yaml")])
def test_every_kind_in_use_is_named(file: str, heading: str) -> None:
    used = set(re.findall(r"^  kind: (\S+)$", (SEEDING.parent / f"{file}.yaml").read_text("utf-8"), re.MULTILINE))
    section = SEEDING.read_text("utf-8").partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"\| `kind` \* \| a code: `([^`]+)`", section)[0].split())
    assert used
    assert used <= named


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


def example() -> dict[str, str]:
    """The files of the worked example, as the page gives them."""
    return {step.file: step.text for step in steps(ADDING) if step.file}


def faults_of(files: dict[str, str], directory: Path) -> str:
    """What the check says of the worked example with these files."""
    write_files(directory, files)
    done = run(f"claimbook seed --from my-data --check --texts . --database {HARBOUR}", directory, reader(directory))
    assert (done.returncode, done.stdout) == (1, "")
    assert not (directory / "harbour.db").exists()
    return done.stderr


def write_files(directory: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


def test_the_worked_example_is_a_whole_seed_and_its_text() -> None:
    assert list(example()) == ["harbour.txt", *(f"my-data/{name}" for name in SMALL_SEED)]
    assert example()["harbour.txt"] == SMALL_TEXT


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_worked_example_works_as_told(backend: str, tmp_path: Path, new_database: Callable[..., str]) -> None:
    environment, database = reader(tmp_path), HARBOUR
    if backend == "postgresql":
        database = shlex.quote(new_database(backend))
    drafted, address, wait_for = "", ADDRESS, None
    with ExitStack() as running:
        watch = running.enter_context(ExitStack())
        for step in steps(ADDING):
            if step.file:
                write_files(tmp_path, {step.file: step.text})
                if wait_for:
                    wait_for("The seed data are sound; nothing was written.\n")
                    watch.close()
                    wait_for = None
            elif step.language == "text" and step.text.startswith("Watching"):
                assert wait_for
                wait_for(step.text)
            elif step.language == "text" and step.text.startswith("- slug:"):
                assert step.text in drafted
            elif step.language == "sh":
                line = step.text.strip().replace(HARBOUR, database)
                if "--watch" in line:
                    wait_for = watch.enter_context(watching(line, tmp_path, environment))
                elif line.startswith("claimbook serve"):
                    address, _ = running.enter_context(serving(line, tmp_path, environment))
                else:
                    assert run(line, tmp_path, environment).returncode == 0, line
            elif step.language == "console":
                for command in commands_of(step.text):
                    line = command.line.replace(HARBOUR, database).replace(ADDRESS, address).replace("curl ", "curl --silent ")
                    if backend == "postgresql" and "The database is now at" in command.output:
                        assert run(f"claimbook migrate --database {database}", tmp_path, environment).returncode == 0
                    done = run(line, tmp_path, environment)
                    assert (done.returncode, done.stderr) == (0, ""), line
                    assert shown(done.stdout) == command.output, line
                    if line.startswith("claimbook draft"):
                        drafted = (tmp_path / "my-data" / "documents" / "harbour.yaml").read_text("utf-8")
        coverage = run(f"curl --silent {address}/v1/documents/harbour/coverage", tmp_path, environment).stdout
        assert '"unaccounted":0,"ratio":1,' in coverage


def test_the_faults_of_the_worked_example_are_those_that_the_check_lists(tmp_path: Path) -> None:
    files = example()
    before, forecast = files[DOCUMENT].split("- slug: ships-2026")
    wrong = forecast.replace("[northport]", "[northprt]").replace("unit: count", "unit: percent")
    told = faults_of({**files, DOCUMENT: f"{before}- slug: ships-2026{wrong}"}, tmp_path)
    assert told == next(step.text for step in steps(ADDING) if "northprt" in step.text)


@pytest.mark.parametrize(
    ("place", "file", "old", "new"),
    [
        (0, "my-data/indicators.yaml", "stock_flow: flow", "stock_flow: stock"),
        (
            1,
            DOCUMENT,
            "exact: more than 6,000 ships\n    start: 80",
            "exact: the port of Northport handled more than 6,000 ships\n    start: 50",
        ),
        (2, DOCUMENT, '"2024", reason: date_part', '"2024"'),
        (3, DOCUMENT, "exact: about 40%", "exact: about 41%"),
    ],
)
def test_what_the_check_says_beside_gaps_is_what_the_page_says(place: int, file: str, old: str, new: str, tmp_path: Path) -> None:
    files = example()
    assert files[file].count(old) == 1
    message, _ = table(ADDING, "it says")[place]
    pattern = ".*".join(map(re.escape, re.findall(r"`([^`]+)`", message)[0].split("…")))
    assert re.search(pattern, faults_of({**files, file: files[file].replace(old, new)}, tmp_path)), pattern
