"""What the short way keeps in memory is bounded, and the newest stays."""

from hypothesis import given
from hypothesis import strategies as some

from app.api.quick import MEAN_BYTES, Facts


@given(some.integers(0, 60), some.integers(0, 40))
def test_no_more_is_held_than_was_allowed_and_the_newest_stays(read: int, most: int) -> None:
    facts = Facts((1, "key"))
    for number in range(read):
        facts.held[str(number)] = b"{}"
        facts.trim(most * MEAN_BYTES)
        assert len(facts.held) <= most
        if most > 1:
            assert str(number) in facts.held
    assert list(facts.held) == [str(number) for number in range(read - len(facts.held), read)]
