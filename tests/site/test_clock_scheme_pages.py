"""Clock schemes in the browser: read, adopt for a source, write an office's own; matters follow it from then on."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from test_ledger_page import signed_in

from duban.dispatch.actions import office_schemes
from duban.organisations.access import NotAllowed
from duban.supervision.actions import clock_schemes, matters
from duban.supervision.clocks import files
from duban.supervision.matter_refusals import Missing, UnknownScheme
from duban.supervision.models import ClockScheme, SourceClock
from duban.supervision.office_clocks import OFFICE_CLOCKS, usual
from factories.matters import Office, at
from factories.site import DivisionFactory

pytestmark = pytest.mark.django_db
EDIT = "supervision:clock_scheme_edit"
OWN = """
kind = "clock"
name = "lanqiao"
version = "1"
title = "兰桥区批示件"
source = "兰桥区督查工作办法（2026年）"
for = ["instruction"]

[[step]]
name = "answer"
title = "报结果"
act = "answer"
who = "lead"
limit = { number = 5, unit = "working_days" }

[[step]]
name = "review"
title = "审核"
act = "review"
who = "office"
after = "answer"
limit = { number = 2, unit = "working_days" }

[redo]
limit = { number = 3, unit = "working_days" }

[[example]]
title = "一般件"
received = 2026-03-02
assigned = 2026-03-02
done = { answer = 2026-03-09 }
due = { answer = 2026-03-09, review = 2026-03-11 }
working = "3月3日至6日4个，9日第5个"
"""
LONGER = (
    OWN.replace("number = 5,", "number = 6,")
    .replace("answer = 2026-03-09 }", "answer = 2026-03-10 }")
    .replace("due = { answer = 2026-03-09, review = 2026-03-11 }", "due = { answer = 2026-03-10, review = 2026-03-12 }")
)


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setattr(timezone, "now", lambda: at("2026-04-30 12:00"))
    return Office()


@pytest.fixture
def clerk(office: Office) -> Client:
    return signed_in(office.clerk)


def test_the_list_has_every_preset_and_says_which_source_follows_which(clerk: Client, office: Office) -> None:
    shown = clerk.get(reverse("supervision:clock_schemes")).content.decode()
    for one in files.presets().values():
        assert one.title in shown
    assert "领导批示" in shown
    assert "定自己的办法" in shown
    assert "定自己的办法" not in signed_in(office.liaison).get(reverse("supervision:clock_schemes")).content.decode()


@pytest.mark.parametrize("name", files.presets())
def test_every_preset_reads_as_sentences(clerk: Client, name: str) -> None:
    shown = clerk.get(reverse("supervision:clock_scheme", args=[name])).content.decode()
    assert "步骤和时限" in shown
    assert "抄一份来改" in shown


def test_a_text_is_checked_kept_and_adopted_and_matters_follow_from_then_on(clerk: Client, office: Office) -> None:
    before = office.assigned("2026-03-02")
    checked = clerk.post(reverse(EDIT), {"text": OWN, "do": "check"}).content.decode()
    assert "今年交办的 1 件这类事项里，1 件的答复期限会不一样" in checked
    assert "2026年3月9日" in checked
    assert not ClockScheme.objects.exists()
    saved = clerk.post(reverse(EDIT), {"text": OWN, "do": "save"}, follow=True).content.decode()
    assert "已存为第1版" in saved
    adopt = reverse("supervision:clock_scheme_adopt", args=["lanqiao"])
    form = {"source": "instruction", "valid_from": "2026-04-01", "version": "1"}
    assert "从2026年4月1日起交办的，按“兰桥区批示件”计时" in clerk.post(adopt, form, follow=True).content.decode()
    shown = clerk.get(reverse("supervision:clock_schemes")).content.decode()
    assert '领导批示，<time datetime="2026-04-01">2026年4月1日</time>起（第1版）' in shown
    earlier, later = office.assigned("2026-03-31"), office.assigned("2026-04-01")
    before.refresh_from_db()
    assert [one.scheme for one in (before, earlier, later)] == ["instructions@1", "instructions@1", "lanqiao@1"]
    assert later.due_on == date(2026, 4, 9)
    shown = clerk.get(reverse("supervision:matter", args=[later.pk])).content.decode()
    assert "兰桥区批示件（第1版）" in shown
    waiting = office.approved("2026-04-30")
    page = clerk.get(reverse("supervision:matter", args=[waiting.pk])).content.decode()
    assert '<option value="lanqiao@1" selected>兰桥区批示件（5个工作日）</option>' in page


def test_a_new_version_waits_to_be_adopted_and_may_be_chosen_at_once(clerk: Client, office: Office) -> None:
    for text in (OWN, LONGER):
        assert clerk.post(reverse(EDIT), {"text": text, "do": "save"}).status_code == 302
    first, second = ClockScheme.objects.order_by("version")
    clock_schemes.adopt_clock(
        division=office.division, source="instruction", valid_from=date(2026, 4, 1), by=office.clerk, scheme=first
    )
    assert office.assigned("2026-04-02").scheme == "lanqiao@1"
    assert office.assigned("2026-04-02", scheme="lanqiao").scheme == "lanqiao@2"
    assert office.assigned("2026-04-02", scheme="lanqiao@1").scheme == "lanqiao@1"
    page = clerk.get(reverse("supervision:matter", args=[office.approved("2026-04-30").pk])).content.decode()
    assert page.count("兰桥区批示件（") == 2
    shown = clerk.get(reverse("supervision:clock_scheme", args=["lanqiao"])).content.decode()
    assert "历次版本" in shown
    clock_schemes.adopt_clock(
        division=office.division, source="instruction", valid_from=date(2026, 5, 1), by=office.clerk, preset="710"
    )
    days = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 1))
    assert [usual(office.division, "instruction", day) for day in days] == ["instructions", "lanqiao@1", "710"]
    assert second.key == "lanqiao@2"


def test_what_is_wrong_is_said_by_its_key_and_nothing_is_kept(clerk: Client) -> None:
    wrong = {
        OWN.replace("number = 5,", "numbr = 5,"): "numbr",
        OWN.replace('name = "lanqiao"', 'name = "710"', 1): "自带办法的名称",
        OWN.replace('name = "lanqiao"', 'name = "兰桥区"', 1): "只用小写字母、数字和连字符",
        OWN.replace("兰桥区批示件", "长" * 101, 1): "标题有101个字",
        OWN.replace("answer = 2026-03-09, review", "answer = 2026-03-08, review"): "按办法是",
        "kind = ": "不合 TOML 的写法",
    }
    for text, words in wrong.items():
        answer = clerk.post(reverse(EDIT), {"text": text, "do": "save"})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not ClockScheme.objects.exists()


def test_only_the_office_decides_and_only_for_its_own_division(clerk: Client, office: Office) -> None:
    row = office_schemes.keep_own(kept=OFFICE_CLOCKS, division=office.division, text=OWN, by=office.clerk)
    assert office_schemes.keep_own(kept=OFFICE_CLOCKS, division=office.division, text=OWN, by=office.clerk) == row
    with pytest.raises(NotAllowed):
        office_schemes.keep_own(kept=OFFICE_CLOCKS, division=office.division, text=LONGER, by=office.liaison)
    day = {"valid_from": date(2026, 4, 1), "by": office.clerk, "preset": "710"}
    with pytest.raises(NotAllowed):
        clock_schemes.adopt_clock(division=DivisionFactory(code="990203"), source="instruction", **day)  # type: ignore[arg-type]
    with pytest.raises(Missing):
        clock_schemes.adopt_clock(division=office.division, source="rumour", **day)  # type: ignore[arg-type]
    with pytest.raises(UnknownScheme):
        clock_schemes.adopt_clock(division=office.division, source="lead", **{**day, "preset": "999"})  # type: ignore[arg-type]
    with pytest.raises(UnknownScheme):
        office.assigned("2026-04-02", scheme="lanqiao@7")
    adopt = reverse("supervision:clock_scheme_adopt", args=["lanqiao"])
    refused = clerk.post(adopt, {"source": "instruction", "valid_from": ""})
    assert "没有写从哪一天起采用" in refused.content.decode()
    assert clerk.get(reverse("supervision:clock_scheme", args=["nowhere"])).status_code == 404
    assert not SourceClock.objects.exists()


def test_a_list_of_matters_follows_the_usual_scheme_too(office: Office) -> None:
    clock_schemes.adopt_clock(
        division=office.division, source="lead", valid_from=date(2026, 1, 1), by=office.clerk, preset="incoming"
    )
    found = office.approved("2026-04-01", source="lead")
    matters.assign(matter=found, lead=office.lead, by=office.clerk, at=at("2026-04-01"))
    found.refresh_from_db()
    assert found.scheme == "incoming@1"
