"""The pages of orders, as the office and the units use them."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from docx import Document
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from duban.dispatch.actions import lights
from duban.dispatch.models import TaskLight
from duban.organisations.models import Person
from duban.plans.extensions import WAITING
from duban.supervision.actions import orders
from duban.supervision.models import Order, OrderUnit
from factories.orders import Pressed, moment
from makers_pdf import plan

pytestmark = pytest.mark.django_db


def as_(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def page(client: Client, name: str, *args: Any, query: str = "") -> str:
    answer = client.get(reverse(f"supervision:{name}", args=args) + query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def send(client: Client, name: str, *args: Any, **data: Any) -> Any:
    return client.post(reverse(f"supervision:{name}", args=args), data, follow=True)


def the_form(client: Client, district: Pressed) -> dict[str, Any]:
    """What the form for the district's task opens with."""
    answer = client.get(reverse("supervision:order_new") + f"?task={district.task.pk}")
    form = answer.context["form"]
    given = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    given["automatic"] = "on"
    return {name: value for name, value in given.items() if value is not None}


def test_an_order_is_sent_from_a_task_with_its_units_and_its_light_filled_in(client: Client) -> None:
    district = Pressed()
    lights.recompute(ledger=district.ledger, days=[timezone.localdate()])
    as_(client, district.clerk)
    given = the_form(client, district)
    assert given["units"] == [district.unit.pk]
    assert district.task.title in given["grounds"]
    answer = client.post(reverse("supervision:order_new") + f"?task={district.task.pk}", given, follow=True)
    order = Order.objects.get()
    assert f"{order.number}已发给区发展改革局。" in answer.content.decode()
    assert order.task == district.task
    # The form sent once more (the browser's back button) is the same order.
    client.post(reverse("supervision:order_new") + f"?task={district.task.pk}", given)
    assert Order.objects.count() == 1


def test_a_light_that_is_well_is_no_ground_for_an_order(client: Client) -> None:
    district = Pressed()
    lights.recompute(ledger=district.ledger, days=[timezone.localdate()])
    as_(client, district.clerk)
    light = TaskLight.objects.get(task=district.task)
    TaskLight.objects.update(why={**light.why, "severity": 2})
    assert "亮灯为" in the_form(client, district)["grounds"]
    TaskLight.objects.update(why={**light.why, "severity": 0})
    assert "亮灯" not in the_form(client, district)["grounds"]


def test_a_second_order_on_the_same_task_is_asked_about_first(client: Client) -> None:
    district = Pressed()
    district.order()
    as_(client, district.clerk)
    given = the_form(client, district)
    where = reverse("supervision:order_new") + f"?task={district.task.pk}"
    answer = client.post(where, given)
    assert answer.status_code == 422
    assert "就这件事，区发展改革局已有督办〔2026〕1号在办" in answer.content.decode()
    client.post(where, {**given, "beside": "on"})
    assert Order.objects.count() == 2


def test_the_unit_signs_and_answers_and_the_office_accepts(client: Client) -> None:
    district = Pressed()
    slip = district.slip(at=timezone.now())
    as_(client, district.liaison)
    assert "签收并答复" in page(client, "order", slip.order_id)
    send(client, "order_sign", slip.pk)
    proof = SimpleUploadedFile("许可证.pdf", plan(1))
    answer = send(client, "order_answer", slip.pk, text="已开工5个。", seen=0, proofs=[proof])
    assert "的答复已提交" in answer.content.decode()
    assert "许可证.pdf" in answer.content.decode()
    assert "order_accept" not in answer.content.decode()
    as_(client, district.clerk)
    assert reverse("supervision:order_accept", args=[slip.pk]) in page(client, "order", slip.order_id)
    send(client, "order_accept", slip.pk, remark="同意办结")
    assert OrderUnit.objects.get().state == "accepted"


def test_what_is_refused_leaves_the_words_in_the_form(client: Client) -> None:
    district = Pressed()
    slip = district.slip()
    orders.answer(slip=slip, text="别人先答了。", by=district.second, at=moment(3, 3))
    as_(client, district.liaison)
    answer = send(client, "order_answer", slip.pk, text="我写了很久的答复", seen=0)
    assert answer.status_code == 422
    assert "别人先答了" in answer.content.decode()
    orders.return_(slip=slip, reason="不实", by=district.clerk)
    empty = SimpleUploadedFile("空.pdf", b"not a pdf at all")
    answer = send(client, "order_answer", slip.pk, text="我写了很久的答复", seen=1, proofs=[empty])
    assert answer.status_code == 422
    assert "我写了很久的答复" in answer.content.decode()
    assert "“空.pdf”没有上传" in answer.content.decode()


def test_time_is_asked_for_and_decided_on_the_page(client: Client) -> None:
    district = Pressed()
    slip = district.slip(at=timezone.now())
    wanted = slip.answer_by + timedelta(days=5)
    as_(client, district.liaison)
    send(client, "order_extend", slip.pk, wanted=slip.answer_by.isoformat(), reason="等批复")
    send(client, "order_extend", slip.pk, wanted=wanted.isoformat(), reason="等批复")
    extension = slip.extensions.get()
    as_(client, district.clerk)
    assert "督查室审批延期" in page(client, "orders")
    answer = send(client, "order_decide", extension.pk, decision="refuse", granted=wanted.isoformat(), remark="")
    assert answer.status_code == 422
    send(client, "order_decide", extension.pk, decision="grant", granted=wanted.isoformat())
    assert OrderUnit.objects.get().answer_by == wanted


def test_orders_are_sent_in_bulk_from_the_ledger_and_what_cannot_be_is_told(client: Client) -> None:
    district = Pressed()
    second = district.another("优化营商环境")
    nobody = district.another("没有单位的任务")
    nobody.responsibilities.all().delete()
    district.order()
    as_(client, district.clerk)
    tasks = [district.task.pk, second.pk, nobody.pk]
    shown = client.post(reverse("supervision:orders_bulk"), {"task": tasks})
    assert "可以发 1 份" in shown.content.decode()
    form = shown.context["form"]
    given = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {**{name: value for name, value in given.items() if value is not None}, "task": tasks}
    told = send(client, "orders_bulk", **data).content.decode()
    assert "发了 1 份督办单：督办〔2026〕2号" in told or "发了 1 份督办单：督办〔" in told
    assert "已有督办〔2026〕1号在办" in told
    assert "没有牵头、责任单位" in told
    send(client, "orders_bulk", **data)
    assert Order.objects.count() == 2


def test_lights_propose_and_one_click_sends(client: Client) -> None:
    district = Pressed()
    district.task.due = timezone.localdate() - timedelta(days=3)
    district.task.save()
    lights.recompute(ledger=district.ledger, days=[timezone.localdate()])
    as_(client, district.clerk)
    shown = page(client, "orders_proposed")
    assert district.task.title in shown
    assert "10天" in shown
    send(client, "orders_proposed", task=district.task.pk)
    order = Order.objects.get()
    assert (order.basis, order.level) == ("light", "blue")
    assert order.units.get().unit == district.unit
    # What was sent is proposed no more, and a second click sends nothing.
    assert "没有要发的督办单" in page(client, "orders_proposed")
    send(client, "orders_proposed", task=district.task.pk)
    assert Order.objects.count() == 1


def test_the_board_shows_clocks_and_who_moves(client: Client) -> None:
    district = Pressed()
    district.slip()
    district.slip(district.other, at=timezone.now())
    as_(client, district.clerk)
    shown = page(client, "orders")
    assert "等区发展改革局签收" in shown
    assert "逾期" in shown
    as_(client, district.liaison)
    assert "区财政局" not in page(client, "orders")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 2),
        ("?q=〔2026〕1号", 2),
        ("?q=〔2026〕9号", 0),
        ("?level=red", 0),
        ("?state=open", 2),
        ("?clock=overdue", 2),
        ("?turn=office", 0),
    ],
)
def test_the_list_is_filtered_and_exported(client: Client, query: str, count: int) -> None:
    district = Pressed()
    district.order(district.unit, district.other)
    as_(client, district.clerk)
    answer = client.get(reverse("supervision:orders_list") + query)
    assert len(answer.context["cards"]) == count
    book = load_workbook(io.BytesIO(client.get(reverse("supervision:orders_export") + query).content))
    assert book.active.max_row == 2 + count


def test_pages_cost_a_bounded_number_of_statements(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    district = Pressed()
    for _ in range(12):
        district.order(district.unit, district.other, beside=True)
    as_(client, district.clerk)
    for name in ("orders", "orders_list", "orders_proposed"):
        with django_assert_max_num_queries(30):
            page(client, name)
    with django_assert_max_num_queries(30):
        page(client, "order", Order.objects.first().pk)  # type: ignore[union-attr]


def test_the_paper_is_handed_out_as_word_and_pdf(client: Client) -> None:
    district = Pressed()
    order = district.order(district.unit, district.other)
    as_(client, district.liaison)
    answer = client.get(reverse("supervision:order_docx", args=[order.pk]))
    text = [line.text for line in Document(io.BytesIO(answer.content)).paragraphs]
    assert text[0] == "督办〔2026〕1号"
    assert text[1] == "关于“强化重大项目牵引”的蓝色督办单"
    assert text[2] == "区发展改革局、区财政局："
    assert text[-1] == "2026年3月2日"
    printed = client.get(reverse("supervision:order_pdf", args=[order.pk]))
    assert printed.content.startswith(b"%PDF")
    assert printed["Content-Disposition"].startswith("attachment")
    # Who may not see the order may not have its paper.
    stranger = district.slip(district.other, beside=True)
    assert client.get(reverse("supervision:order_pdf", args=[stranger.order_id])).status_code == 404


def test_the_letter_tells_the_leader_the_whole_chain(client: Client) -> None:
    district = Pressed()
    district.slip()
    orders.press(moment(3, 17))
    letter = Order.objects.get(level="orange").letters.get()
    as_(client, district.clerk)
    answer = client.get(reverse("supervision:order_letter_docx", args=[letter.pk]))
    document = Document(io.BytesIO(answer.content))
    assert "许文澜（副区长）：" in [line.text for line in document.paragraphs]
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert [row[0] for row in rows[1:]] == ["督办〔2026〕1号", "督办〔2026〕2号"]
    as_(client, district.liaison)
    assert client.get(reverse("supervision:order_letter_docx", args=[letter.pk])).status_code == 403


def test_a_character_that_no_font_has_is_said_and_not_shown_as_a_box(client: Client) -> None:
    district = Pressed()
    order = district.order(title="整治\U000323aa河")
    as_(client, district.clerk)
    answer = client.get(reverse("supervision:order_pdf", args=[order.pk]))
    assert answer.status_code == 422
    assert "字体里没有这些字" in answer.content.decode()
    assert client.get(reverse("supervision:order_docx", args=[order.pk])).status_code == 200


def test_what_waits_stands_on_the_workbench_by_its_day() -> None:
    district = Pressed()
    slip = district.slip(at=timezone.now())
    today = timezone.localdate()
    unit = WAITING["supervision.orders"](district.liaison, today)
    assert [(item.verb, item.due) for item in unit[0].items] == [("签收", slip.sign_by)]
    orders.answer(slip=slip, text="办好了。", by=district.liaison)
    office = WAITING["supervision.orders"](district.clerk, today)
    assert [item.verb for item in office[0].items] == ["审核"]
    assert not WAITING["supervision.orders"](district.liaison, today)[0]
    assert WAITING["supervision.orders"](district.leader, today) == []


def test_a_task_shows_its_orders(client: Client) -> None:
    district = Pressed()
    order = district.order()
    as_(client, district.liaison)
    assert order.number in client.get(reverse("plans:task", args=[district.task.pk])).content.decode()
