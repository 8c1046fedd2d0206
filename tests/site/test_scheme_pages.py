"""Schemes in the browser: read, adopt, write an office's own with checks and a preview."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from test_ledger_page import signed_in
from test_lights import handed_in
from test_rounds import District

from duban.dispatch.models import LedgerScheme, LightScheme, TaskLight
from duban.dispatch.schemes import files

pytestmark = pytest.mark.django_db
OWN = files.text_of("default").replace('name = "default"', 'name = "lanqiao"', 1)


@pytest.fixture
def district(monkeypatch: pytest.MonkeyPatch) -> District:
    noon = timezone.make_aware(datetime(2026, 7, 10, 12))
    monkeypatch.setattr(timezone, "now", lambda: noon)
    made = District()
    handed_in(made, 6, "20")
    return made


@pytest.fixture
def office(district: District) -> Client:
    return signed_in(district.clerk)


def test_the_list_has_every_preset_and_the_offices_own(office: Client, district: District) -> None:
    office.post(reverse("dispatch:scheme_edit"), {"text": OWN, "do": "save"})
    shown = office.get(reverse("dispatch:schemes")).content.decode()
    for one in files.presets().values():
        assert one.title in shown
    assert "本级制定，第1版" in shown
    assert "定自己的办法" in shown
    assert "定自己的办法" not in signed_in(district.liaison).get(reverse("dispatch:schemes")).content.decode()


@pytest.mark.parametrize("name", files.presets())
def test_every_preset_reads_as_sentences(office: Client, name: str) -> None:
    shown = office.get(reverse("dispatch:scheme", args=[name])).content.decode()
    assert "规则（从上往下看，第一条成立的算数）" in shown
    assert "抄一份来改" in shown


def test_an_unknown_scheme_or_version_is_not_found(office: Client) -> None:
    assert office.get(reverse("dispatch:scheme", args=["nowhere"])).status_code == 404
    office.post(reverse("dispatch:scheme_edit"), {"text": OWN, "do": "save"})
    assert office.get(reverse("dispatch:scheme", args=["lanqiao"]) + "?version=7").status_code == 404


def test_a_ledger_adopts_a_preset_and_lights_follow(
    office: Client, district: District, django_capture_on_commit_callbacks: object
) -> None:
    form = {"ledger": district.ledger.pk, "valid_from": "2026-07-08"}
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        office.post(reverse("dispatch:scheme_adopt", args=["monthly"]), form)
    use = LedgerScheme.objects.get()
    assert use.scheme.name == "monthly"
    assert {row.scheme for row in TaskLight.objects.all()} == {use.scheme}
    assert "2026年7月8日" in office.get(reverse("dispatch:schemes")).content.decode()
    refused = office.post(reverse("dispatch:scheme_adopt", args=["monthly"]), {**form, "valid_from": ""})
    assert "没有写从哪一天起采用" in refused.content.decode()
    assert signed_in(district.liaison).post(reverse("dispatch:scheme_adopt", args=["slips"]), form).status_code == 403


def test_a_wrong_text_names_each_key_and_keeps_what_was_written(office: Client) -> None:
    wrong = OWN.replace("behind = { over = 30 }", "behnd = { over = 30 }")
    answer = office.post(reverse("dispatch:scheme_edit"), {"text": wrong, "do": "save"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "behnd" in shown
    assert "是不是 behind" in shown
    assert not LightScheme.objects.exists()
    assert "自带办法的名称" in office.post(
        reverse("dispatch:scheme_edit"), {"text": files.text_of("default"), "do": "check"}
    ).content.decode()  # fmt: skip


def test_a_check_shows_what_would_change_today_and_keeps_nothing(office: Client, district: District) -> None:
    # 11.13 points behind are still green where yellow begins at 12.
    text = OWN.replace('title = "默认：按偏差、时限、填报亮灯"', 'title = "宽一些"')
    milder = text.replace("behind = { at_least = 10 } }", "behind = { at_least = 12 } }")
    answer = office.post(reverse("dispatch:scheme_edit"), {"text": milder, "do": "check", "ledger": district.ledger.pk})
    shown = answer.content.decode()
    assert "1 项任务里 1 项的灯会变" in shown
    assert district.task.title in shown
    assert not LightScheme.objects.exists()
    same = office.post(reverse("dispatch:scheme_edit"), {"text": text, "do": "check"}).content.decode()
    assert "1 项任务里 0 项的灯会变" in same


def test_a_changed_text_is_a_new_version_and_the_old_one_stays_to_be_read(office: Client) -> None:
    office.post(reverse("dispatch:scheme_edit"), {"text": OWN, "do": "save"})
    office.post(reverse("dispatch:scheme_edit"), {"text": OWN.replace("产品自带。", "区督查例会。"), "do": "save"})
    shown = office.get(reverse("dispatch:scheme", args=["lanqiao"])).content.decode()
    assert "区督查例会" in shown
    assert "历次版本" in shown
    assert "产品自带" in office.get(reverse("dispatch:scheme", args=["lanqiao"]) + "?version=1").content.decode()
    edited = office.get(reverse("dispatch:scheme_edit") + "?from=lanqiao").content.decode()
    assert "区督查例会" in edited
