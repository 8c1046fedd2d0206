"""Initial passwords."""

from __future__ import annotations

import secrets


def random() -> str:
    """Return a random password for the first sign-in that every sensible rule takes: 14 characters of four classes."""
    # Without letters and digits that look alike.
    parts = ["abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789"]
    characters = [secrets.choice(part) for part in parts for _ in range(4)]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters[:6]) + "-" + "".join(characters[6:]) + "."
