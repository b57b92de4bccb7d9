"""The operator's own copies of documents: recognised by content, checked to the letter, kept through later loads."""

from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from make import SMALL_MENTIONS, SMALL_SEED, SMALL_TEXT, write_seed
from observe import address_of, changes_in, claimbook, digest, edit, rows_of

from app.domain.evidence import paragraph_of
from app.errors import ClaimbookError, SeedError
from app.seed.attach import attach, verify_statements
from app.seed.load import seed_directory

VERIFIED = {"harbour.ships-2024": "verified", "harbour.ships-share-2024": "verified", "harbour.ships-2026": "verified"}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small seed with every number of its text accounted for."""
    directory = write_seed(tmp_path / "small", SMALL_SEED)
    with (directory / "documents" / "harbour.yaml").open("a", encoding="utf-8") as file:
        file.write(SMALL_MENTIONS)
    return directory


@pytest.fixture
def harbour(empty: sa.Engine, small: Path) -> sa.Engine:
    """A database with the small seed."""
    seed_directory(empty, small)
    return empty


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The very text that the small seed refers to, under another name."""
    file = tmp_path / "copies" / "my copy.txt"
    file.parent.mkdir()
    file.write_text(SMALL_TEXT, "utf-8")
    return file


def test_a_copy_is_recognised_by_its_bytes_and_lights_up_the_sentences(harbour: sa.Engine, copy: Path) -> None:
    ((attached,), refused) = attach(harbour, [copy])
    assert (attached.document, attached.exact_copy, attached.changed, attached.states) == ("harbour", True, True, VERIFIED)
    assert refused == []
    assert changes_in(harbour, 2) == {("document", "harbour"): ("updated", "text")}
    sentence = "In 2024 the port of Northport handled more than 6,000 ships, about 40% of the national total."
    said = 'The harbour master, Ada Quay, said: "We expect 7,000 ships by 2026."'
    assert [tuple(row.values()) for row in rows_of(harbour, "quotation")] == [
        ("harbour.ships-2024", sentence, SMALL_TEXT[48:80], SMALL_TEXT[101:133]),
        ("harbour.ships-2026", said, SMALL_TEXT[151:183], '."\n'),
        ("harbour.ships-share-2024", sentence, SMALL_TEXT[71:103], SMALL_TEXT[112:144]),
    ]


def test_attaching_the_same_text_again_changes_nothing(harbour: sa.Engine, copy: Path) -> None:
    attach(harbour, [copy])
    before = digest(harbour)
    ((attached,), _) = attach(harbour, [copy.parent])
    assert (attached.changed, attached.states) == (False, VERIFIED)
    assert digest(harbour) == before


def test_another_version_of_a_text_is_taken_only_when_accepted(harbour: sa.Engine, copy: Path) -> None:
    copy.write_text(SMALL_TEXT.replace("Harbour News", "Harbor News"), "utf-8")
    before = digest(harbour)
    attached, (refused,) = attach(harbour, [copy])
    assert attached == []
    assert refused.reason == "100% of the spans of harbour occur, but its SHA-256 differs; --accept takes it"
    assert digest(harbour) == before
    ((accepted,), _) = attach(harbour, [copy], accept=True)
    assert (accepted.exact_copy, set(accepted.states.values())) == (False, {"moved"})
    assert rows_of(harbour, "quotation") == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Nothing of the kind.\n", "no document has this text: neither its SHA-256 nor half of the spans of one occur"),
        (b"We expect 7,000 ships by 2026.", "no document has this text: neither its SHA-256 nor half of the spans of one occur"),
        (b"more than 6,000 ships, about 40%", "67% of the spans of harbour occur, but its SHA-256 differs; --accept takes it"),
        (b"about 40% \xff", "byte 10 is not UTF-8 text"),
        (b"about 40% \x00", "a NUL character cannot be kept"),
        (b"", "no document has this text: neither its SHA-256 nor half of the spans of one occur"),
        (None, "cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_copy_is_refused_with_the_reason(harbour: sa.Engine, copy: Path, content: bytes | None, reason: str) -> None:
    copy.unlink()
    if content is not None:
        copy.write_bytes(content)
    before = digest(harbour)
    attached, (refused,) = attach(harbour, [copy])
    assert (attached, refused.reason) == ([], reason)
    assert digest(harbour) == before


def test_a_directory_without_texts_and_a_text_that_is_too_large_are_refused(harbour: sa.Engine, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(50_000_001)
    attached, refused = attach(harbour, [tmp_path / "none", large])
    assert (attached, [each.reason for each in refused]) == (
        [],
        ["there is no .txt file in this directory", "larger than 50000000 bytes"],
    )


def test_one_file_that_is_refused_does_not_keep_the_others_out(harbour: sa.Engine, copy: Path) -> None:
    (copy.parent / "a.txt").write_text("Something else.", "utf-8")
    attached, refused = attach(harbour, [copy.parent])
    assert ([each.document for each in attached], [each.path.name for each in refused]) == (["harbour"], ["a.txt"])


def test_each_state_of_a_locator_is_told(harbour: sa.Engine, copy: Path) -> None:
    text = SMALL_TEXT.replace("more than 6,000 ships", "well over 6,000 ships").replace("Harbour News", "Harbor News")
    copy.write_text(text + "About a third, not about 40%.\n", "utf-8")
    ((attached,), _) = attach(harbour, [copy], accept=True)
    assert attached.states == {
        "harbour.ships-2024": "altered",
        "harbour.ships-share-2024": "ambiguous",
        "harbour.ships-2026": "moved",
    }
    copy.write_text(text.replace("6,000 ships", "a lot of vessels"), "utf-8")
    ((attached,), _) = attach(harbour, [copy], accept=True)
    assert attached.states["harbour.ships-2024"] == "missing"
    assert dict(verify_statements(harbour)) == attached.states


def test_a_text_stays_attached_through_a_load_and_what_changed_is_verified_again(
    harbour: sa.Engine, small: Path, copy: Path
) -> None:
    attach(harbour, [copy])
    document = small / "documents" / "harbour.yaml"
    edit(document, 'exact: "about 40%", start: 103, end: 112', 'exact: "40%", start: 109, end: 112')
    edit(document, "text: The harbour master expects", "text: The master expects")
    seed_directory(harbour, small)
    assert dict(verify_statements(harbour)) == VERIFIED
    assert {row["id"]: row["verification"] for row in rows_of(harbour, "statement")} == VERIFIED
    assert [row["prefix"] for row in rows_of(harbour, "quotation")][-1].endswith("6,000 ships, about ")


def test_with_the_text_at_hand_a_wrong_span_and_a_number_left_out_are_faults(harbour: sa.Engine, small: Path, copy: Path) -> None:
    attach(harbour, [copy])
    document = small / "documents" / "harbour.yaml"
    edit(document, 'exact: "about 40%", start: 103, end: 112', 'exact: "about 40 ", start: 103, end: 112')
    edit(document, '- {start: 45, end: 49, number: "2024", reason: date_part}\n', "")
    edit(
        document,
        '{start: 198, end: 202, number: "2026", reason: date_part}',
        '{start: 198, end: 201, number: "202", reason: date_part}',
    )
    with pytest.raises(SeedError) as refused:
        seed_directory(harbour, small)
    told = str(refused.value)
    assert "the words do not stand at 103..112 of the text: altered" in told
    assert "the number '2024' at 45..49 (paragraph 3) is not accounted for in `mentions`" in told
    assert "the number '2026' at 198..202 (paragraph 4) is not accounted for in `mentions`" in told
    assert "the text holds no number at 198..201" in told
    assert told.endswith("4 faults; nothing was written.")


def test_numbers_of_an_attached_text_that_nobody_read_are_counted(empty: sa.Engine, tmp_path: Path, copy: Path) -> None:
    seed_directory(empty, write_seed(tmp_path / "bare", SMALL_SEED))
    attach(empty, [copy])
    assert [(row["number"], row["state"]) for row in rows_of(empty, "mention")] == [
        ("2024", "unaccounted"),
        ("6,000", "unaccounted"),
        ("40%", "unaccounted"),
        ("7,000", "unaccounted"),
        ("2026", "unaccounted"),
    ]


def test_a_withdrawn_statement_is_quoted_no_more_and_a_new_one_at_once(harbour: sa.Engine, small: Path, copy: Path) -> None:
    attach(harbour, [copy])
    document = small / "documents" / "harbour.yaml"
    edit(document, "slug: ships-2026", "slug: ships-by-2026")
    seed_directory(harbour, small)
    states = {row["id"]: row["verification"] for row in rows_of(harbour, "statement") if row["status"] == "published"}
    assert set(states.values()) == {"verified"}
    assert [row["statement"] for row in rows_of(harbour, "quotation")] == [
        "harbour.ships-2024",
        "harbour.ships-by-2026",
        "harbour.ships-share-2024",
    ]
    assert "harbour.ships-2026" not in dict(verify_statements(harbour))


def test_two_documents_with_one_text_both_get_it(harbour: sa.Engine, small: Path, copy: Path) -> None:
    content = (small / "documents" / "harbour.yaml").read_text("utf-8")
    again = content.replace("code: harbour\n", "code: harbour-reprint\n")
    write_seed(small, {"documents/harbour-reprint.yaml": again})
    seed_directory(harbour, small)
    attached, _ = attach(harbour, [copy])
    assert [each.document for each in attached] == ["harbour", "harbour-reprint"]
    assert {state for _, state in verify_statements(harbour)} == {"verified"}


def test_prune_takes_the_attached_text_along(harbour: sa.Engine, small: Path, copy: Path) -> None:
    attach(harbour, [copy])
    (small / "documents" / "harbour.yaml").unlink()
    seed_directory(harbour, small, prune=True)
    assert rows_of(harbour, "document_text") == rows_of(harbour, "quotation") == []


def test_verify_exits_with_1_on_anything_but_verified_and_unattached(harbour: sa.Engine, copy: Path) -> None:
    address = address_of(harbour)
    unattached = claimbook("verify", "--database", address)
    assert (unattached.code, unattached.out.splitlines()[-1], unattached.err) == (0, "3 unattached", "")
    ran = claimbook("documents", "attach", copy, "--database", address)
    assert (ran.code, ran.out, ran.err) == (0, f"{copy}: harbour: 3 verified\n", "")
    assert claimbook("documents", "attach", copy, "--database", address).out == f"{copy}: harbour: 3 verified; attached already\n"
    assert claimbook("verify", "harbour", "--database", address).out.splitlines() == [
        *(f"verified   {id_}" for id_ in VERIFIED),
        "3 verified",
    ]
    copy.write_text(SMALL_TEXT.replace("40%", "41%"), "utf-8")
    refused = claimbook("documents", "attach", copy, "--database", address)
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    accepted = claimbook("documents", "attach", copy, "--accept", "--database", address)
    assert accepted.out == f"{copy}: harbour (another version, accepted): 1 altered, 2 verified\n"
    altered = claimbook("verify", "--database", address)
    assert (altered.code, altered.out.splitlines()[-1]) == (1, "1 altered, 2 verified")


def test_verify_names_the_nearest_document(harbour: sa.Engine) -> None:
    with pytest.raises(ClaimbookError, match="There is no document 'harbor'; did you mean harbour"):
        verify_statements(harbour, "harbor")


def test_every_shipped_statement_stands_in_the_publishers_text(loaded: sa.Engine, texts: Path) -> None:
    attached, refused = attach(loaded, [texts])
    assert (len(attached), refused) == (5, [])
    assert all(each.exact_copy for each in attached)
    assert Counter(state for _, state in verify_statements(loaded)) == {"verified": len(rows_of(loaded, "statement"))}
    assert len(rows_of(loaded, "quotation")) == len(rows_of(loaded, "statement"))
    read = {row["document"]: row["text"] for row in rows_of(loaded, "document_text")}
    lengths = {row["code"]: row["text_length"] for row in rows_of(loaded, "document")}
    assert lengths == {code: len(text) for code, text in read.items()}
    wrong = [
        row["id"]
        for row in rows_of(loaded, "statement")
        if row["paragraph"] != paragraph_of(read[row["document"]], row["evidence_start"])
        or read[row["document"]].count(row["exact"]) != 1
    ]
    assert wrong == []


def test_one_changed_character_turns_exactly_the_statements_whose_words_it_stands_in(
    loaded: sa.Engine, texts: Path, tmp_path: Path
) -> None:
    text = (texts / "central-urban-areas.txt").read_bytes().decode()
    spans = {
        row["id"]: (row["evidence_start"], row["evidence_end"])
        for row in rows_of(loaded, "statement")
        if row["document"] == "central-urban-areas"
    }
    place = spans["central-urban-areas.gdp-2021-h1"][0] + 9
    copy = tmp_path / "copy.txt"
    copy.write_bytes((text[:place] + "~" + text[place + 1 :]).encode())
    ((attached,), _) = attach(loaded, [copy], accept=True)
    turned = {id_ for id_, state in attached.states.items() if state != "verified"}
    assert turned == {id_ for id_, (start, end) in spans.items() if start <= place < end}
    assert attached.states["central-urban-areas.gdp-2021-h1"] == "altered"


@pytest.mark.parametrize(
    ("text", "shared"),
    [
        ("Said: “PORT of Northport handled more than 6,000 ships” then.", "PORT of Northport handled more than 6,000 ships"),
        ("A port of Northport handled more than 6,000 vessels in 2024.", None),
    ],
)
@pytest.mark.parametrize("how", ["attached", "at hand"])
def test_a_statement_shares_no_eight_words_in_a_row_with_its_text(
    harbour: sa.Engine, small: Path, copy: Path, how: str, text: str, shared: str | None
) -> None:
    edit(small / "documents" / "harbour.yaml", "Northport handled more than 6,000 ships in 2024.", f'"{text}"')
    options = ["--texts", copy.parent] if how == "at hand" else []
    if how == "attached":
        attach(harbour, [copy])
    ran = claimbook("seed", "--from", small, *options, "--database", address_of(harbour))
    told = f"documents/harbour.yaml:14:3: text: shares 8 words in a row with the document ({shared}); say it in words of our own"
    assert (ran.code, ran.err.splitlines()[:-1]) == (0, [told] if shared else [])
    assert ran.err.endswith("1 doubt: look at the words again. They are no faults, and stop nothing.\n" if shared else "")
