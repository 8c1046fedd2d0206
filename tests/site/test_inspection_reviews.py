"""Reviews: within 30 days, decided within 30 days, by nobody who took part in the conclusion."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.utils import timezone

from duban.dispatch.models import ReportValue
from duban.organisations.models import Person
from duban.organisations.roles import Role
from duban.supervision.actions import inspection_conclusions as conclusions
from duban.supervision.actions import inspection_reviews as reviews
from duban.supervision.actions import inspections
from duban.supervision.inspecting.refusals import NotNow, TookPart, Wrong
from duban.supervision.models import InspectedUnit, Review
from duban.supervision.queries.inspection_reviews import deciders
from factories.inspections import Inspected
from factories.site import DivisionFactory, person_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def district() -> Inspected:
    return Inspected()


def asked(district: Inspected, part: InspectedUnit) -> Review:
    return reviews.ask_review(part=part, reason="3个项目当天正在开工仪式", by=district.head)


def test_it_is_asked_for_within_thirty_days_of_receipt_and_due_within_thirty_of_that(district: Inspected) -> None:
    part = district.fed_back()
    with pytest.raises(NotNow, match="请先签收"):
        asked(district, part)
    # The 30th day is 清明节: the limit goes on to the next working day.
    at = timezone.make_aware(datetime(2026, 3, 5, 10))
    part = conclusions.receive(part=part, by=district.head, at=at)
    with pytest.raises(NotNow, match=r"期满（条例第十七条；从2026年3月5日次日起算30天"):
        reviews.ask_review(part=part, reason="晚了", by=district.head, at=at.replace(month=4, day=8))
    review = reviews.ask_review(part=part, reason="当天在开工", by=district.head, at=at.replace(month=4, day=7))
    assert review.due_on == date(2026, 5, 7)
    assert review.counted.startswith("从2026年4月7日次日起算30天")
    with pytest.raises(NotNow, match="只复核一次"):
        reviews.ask_review(part=part, reason="再来", by=district.head, at=at.replace(month=4, day=7))


def test_who_took_part_in_the_conclusion_does_not_decide(district: Inspected) -> None:
    review = asked(district, district.received())
    third = person_as(Role.SUPERVISION_OFFICE, district.division, name="吴复核")
    for person, how in ((district.clerk, "起草结论"), (district.leader, "督查组组长")):
        with pytest.raises(TookPart, match=f"{person.name}参与过这份结论（{how}）"):
            reviews.decide_review(review=review, decision="upheld", text="维持", by=person)
    assert list(deciders(review)) == [third]
    reviews.decide_review(review=review, decision="upheld", text="事实清楚", by=third)
    review.refresh_from_db()
    assert review.decided_by == third
    part = review.part
    inspection = part.inspection
    finding = part.findings.get()
    conclusions.rectify(finding=finding, text="都已开工", by=district.liaison)
    conclusions.verify_finding(finding=finding, how="到现场看过", by=district.clerk)
    assert inspections.close(inspection=inspection, by=district.clerk).due_on is None


def test_where_recusal_leaves_nobody_the_upper_level_is_named_and_only_they_decide(district: Inspected) -> None:
    city = DivisionFactory(code="990100", name="江临市", full_name="江临市", level="city")
    district.division.parent = city
    district.division.save()
    above = person_as(Role.UPPER_LEVEL, city, name="庄上级")
    beside = person_as(Role.UPPER_LEVEL, city, name="郑上级")
    report = district.verified()
    review = asked(district, district.received())
    assert not deciders(review).exists()
    assert ReportValue.objects.get(report=report).value == 38
    with pytest.raises(NotNow, match="没有指定由上级决定"):
        reviews.decide_review(review=review, decision="revoked", text="撤销", by=Person.objects.get(pk=above.pk))
    with pytest.raises(Wrong, match="不是上级督查机构的人员"):
        reviews.name_reviewer(review=review, person=district.liaison, because="都参与了", by=district.clerk)
    reviews.name_reviewer(review=review, person=above, because="全室都参与了结论，市督查室同意", by=district.clerk)
    with pytest.raises(NotNow, match="已指定由庄上级决定"):
        reviews.decide_review(review=review, decision="revoked", text="撤销", by=beside)
    reviews.decide_review(
        review=review, decision="revoked", text="开工以施工许可为准", by=Person.objects.get(pk=above.pk)
    )
    assert review.part.findings.get().state == "revoked"
    # What the unit had reported holds again.
    assert ReportValue.objects.get(report=report).value == 47


def test_a_unit_may_take_its_request_back(district: Inspected) -> None:
    review = asked(district, district.received())
    reviews.withdraw_review(review=review, by=district.head)
    third = person_as(Role.SUPERVISION_OFFICE, district.division)
    with pytest.raises(Exception, match="已撤回"):
        reviews.decide_review(review=review, decision="upheld", text="维持", by=third)
