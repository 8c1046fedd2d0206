"""What the environment may say, each with a default that runs.

The variables and their meaning are in docs/settings.md; a test keeps the two together.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

PREFIX = "DUBAN_"


def text(name: str, default: str = "") -> str:
    """Return the variable ``DUBAN_<name>``, or `default` where it is not set or empty."""
    return os.environ.get(PREFIX + name, "").strip() or default


def number(name: str, default: int) -> int:
    """Return the variable as a whole number. Raises `SystemExit` with a Chinese sentence where it is none."""
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise SystemExit(f"环境变量 {PREFIX}{name} 应为整数，现为“{value}”。请改正后再启动。") from None


def flag(name: str, default: bool = False) -> bool:
    """Return whether the variable is on: 1, true, yes, on."""
    return text(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str) -> list[str]:
    """Return the variable's comma-separated words."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def data_folder() -> Path:
    """Return the folder of the database, the uploaded papers and the secret key; it is made where it is missing."""
    folder = Path(text("DATA", "data")).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def secret_key(folder: Path) -> str:
    """Return ``DUBAN_SECRET_KEY``, or the key kept in `folder`, made at the first start and readable by its owner only."""
    if given := text("SECRET_KEY"):
        return given
    path = folder / "secret.key"
    if not path.exists():
        made = secrets.token_urlsafe(50)
        # Another process may be starting at the same moment: the first to create the file wins.
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text("ascii")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made)
    return path.read_text("ascii")
