"""How often is each fault made to happen? Few times in an ordinary run, more when `tests/faults/run.py --rounds N` says so."""

import os

ROUNDS = int(os.environ.get("CLAIMBOOK_ROUNDS", "0"))
"""0: the quick form."""


def rounds(quick: int) -> int:
    """So many rounds in the quick form."""
    return ROUNDS or quick
