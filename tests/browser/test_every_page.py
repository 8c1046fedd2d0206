"""Every page of the site, with the demo's data: accessible in light and dark, and no wider than a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver
from playwright.sync_api import Page

from browser.people import Axe, PageAs, fits

#: Who looks at a page: the first of them who may open it.
READERS = ("guweizhen", "jishuyan", "qiujingzhi", "shiminxue", "hanxuping")
#: What stands in an address for its arguments: things of the demo that have something to show. The first match holds.
EXAMPLES = {
    r"ledgers/<int:pk>": "ledgers/2",
    r"tasks/<int:pk>": "tasks/50",
    r"papers/<int:pk>": "papers/3",
    r"amendments/<int:pk>": "amendments/10",
    r"inspections/<int:pk>": "inspections/3",
    r"spot/visits/<int:pk>": "spot/visits/3",
    r"matters/schemes/of/<slug:name>": "matters/schemes/of/710",
    r"schemes/of/<slug:name>": "schemes/of/default",
    r"scoring/of/<slug:name>": "scoring/of/big-ranking",
    r"bulletins/<int:pk>": "bulletins/3",
    r"(wordings|templates)/<slug:kind>": r"\1/monthly",
    r"blocks/<slug:name>": "blocks/b3",
    r"<int:\w+>": "1",
}
#: Pages that are more than their address alone.
MORE = (
    "/analysis/?month=2026-10&show=stalls",
    "/rankings/12/",
    "/assessments/12/table/",
    "/ratings/2/",
    "/rankings/weights/?part=units",
    "/rankings/weights/?part=projects",
    "/ledgers/1/",
    "/ledgers/2/?layout=groups",
    "/ledgers/2/?layout=units",
    "/ledgers/2/?q=没有这样的任务",
    "/ledgers/2/?on=2026-06-30",
    "/ledgers/2/compare/?from=2026-01-28&to=2026-11-20",
    "/papers/2/",
    "/search/?q=教育",
    "/tasks/10/",
    "/tasks/10/break-down/",
    "/tasks/50/?on=2026-06-30",
    "/issues/?board=list&show=all",
    "/issues/?board=unit",
    "/close-outs/?show=accepted",
    "/inspections/2/",
    "/inspections/5/",
    "/inspections/parts/2/",
    "/inspections/3/draw/?seed=5&random=2",
    "/inspections/?state=all&q=没有这样的督查",
    "/scoring/edit/?from=projects",
    "/bulletins/1/",
    "/bulletins/?q=没有这样的通报",
    "/rankings/11/",
    "/rankings/7/compare/",
    "/rankings/11/distinctions/",
    "/rankings/objections/?show=all",
    "/rankings/units/8/",
    "/no/such/page/",
)


def addresses(patterns: list[Any], before: str = "/") -> Iterator[str]:
    """Return the address of every view of the site that is written as a route, with an example for each argument."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        elif "^" not in route:
            for wanted, example in EXAMPLES.items():
                route = re.sub(wanted, example, route)
            yield route


def opened(page_as: PageAs, address: str) -> Page | None:
    """Return the page at `address`, of the first who may read it; None where no page answers there."""
    page = None
    for username in READERS:
        page = PAGES.get(username) or PAGES.setdefault(username, page_as(username))
        # A connection kept alive may be closed just as it is used again: browsers ask once more, and so does this.
        asked = page.request.get(address, max_redirects=0, max_retries=2)
        if not asked.headers.get("content-type", "").startswith("text/html") or asked.status == 405:
            return None
        if asked.status == 200:
            break
    assert page
    page.goto(address)
    return page


PAGES: dict[str, Page] = {}


@pytest.fixture(autouse=True, scope="module")
def _forget_the_pages() -> Iterator[None]:
    yield
    PAGES.clear()


ADDRESSES = [*addresses(get_resolver().url_patterns), *MORE]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_for_everybody(demo: str, page_as: PageAs, axe: Axe, address: str) -> None:
    page = opened(page_as, address)
    if page is None:
        return
    # Colours are the site's own and not a page's: every second page is looked at in the dark.
    dark = ADDRESSES.index(address) % 2 == 1
    page.emulate_media(color_scheme="dark" if dark else "light")
    axe(page)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    fits(page)
    page.set_viewport_size({"width": 1440, "height": 900})
