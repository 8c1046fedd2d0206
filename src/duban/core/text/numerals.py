"""Chinese numerals as numbers."""

from __future__ import annotations

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "俩": 2}
SCALES = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
NUMERAL = "零〇○一二两三四五六七八九十百千"


def chinese_number(words: str) -> int | None:
    """Return the whole number that Chinese numerals say (十一 is 11, 二百零三 is 203, 二〇二六 is 2026), else None."""
    if not words or any(c not in DIGITS and c not in SCALES and c not in MYRIADS for c in words):
        return None
    if len(words) > 1 and all(c in DIGITS for c in words):
        return int("".join(str(DIGITS[c]) for c in words)) if "两" not in words else None
    total = part = digit = 0
    for c in words:
        if c in DIGITS:
            digit = DIGITS[c]
        elif c in SCALES:
            part += (digit or 1) * SCALES[c]
            digit = 0
        else:
            total = (total + part + digit or 1) * MYRIADS[c]
            part = digit = 0
    return total + part + digit
