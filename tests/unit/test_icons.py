"""The icons that pages ask for are in the sheet that is made for them."""

from __future__ import annotations

import re
from pathlib import Path

from duban.config.assets import ICONS

SOURCES = Path(__file__).parents[2] / "src/duban"


def test_every_icon_that_a_template_names_is_fetched() -> None:
    used = {
        name
        for template in SOURCES.rglob("templates/**/*.html")
        for name in re.findall(r'\{% icon "([a-z0-9-]+)"', template.read_text("utf-8"))
    }
    assert len(used) > 40
    assert used - set(ICONS) == set()
