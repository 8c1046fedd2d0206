"""The kit of the journeys: Debian's Chromium, a site that runs, a page for each person, and axe-core.

A module says with ``FILLING``, a Python text, what its `site` starts with; without it the site is empty. `demo` is
the site that ``make run`` shows, one for all modules that ask for it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, StorageState, expect, sync_playwright

from browser.people import DEMO, Axe, PageAs, sign_in
from browser.running import prepared, site_with

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium")
AXE = HERE.parents[1] / "node_modules/axe-core/axe.min.js"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SIZE = {"width": 1440, "height": 900}
#: A machine that is busy with more is slow, not wrong.
expect.set_options(timeout=20_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every journey; journeys of one site stay on one worker (``--dist loadgroup``)."""
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        item.add_marker(
            pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's Chromium: apt-get install chromium")
        )
        group = "demo" if "demo" in getattr(item, "fixturenames", ()) else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium.

    Playwright's loop stays with the worker's thread, where Django would then refuse the database to later tests.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The data of an empty site, to be copied."""
    base = tmp_path_factory.getbasetemp()
    return prepared(base if worker_id == "master" else base.parent)


@pytest.fixture(scope="module")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the module's site keeps its data and its console."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, site_folder: Path, empty_site: Path) -> Iterator[str]:
    """The address of a site that runs, filled as the module says."""
    with site_with(empty_site, site_folder, getattr(request.module, "FILLING", "")) as address:
        yield address


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, empty_site: Path) -> Iterator[str]:
    """The address of a site that runs with the demo."""
    with site_with(empty_site, tmp_path_factory.mktemp("demo"), "", "--demo", "demo") as address:
        yield address


@pytest.fixture(scope="session")
def signed_in(browser: Browser) -> Callable[[str, str], StorageState]:
    """Sign a person of a site in, once; returns the cookies."""
    kept: dict[tuple[str, str], StorageState] = {}

    def signed_in(address: str, username: str) -> StorageState:
        if (address, username) not in kept:
            context = browser.new_context(locale="zh-CN")
            sign_in(context.new_page(), address, username)
            kept[address, username] = context.storage_state()
            context.close()
        return kept[address, username]

    return signed_in


@pytest.fixture(scope="module")
def page_as(
    request: pytest.FixtureRequest, browser: Browser, signed_in: Callable[[str, str], StorageState]
) -> Iterator[PageAs]:
    """Return a page of the person who signs in with a name, in a context of its own; ``None``: of nobody.

    It stays open for the whole module. More arguments go to the context (`viewport`, `java_script_enabled` …).
    """
    opened: list[Page] = []

    def page_as(username: str | None = None, *, fresh: bool = False, **of_context: Any) -> Page:
        address = request.getfixturevalue("demo" if username in DEMO else "site")
        state = signed_in(address, username) if username and not fresh else None
        usual: dict[str, Any] = {
            "locale": "zh-CN",
            "viewport": SIZE,
            "base_url": address,
            "storage_state": state,
            "reduced_motion": "reduce",  # colours are judged as they end
        }
        page = browser.new_context(**usual | of_context).new_page()
        page.on("pageerror", lambda error: WRONG.append(f"{page.url}: {error}"))
        page.on("console", heard)
        page.on("response", answered)
        opened.append(page)
        if username and fresh:
            sign_in(page, address, username)
        return page

    yield page_as
    for page in opened:
        page.context.close()


#: What went wrong on any page since the test began: errors of scripts, breaches of the policy, broken answers.
WRONG: list[str] = []
PARTS_OF_A_PAGE = {"stylesheet", "script", "image", "font"}


def heard(said: ConsoleMessage) -> None:
    """Note an error on the console; that a request failed is judged by its answer."""
    if said.type == "error" and not said.text.startswith("Failed to load resource"):
        WRONG.append(f"{said.location.get('url')}: {said.text}")


def answered(response: Response) -> None:
    """Note an answer that says that the site is broken."""
    if response.status >= 500 or (response.status >= 400 and response.request.resource_type in PARTS_OF_A_PAGE):
        WRONG.append(f"{response.url}: {response.status}")


@pytest.fixture(autouse=True)
def _nothing_goes_wrong() -> Iterator[None]:
    WRONG.clear()
    yield
    assert not WRONG


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Return a check of a page with axe-core, by the rules of WCAG 2.1 A and AA; skips where it is not installed."""
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci (make assets)")
    source = AXE.read_text("utf-8")

    def axe(page: Page, *rules: str) -> None:
        page.wait_for_load_state()
        page.evaluate(source)
        run: dict[str, Any] = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
        found = page.evaluate(
            "([run, exclude]) => axe.run({ exclude }, { runOnly: run, resultTypes: ['violations'] })", [run, ALIKE]
        )
        assert not found["violations"], "\n".join(
            f"{wrong['id']}: {wrong['help']}\n"
            + "\n".join(
                f"    {node['html'][:200]}  {node['any'] and node['any'][0]['message']}" for node in wrong["nodes"]
            )
            for wrong in found["violations"]
        )

    return axe


#: Rows of a table or list beyond the first are made by one template: the rules look at so many of them.
ALIKE = [["tbody > tr:nth-child(n + 9)"], ["ol > li:nth-child(n + 9)"], ["ul > li:nth-child(n + 13)"]]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
