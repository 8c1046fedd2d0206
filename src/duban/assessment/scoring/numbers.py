"""Numbers as people write them. Sums are kept exact to 28 digits; only what people see is rounded, half up."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

#: The arithmetic of scores, whatever the surrounding context is: the same inputs give the same digits everywhere.
EXACT = Context(prec=28, rounding=ROUND_HALF_EVEN)
#: To how many places the steps of a working are written; more are not needed to redo it.
_SHOWN = 4
ZERO = Decimal(0)
HUNDRED = Decimal(100)


def rounded(number: Decimal, places: int) -> Decimal:
    """Return `number` to so many places, half up (2.345 is 2.35)."""
    return number.quantize(_steps(places), rounding=ROUND_HALF_UP)


@lru_cache
def _steps(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


@lru_cache(maxsize=65536)
def shown(number: Decimal, places: int = _SHOWN) -> str:
    """Return a number for people, without needless zeros and with a real minus: −0.1, 55.2, 18.3333."""
    return _text(rounded(number, places))


@lru_cache(maxsize=65536)
def percent(number: Decimal) -> str:
    """Return a part of one as a percentage: 0.92 is 92 %."""
    return f"{shown(number * HUNDRED)} %"


def equals(number: Decimal, places: int = _SHOWN) -> str:
    """Return a number after its sign: = 55.2 where that is all of it, ≈ 18.3333 where digits are left out."""
    short = rounded(number, places)
    return f"{'=' if short == number else '≈'} {_text(short)}"


def _text(short: Decimal) -> str:
    if not short:
        return "0"
    text = format(short, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"−{text[1:]}" if text[0] == "-" else text


def added(numbers: Iterable[Decimal]) -> str:
    """Return a sum written out: 80 + 2 − 5."""
    text = ""
    for number in numbers:
        if not text:
            text = shown(number)
        else:
            text += f" {'−' if number < 0 else '+'} {shown(abs(number))}"
    return text or "0"


def times(number: Decimal, factor: Decimal | int) -> str:
    """Return a product written out: 60 × 0.5, 10 × (−2)."""
    right = shown(Decimal(factor))
    return f"{shown(number)} × {f'({right})' if right.startswith('−') else right}"
