"""Pages of inspections: what each sees of them, and above all what a unit does not see of an unannounced one."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from test_ledger_page import signed_in

from duban.dispatch.models import NoticeItem
from duban.dispatch.reminders.matters import matters, still
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.supervision.actions import inspection_conclusions as conclusions
from duban.supervision.actions import inspection_spot as spot
from duban.supervision.actions import inspections as actions
from duban.supervision.models import CheckItem, Finding, InspectedUnit, Inspection, Lead, Proposal, Review, SpotEntry
from duban.supervision.states.inspections import InspectionState
from factories.inspections import Inspected, key
from factories.site import person_as

pytestmark = pytest.mark.django_db
TITLE = "重大项目建设暗访"


@pytest.fixture
def district() -> Inspected:
    return Inspected()


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return "" if answer.streaming else answer.content.decode()


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "seagreen").save(out, "JPEG")
    return out.getvalue()


# ---- an unannounced visit is unknown to the unit until it is fed back ------------------------------------------------


def everywhere(client: Client, district: Inspected, part: InspectedUnit) -> str:
    """What a unit's person can read anywhere of the site that might tell of an inspection."""
    report = part.inspection.ledger and district.task.reports.first()
    addresses = [
        reverse("supervision:inspections"),
        reverse("supervision:inspections") + "?state=all&as=xlsx",
        reverse("plans:task", args=[district.task.pk]),
        reverse("plans:workbench"),
        reverse("plans:search") + f"?q={TITLE}",
        reverse("dispatch:notices"),
        reverse("dispatch:report", args=[report.pk]) if report else reverse("dispatch:notices"),
    ]
    found = b""
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        found += b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
    told = [matter for matter in matters(timezone.now()) if client.session["_auth_user_id"] in map(_pk, matter.people)]
    # The search page shows what was asked for.
    return found.decode("utf-8", "replace").replace(f'value="{TITLE}"', "") + "".join(one.sentence for one in told)


def _pk(person: Person) -> str:
    return str(person.pk)


def test_an_unannounced_visit_is_unknown_to_the_unit_until_it_is_fed_back(district: Inspected) -> None:
    district.verified()
    client = as_(district.head)
    made = district.begun()
    item = district.seen(made)
    shot = spot.add_photo(item=item, key=key(), file=io.BytesIO(picture()), name="工地.jpg", by=district.leader)
    part = made.units.get()
    for state in (InspectionState.ON_SITE, InspectionState.CONCLUDING):
        made.refresh_from_db()
        assert made.state == state
        seen = everywhere(client, district, part)
        for secret in (made.short_number, "9个项目没有开工", "督查不符"):
            assert secret not in seen
        assert TITLE not in seen.replace(f"“{TITLE}”", "")
        text(client, reverse("supervision:part", args=[part.pk]), 404)
        text(client, reverse("supervision:inspection", args=[made.pk]), 404)
        text(client, reverse("supervision:spot_photo_preview", args=[shot.pk]), 404)
        text(client, reverse("supervision:file", args=[shot.attachments.get().pk]), 404)
        if state == InspectionState.ON_SITE:
            actions.finish(inspection=made, by=district.clerk)
    conclusions.conclude(inspection=made, conclusion="有虚报。", parts={part.pk: "虚报9个。"}, by=district.clerk)
    conclusions.feed_back(part=part, demands=district.demand(part), by=district.clerk)
    seen = everywhere(client, district, part)
    for told in (made.short_number, TITLE, "9个项目没有开工", "督查不符"):
        assert told in seen
    page = text(client, reverse("supervision:part", args=[part.pk]))
    assert "虚报9个。" in page
    text(client, reverse("supervision:spot_photo_preview", args=[shot.pk]))
    # What concerns others stays with the office.
    text(client, reverse("supervision:inspection", args=[made.pk]), 404)


def test_an_announced_one_is_known_from_its_approval_and_another_unit_never_sees_it(district: Inspected) -> None:
    made = district.plan(announced=True, title="明查")
    client = as_(district.head)
    assert "明查" not in text(client, reverse("supervision:inspections"))
    actions.approve(inspection=made, approved_by_name="李区长", basis="批示", by=district.clerk)
    part = made.units.get()
    assert "明查" in text(client, reverse("supervision:inspections"))
    assert "2026年以来新开工" in text(client, reverse("supervision:part", args=[part.pk]))
    stranger = as_(person_as(Role.UNIT_HEAD, district.division, district.other))
    assert "明查" not in text(stranger, reverse("supervision:inspections"))
    text(stranger, reverse("supervision:part", args=[part.pk]), 404)


# ---- the office's way through it -------------------------------------------------------------------------------------


def post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"supervision:{name}", args=args), data)


def test_the_office_goes_from_the_plan_to_the_end_on_its_pages(district: Inspected) -> None:
    district.verified()
    office, unit = as_(district.clerk), as_(district.head)
    plan = {
        "title": "项目暗访",
        "type": "special",
        "announced": "0",
        "contents": ["upper"],
        "content": "是否开工",
        "units": [district.unit.pk],
        "scope": "新开工项目",
        "starts_on": district.today,
        "ends_on": district.today + timedelta(days=5),
        "methods": ["visit"],
        "carried_by": "group",
    }
    assert post(office, "inspection_new", **plan | {"scope": ""}).status_code == 422
    post(office, "inspection_new", **plan)
    made = Inspection.objects.get()
    assert not made.announced
    post(office, "inspection_edit", made.pk, **plan | {"title": "项目建设暗访"})
    assert "督查组没有组长" in post(
        office, "inspection_do", made.pk, "approve", **{"approve-approved_by_name": "李区长", "approve-basis": "批示"}
    ).content.decode().replace("\n", "")
    page = text(office, reverse("supervision:inspection", args=[made.pk]))
    assert f'<option value="{district.head.pk}">' not in page
    post(office, "inspection_do", made.pk, "member", **{"member-part": "leader", "member-person": district.leader.pk})
    post(office, "inspection_do", made.pk, "approve", **{"approve-approved_by_name": "李区长", "approve-basis": "批示"})
    preview = text(office, reverse("supervision:inspection_draw", args=[made.pk]) + "?seed=7&random=1")
    assert "种子 7 抽出 1 项" in preview
    assert district.task.title in preview
    post(office, "inspection_draw", made.pk, seed=7, random=1)
    post(office, "inspection_do", made.pk, "begin")
    item = CheckItem.objects.get()
    phone = as_(district.leader)
    assert "47" in text(phone, reverse("supervision:spot_visit", args=[item.visit_id]))
    figure = item.figures.get()
    form = {
        "key": key(),
        "result": "differs",
        "finding": "9个没有开工",
        f"figure-{figure.pk}": "38",
        "photos": SimpleUploadedFile("a.jpg", picture(), "image/jpeg"),
    }
    assert post(phone, "spot_enter", item.pk, **form).status_code == 302
    assert item.photos.count() == 1
    post(office, "inspection_do", made.pk, "finish")
    part = made.units.get()
    post(
        office,
        "inspection_do",
        made.pk,
        "conclude",
        **{"conclude-conclusion": "有虚报。", f"conclude-part-{part.pk}": "虚报9个。"},
    )
    finding = Finding.objects.get()
    name = f"part-{part.pk}"
    demand = {f"{name}-demand-{finding.pk}": "限期开工", f"{name}-due-{finding.pk}": district.today}
    assert "整改期限应晚于反馈当天" in post(office, "part_feed_back", part.pk, **demand).content.decode()
    demand[f"{name}-due-{finding.pk}"] = district.today + timedelta(days=9)
    post(office, "part_feed_back", part.pk, **demand)
    post(unit, "part_receive", part.pk)
    post(unit, "finding_rectify", finding.pk, **{f"rectify-{finding.pk}-text": "都已开工"})
    post(office, "finding_do", finding.pk, "return", reason="差2个", due_on=district.today + timedelta(days=12))
    evidence = SimpleUploadedFile("证明.jpg", picture(), "image/jpeg")
    filled = {f"rectify-{finding.pk}-text": "9个都已开工", f"rectify-{finding.pk}-attachments": evidence}
    post(unit, "finding_rectify", finding.pk, **filled)
    assert "证明.jpg" in text(office, reverse("supervision:inspection", args=[made.pk]))
    post(office, "finding_do", finding.pk, "verify", how="到现场看过")
    post(office, "inspection_do", made.pk, "propose", **{"propose-unit": district.unit.pk, "propose-kind": "criticise", "propose-text": "虚报"})  # fmt: skip
    refused = office.post(reverse("supervision:inspection_do", args=[made.pk, "close"]), HTTP_ACCEPT="application/json")
    assert "1件建议还没有批" in refused.json()["detail"]
    proposal = Proposal.objects.get()
    approval = {"organ": "区政府", "approved_by_name": "李区长", "basis": "会议", "effective_on": district.today}
    post(office, "proposal_do", proposal.pk, "approve", **approval)
    lead = {"lead-text": "收受礼金", "lead-organ": "监委", "lead-document": "1号", "lead-approved_by_name": "李区长", "lead-handed_on": district.today}  # fmt: skip
    post(office, "inspection_do", made.pk, "lead", **lead)
    post(office, "lead_answer", Lead.objects.get().pk, answer="已立案")
    post(office, "inspection_do", made.pk, "close")
    made.refresh_from_db()
    assert made.state == InspectionState.CLOSED
    page = text(office, reverse("supervision:inspection", args=[made.pk]))
    assert "收受礼金" in page
    boss = text(as_(person_as(Role.LEADER, district.division)), reverse("supervision:inspection", args=[made.pk]))
    assert "收受礼金" not in boss
    assert "限期开工" in boss


def test_the_list_is_filtered_and_handed_out(district: Inspected) -> None:
    district.plan(title="第一次")
    district.plan(title="第二次", announced=True, type="daily")
    office = as_(district.clerk)
    address = reverse("supervision:inspections")
    assert "第二次" not in text(office, address + "?form=unannounced")
    assert "第一次" not in text(office, address + "?type=daily")
    assert "没有这样的督查" in text(office, address + "?q=没有的")
    assert text(office, address + f"?unit={district.unit.pk}&state=all&year={district.today.year}").count("第") >= 2
    answer = office.get(address + "?as=xlsx")
    assert answer["Content-Disposition"].startswith("attachment")
    office.post(reverse("supervision:how_often"), {"a_year": 2})
    assert "每个单位一年最多几次" in text(office, reverse("supervision:how_often"))


def test_pages_cost_few_statements(district: Inspected, django_assert_max_num_queries: Any) -> None:
    district.verified()
    part = district.received()
    office, unit = as_(district.clerk), as_(district.head)
    for client, address, most in (
        (office, reverse("supervision:inspections"), 24),
        (office, reverse("supervision:inspection", args=[part.inspection_id]), 42),
        (unit, reverse("supervision:part", args=[part.pk]), 30),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


# ---- the phone -------------------------------------------------------------------------------------------------------


def test_what_a_phone_sends_twice_is_one_and_another_person_does_not_send_it(district: Inspected) -> None:
    item = district.item(district.begun())
    phone = as_(district.leader)
    one = key()
    form = {
        "key": one,
        "person": str(district.leader.pk),
        "result": "ok",
        "made_at": "2026-03-01T08:00:00.000Z",
    }
    for _ in range(2):
        answer = phone.post(reverse("supervision:spot_enter", args=[item.pk]), form, HTTP_ACCEPT="application/json")
        assert answer.json() == {"item": item.pk}
    assert SpotEntry.objects.count() == 1
    again = phone.post(
        reverse("supervision:spot_enter", args=[item.pk]),
        form | {"key": key(), "person": "999"},
        HTTP_ACCEPT="application/json",
    )
    assert again.status_code == 409
    assert "与打开本页的人不同" in again.json()["detail"]
    shot = {
        "key": key(),
        "person": str(district.leader.pk),
        "latitude": "36.6512",
        "longitude": "117.1201",
        "photo": SimpleUploadedFile("a.jpg", picture(), "image/jpeg"),
    }
    told = phone.post(reverse("supervision:spot_photo", args=[item.pk]), shot, HTTP_ACCEPT="application/json").json()
    assert told["told"] == "phone"
    assert told["place"] == "36.651200, 117.120100（手机定位）"


def test_who_is_not_in_the_group_does_not_find_the_check_list(district: Inspected) -> None:
    item = district.item(district.begun())
    address = reverse("supervision:spot_visit", args=[item.visit_id])
    text(as_(district.head), address, 404)
    text(as_(district.clerk), address, 404)
    assert "临港产业园" in text(as_(district.leader), reverse("supervision:spot"))


# ---- reviews ---------------------------------------------------------------------------------------------------------


def test_a_review_is_asked_for_and_decided_on_pages_by_somebody_who_took_no_part(district: Inspected) -> None:
    part = district.received()
    unit = as_(district.head)
    paper = SimpleUploadedFile("许可证.jpg", picture(), "image/jpeg")
    post(unit, "part_review", part.pk, **{"ask-reason": "当天在开工", "ask-attachments": paper})
    review = Review.objects.get()
    clerk = as_(district.clerk)
    page = text(clerk, reverse("supervision:review", args=[review.pk]))
    assert "没有人可以作复核决定" in page
    assert "您参与过这份结论（起草结论）" in page
    assert "许可证.jpg" in page
    third = person_as(Role.SUPERVISION_OFFICE, district.division, name="吴复核")
    refused = clerk.post(
        reverse("supervision:review_decide", args=[review.pk]),
        {"decision": "upheld", "text": "维持"},
        HTTP_ACCEPT="application/json",
    )
    assert refused.status_code == 422
    assert "应当回避" in refused.content.decode()
    assert [matter.people for matter in matters(timezone.now()) if matter.rule == "review_due"] == [(third,)]
    post(as_(third), "review_decide", review.pk, decision="upheld", text="事实清楚")
    assert "维持原结论" in text(unit, reverse("supervision:part", args=[part.pk]))
    assert not still([NoticeItem(pk=1, rule="review_due", subject=f"supervision.review:{review.pk}")])


def test_the_page_of_burdens_counts_inspections_once_the_unit_knows_of_them(district: Inspected) -> None:
    page = reverse("dispatch:burden", args=[district.ledger.pk])
    office = signed_in(district.clerk)
    district.verified()
    made = district.concluded()
    assert "接受督查（次）" in office.get(page).content.decode()
    assert [row.more for row in office.get(page).context["burden"].units] == [[0]]
    part = made.units.get()
    conclusions.feed_back(part=part, demands=district.demand(part), by=district.clerk)
    burden = office.get(page).context["burden"]
    assert ([row.more for row in burden.units], burden.sums) == ([[1]], [1])
