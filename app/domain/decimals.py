"""How is an exact decimal written, and how is it sorted where a database has none?"""

from decimal import Decimal
from functools import lru_cache

MAX_EXPONENT = 4_000  # numbers that are compared and printed lie below 10^4000, far above any figure

_COMPLEMENT = str.maketrans("0123456789", "9876543210")


def plain(value: Decimal) -> Decimal:
    """`value` without exponent and without trailing zeros, so that equal numbers print alike. Errors as `plain_text`."""
    return Decimal(plain_text(value))


def plain_text(value: Decimal) -> str:
    """Exact decimal text: no exponent, no trailing zeros, no negative zero.

    Raises ValueError for what is not a finite number between 10^-MAX_EXPONENT and 10^MAX_EXPONENT (either sign, or 0).
    """
    if not value:
        return "0"
    if not value.is_finite() or abs(value.adjusted()) >= MAX_EXPONENT:
        raise ValueError(f"a finite number below 10^{MAX_EXPONENT} was expected")
    return _plain_text(value)


@lru_cache(maxsize=4096)
def _plain_text(value: Decimal) -> str:
    """Kept, since a figure is written many times over."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if text[-1] == "0" and "." in text else text


def sort_key(value: Decimal) -> str:
    """A text that sorts (byte by byte) as the number does; databases without exact decimals order by it.

    Sign, then the decimal exponent, then the digits; both are complemented for negative numbers. Errors as `plain_text`.
    """
    text = plain_text(value)
    if text == "0":
        return "1"
    digits = text.lstrip("-").replace(".", "").strip("0")
    size = value.adjusted() + 5000
    if text[0] != "-":
        return f"2{size:04d}{digits}"
    complement = digits.translate(_COMPLEMENT)
    return f"0{9999 - size:04d}{complement}~"
