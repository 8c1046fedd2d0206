"""A site that runs with its worker, for a journey: made, filled, served, stopped."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PREPARE = """
import django
django.setup()
from duban.cli.site import preparing
preparing.migrate()
preparing.collect()
"""
FILL = """
import django
django.setup()
"""
#: What the server says goes here, beside the data.
CONSOLE = "console.txt"


def _place(data: Path) -> dict[str, str]:
    place = {
        **os.environ,
        "DUBAN_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "duban.config.settings",
        # The tree that the tests stand in, whatever is installed.
        "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("src", "tests")),
        "PYTHONUNBUFFERED": "1",
    }
    for name in ("DUBAN_JOBS", "DUBAN_DATABASE_URL"):
        place.pop(name, None)
    return place


def prepared(folder: Path) -> Path:
    """Return the data of an empty site, made in `folder` once for all workers of the run."""
    data = folder / "empty-site"
    with (folder / "empty-site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not data.exists():
            subprocess.run([sys.executable, "-c", PREPARE], env=_place(folder / "making"), check=True)
            (folder / "making").rename(data)
    return data


def run_in(folder: Path, text: str) -> None:
    """Run Python in the site that is served from `folder`: what its jobs would do later is done now."""
    subprocess.run([sys.executable, "-c", FILL + text], env=_place(folder / "data"), check=True)


@contextmanager
def site_with(empty: Path, folder: Path, filling: str = "", *options: str) -> Iterator[str]:
    """Serve a copy of the `empty` site from `folder`, filled by the Python text `filling`; its address.

    `options` are those of ``serve``.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shutil.copytree(empty, folder / "data")
    place = _place(folder / "data")
    if filling:
        subprocess.run([sys.executable, "-c", FILL + filling], env=place, check=True)
    command = [sys.executable, "-m", "duban", "serve", "--prepare", "--port", str(port), *options]
    address = f"http://localhost:{port}"
    with (folder / CONSOLE).open("w", encoding="utf-8") as console:
        server = subprocess.Popen(command, env=place, stdout=console, stderr=subprocess.STDOUT)
        try:
            _wait_for(address, server)
            yield address
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the site answers; raises `RuntimeError` where it stops or does not start in five minutes."""
    for _ in range(3000):
        try:
            urllib.request.urlopen(f"{address}/accounts/login/")
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"the site does not start: {server.args}")
