"""The clerk's manual and the page name the same keys."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_key_of_the_check_page_is_in_the_manual() -> None:
    script = (ROOT / "src/duban/plans/static/plans/check/keys.js").read_text("utf-8")
    manual = (ROOT / "docs/clerk.md").read_text("utf-8")
    keys = re.findall(r'^  \["(.+?)", "', script, re.MULTILINE)
    assert len(keys) > 15
    written = set(re.findall(r"`([^`]+)`", manual)) | {"回车"}
    for shown in keys:
        for key in re.split(r" 或 | / ", shown):
            assert key in written, key
