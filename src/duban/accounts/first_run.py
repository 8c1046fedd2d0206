"""The one-time code that the first-run page asks for.

Whoever sets a server up sees its console; whoever else finds the page first does not. The code lies in the data folder,
readable by its owner only, until the site is set up.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings

# Without letters and digits that look alike.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def _path() -> Path:
    return Path(settings.DATA) / "first-run.code"


def code() -> str:
    """Return the code; it is made where there is none yet."""
    path = _path()
    if not path.exists():
        made = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text("ascii")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made)
    return path.read_text("ascii")


def is_code(given: str) -> bool:
    """Say whether `given` is the code; blanks, hyphens and case do not matter."""
    return secrets.compare_digest(_bare(given), _bare(code()))


def forget() -> None:
    """Throw the code away."""
    _path().unlink(missing_ok=True)


def _bare(given: str) -> bytes:
    return "".join(c for c in given.upper() if c.isalnum()).encode()
