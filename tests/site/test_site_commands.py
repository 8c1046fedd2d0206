"""The commands of the site, as somebody at the server meets them."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from click.testing import CliRunner, Result
from django.test import Client
from django.urls import reverse

from duban.audit.models import Event
from duban.cli.main import main
from duban.cli.site.supervisor import Child, Supervisor
from duban.config import assets
from duban.organisations.models import Person
from duban.organisations.roles import Role
from factories.site import DivisionFactory, person_as

FIRST_RUN = (
    *("first-run", "--code", "990102", "--full-name", "江临市兰桥区", "--name", "兰桥区"),
    *("--office", "兰桥区人民政府督查室", "--person", "纪书言", "--username", "jishuyan", "--password-stdin"),
)


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=typed)


@pytest.mark.django_db
def test_the_first_run_is_once_only() -> None:
    done = run(*FIRST_RUN, typed="Liuxi#4471\n")
    assert (done.exit_code, done.output) == (0, "已启用：江临市兰桥区，系统管理员 jishuyan。\n")
    assert Person.objects.get().check_password("Liuxi#4471")
    assert [(event.action, event.origin) for event in Event.objects.all()] == [("account.opened_site", "cli")]
    again = run(*FIRST_RUN, typed="Liuxi#4471\n")
    assert again.exit_code == 1
    assert "已经启用过" in again.output


@pytest.mark.django_db
def test_the_first_run_says_what_is_wrong_or_missing() -> None:
    weak = run(*FIRST_RUN, typed="12345\n")
    assert weak.exit_code == 1
    assert "密码：" in weak.output
    missing = run("first-run", "--code", "990102")
    assert missing.exit_code == 2
    assert "缺少 --full-name" in missing.output


@pytest.mark.django_db
def test_who_forgot_a_password_gets_an_initial_one_and_is_no_longer_locked(client: Client) -> None:
    person = person_as(Role.ADMINISTRATOR, DivisionFactory(), username="jishuyan", name="纪书言")
    for _ in range(5):
        client.post(reverse("account_login"), {"login": "jishuyan", "password": "Wrong-2026"})
    done = run("password", "JISHUYAN")
    made = re.fullmatch(r"纪书言（jishuyan）的初始密码：(\S+)\n", done.output)
    assert made
    assert not AccessAttempt.objects.exists()
    answer = client.post(reverse("account_login"), {"login": "jishuyan", "password": made[1]})
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.must_change_password
    assert run("password", "nobody").exit_code == 1


def test_a_site_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    told = run("migrate")
    assert told.exit_code == 2
    assert "duban[site]" in told.output


def test_reading_needs_no_django() -> None:
    asked = "import sys, duban.cli.main; print('django' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


def test_a_site_without_its_style_sheet_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "VENDOR", tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    told = run("serve", "--port", str(port))
    assert "先运行 make assets" in told.output
    assert told.exit_code == 2


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        told = run("serve", "--port", str(server.getsockname()[1]))
    assert told.exit_code == 2
    assert "已被别的程序占用" in told.output


def _port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number: int = server.getsockname()[1]
    return number


def test_a_new_site_starts_says_where_and_stops(tmp_path: Path) -> None:
    port = _port()
    place = {**os.environ, "DUBAN_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "duban.config.settings"}
    place.pop("DUBAN_JOBS", None)
    place.pop("DUBAN_DATABASE_URL", None)
    command = [sys.executable, "-m", "duban", "serve", "--prepare", "--port", str(port)]
    with subprocess.Popen(command, env=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            assert server.stdout
            lines: list[str] = []
            while not re.fullmatch(r"  \w{4}-\w{4}-\w{4}\n", lines[-1] if lines else ""):
                lines.append(server.stdout.readline())
                assert lines[-1], "".join(lines)
            assert f"http://localhost:{port}/" in "".join(lines)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
                assert page.url.endswith("/first-run/")
                assert "启用系统" in page.read().decode()
            assert (tmp_path / "first-run.code").stat().st_mode & 0o777 == 0o600
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(30) == 0


def test_what_dies_is_started_again_and_all_stop_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duban.cli.site.supervisor.FIRST_WAIT", 0.1)
    note = tmp_path / "starts"
    dies = f"import time; open({str(note)!r}, 'a').write('x'); time.sleep(0.3)"
    children = [
        Child("短命的", [sys.executable, "-c", dies], wait=0.1),
        Child("长命的", [sys.executable, "-c", "import time; time.sleep(60)"]),
    ]
    told: list[str] = []
    supervisor = Supervisor(children, told.append)
    start = time.monotonic()

    def announced() -> None:
        def ready_to_stop(*_: Any) -> None:
            supervisor.stopping = True

        signal.signal(signal.SIGALRM, ready_to_stop)
        signal.setitimer(signal.ITIMER_REAL, 2.0)

    assert supervisor.run(lambda: True, announced) == 0
    assert len(note.read_text()) >= 2
    assert "短命的意外退出" in told[0]
    assert children[1].code == -signal.SIGTERM
    assert time.monotonic() - start < 10


def test_what_does_not_start_at_all_stops_everything() -> None:
    told: list[str] = []
    broken = Child("网页服务", [sys.executable, "-c", "raise SystemExit(3)"])
    assert Supervisor([broken], told.append).run(lambda: False, lambda: None) == 3
    assert "没有启动起来" in told[0]
