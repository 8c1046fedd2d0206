"""The verification queue: accept, return, correct; the sample."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from test_rounds import District

from duban.dispatch.actions import reports, rounds
from duban.dispatch.models import Report, Verification
from duban.dispatch.states import ReportState
from duban.organisations.models import Person
from factories.site import ResponsibilityFactory, TaskFactory

pytestmark = pytest.mark.django_db


def signed(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def handed_in(district: District, number: int, value: str, text: str) -> Report:
    report = district.month(number)
    district.filled(report, value, text)
    reports.submit(report=report, by=district.liaison, at=district.before(report))
    reports.sign_off(report=report, by=district.head)
    report.refresh_from_db()
    return report


@pytest.fixture
def district() -> District:
    return District()


def test_a_report_stands_beside_last_month_and_what_is_expected(district: District) -> None:
    handed_in(district, 8, "35", "累计新开工35个。")
    report = handed_in(district, 9, "38", "累计新开工38个，其中9月3个。")
    page = signed(district.clerk).get(reverse("dispatch:verify", args=[report.round_id])).content.decode()
    for words in ("累计新开工35个。", "累计新开工38个，其中9月3个。", "期末应达", ">+3<", "38.89"):
        assert words in page, words


def test_accepting_leads_to_the_next_and_a_return_says_why(district: District) -> None:
    other = TaskFactory(ledger=district.ledger, title="盘活闲置土地")
    ResponsibilityFactory(task=other, unit=district.unit, role="lead")
    first = handed_in_all(district)
    client = signed(district.clerk)
    answer = client.post(
        reverse("dispatch:decide", args=[first[0].pk]), {"do": "accept", "show": "waiting", "after": first[1].pk}
    )
    assert answer["Location"].endswith(f"show=waiting&report={first[1].pk}")
    client.post(reverse("dispatch:decide", args=[first[1].pk]), {"do": "return", "reason": " "})
    first[1].refresh_from_db()
    assert first[1].state == ReportState.AWAITING_VERIFICATION, "a return without a reason is none"
    client.post(reverse("dispatch:decide", args=[first[1].pk]), {"do": "return", "reason": "数字和上月一样，请核实。"})
    assert {report.state for report in Report.objects.all()} == {ReportState.VERIFIED, ReportState.RETURNED}
    assert Verification.objects.get(verdict="return").reason == "数字和上月一样，请核实。"


def handed_in_all(district: District) -> list[Report]:
    schedule = district.schedule(sample_percent=50)
    rounds.open_round(round=schedule.rounds.get(period_start=date(2026, 9, 1)), by=district.clerk)
    found = list(Report.objects.order_by("pk"))
    for report in found:
        changes = [reports.Change("progress", "", f"完成第{report.pk}项。")]
        changes += [reports.Change(f"value:{value.indicator_id}", "", "40") for value in report.values.all()]
        if reports.asks_percentage(report):
            changes.append(reports.Change("percentage", "", "60"))
        reports.save(report=report, changes=changes, by=district.liaison, at=district.before(report))
        reports.submit(report=report, by=district.liaison, at=district.before(report))
        reports.sign_off(report=report, by=district.head)
    return found


def test_a_correction_keeps_what_the_unit_wrote(district: District) -> None:
    report = handed_in(district, 9, "38", "累计新开工38个。")
    signed(district.clerk).post(
        reverse("dispatch:decide", args=[report.pk]),
        {
            "do": "correct",
            "reason": "与统计口径不符。",
            f"cell:{district.cell}": "36",
            "cell:progress": report.progress,
        },
    )
    report.refresh_from_db()
    assert (report.state, report.values.get().value) == (ReportState.VERIFIED, 36)
    assert Verification.objects.get().corrections == {district.cell: ["38", "36"]}
    assert report.versions.get(step="sign_off").snapshot["values"][0]["value"] == "38"


def test_the_sample_takes_what_is_odd_and_can_be_drawn_again(district: District) -> None:
    for number in range(5):
        ResponsibilityFactory(task=TaskFactory(ledger=district.ledger, title=f"任务{number}"), unit=district.unit)
    found = handed_in_all(district)
    odd = found[3]
    Report.objects.update(warnings=[])
    Report.objects.filter(pk=odd.pk).update(
        warnings=[{"cell": "progress", "sentence": "与上月一字不差。", "code": "copied"}]
    )
    client, url = signed(district.clerk), reverse("dispatch:sample", args=[odd.round_id])
    client.post(url, {"do": "draw"})
    drawn = set(Report.objects.filter(sampled=True).values_list("pk", flat=True))
    assert len(drawn) == 3
    assert odd.pk in drawn
    client.post(url, {"do": "draw"})
    assert set(Report.objects.filter(sampled=True).values_list("pk", flat=True)) == drawn
    client.post(url, {"do": "accept_rest"})
    assert set(Report.objects.exclude(state=ReportState.VERIFIED).values_list("pk", flat=True)) == drawn


def test_only_the_office_verifies(district: District) -> None:
    report = handed_in(district, 9, "38", "累计新开工38个。")
    for person in (district.liaison, district.head):
        assert signed(person).get(reverse("dispatch:verify", args=[report.round_id])).status_code == 403
        signed(person).post(reverse("dispatch:decide", args=[report.pk]), {"do": "accept"})
    report.refresh_from_db()
    assert report.state == ReportState.AWAITING_VERIFICATION
