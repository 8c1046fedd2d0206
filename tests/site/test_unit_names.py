"""What the words of a paper mean in a district."""

from __future__ import annotations

from datetime import date

import pytest
from django.test.utils import CaptureQueriesContext

from duban.core.extract.units.resolve import canonical_key
from duban.organisations.models import Division, GroupName, Unit, UnitAlias, UnitGroup
from duban.organisations.names import resolve
from factories.site import DivisionFactory, UnitFactory, UnitGroupFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 1)


@pytest.fixture
def lanqiao() -> Division:
    city = DivisionFactory(code="990100", name="江临市", full_name="泽南省江临市", level="city")
    division: Division = DivisionFactory(parent=city)
    for name in ("区财政局", "区发展和改革局", "区人民政府办公室", "区教育局", "区供销合作社"):
        UnitFactory(division=division, name=name)
    towns = UnitGroupFactory(division=division, code="towns", name="镇街")
    for name in ("柳溪街道", "白沙镇"):
        UnitFactory(division=division, name=name, group=towns)
    GroupName.objects.create(group=towns, division=division, name="各镇（街道）")
    vertical = UnitFactory(division=division, name="江临市生态环境局兰桥分局", short_name="区生态环境分局")
    UnitAlias.objects.create(unit=vertical, division=division, name="区环保局", key=canonical_key("区环保局"))
    return division


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("区财政局", "区财政局"),
        ("兰桥区财政局", "区财政局"),
        ("江临市兰桥区财政局", "区财政局"),
        ("泽南省江临市兰桥区财政局", "区财政局"),
        ("区 财 政 局", "区财政局"),
        ("“区财政局”", "区财政局"),
        ("区财政局（区国资办）", "区财政局"),
        ("区发改委", "区发展和改革局"),
        ("区发展改革局", "区发展和改革局"),
        ("江临市兰桥区发展和改革委员会", "区发展和改革局"),
        ("区生态环境分局", "江临市生态环境局兰桥分局"),
        ("市生态环境局兰桥分局", "江临市生态环境局兰桥分局"),
        ("区环保局", "江临市生态环境局兰桥分局"),
        ("兰桥区柳溪街道", "柳溪街道"),
        ("兰桥区白沙镇", "白沙镇"),
    ],
)
def test_one_unit_has_many_written_forms(lanqiao: Division, words: str, name: str) -> None:
    unit = resolve(lanqiao, [words], TODAY)[words].unit
    assert unit is not None
    assert unit.name == name


@pytest.mark.parametrize(
    "words", ["各镇（街道）", "各镇(街道)", "各镇街", "各镇、街道", "各镇人民政府、各街道办事处", "镇街"]
)
def test_a_group_has_many_written_forms(lanqiao: Division, words: str) -> None:
    group = resolve(lanqiao, [words], TODAY)[words].group
    assert group is not None
    assert group.name == "镇街"


@pytest.mark.parametrize("words", ["市财政局", "江临市财政局", "省财政厅", "有关镇街", "各镇"])
def test_what_is_somebody_else_is_left_to_a_person(lanqiao: Division, words: str) -> None:
    found = resolve(lanqiao, [words], TODAY)[words]
    assert found.unit is None
    assert found.group is None


def test_a_merged_unit_stands_for_its_successor_from_the_day_it_ended(lanqiao: Division) -> None:
    bureau = Unit.objects.get(name="区教育局")
    sports = UnitFactory(division=lanqiao, name="区教育体育局")
    bureau.valid_to, bureau.successor = date(2026, 1, 1), sports
    bureau.save()
    old = UnitFactory(division=lanqiao, name="区教研室", valid_to=date(2024, 1, 1), successor=bureau)
    closed = UnitFactory(division=lanqiao, name="区农场", valid_to=date(2024, 1, 1))
    after = resolve(lanqiao, ["区教育局", "区教研室", "区农场"], TODAY)
    assert after["区教育局"].unit == sports
    assert after[old.name].unit == sports
    assert after[closed.name].unit is None
    assert resolve(lanqiao, ["区教育局"], date(2025, 12, 31))["区教育局"].unit == bureau


def test_words_that_nobody_is_known_by_come_with_the_nearest_names(lanqiao: Division) -> None:
    found = resolve(lanqiao, ["区供销联社"], TODAY)["区供销联社"]
    assert found.unit is None
    assert found.candidates[0].name == "区供销合作社"


def test_a_whole_paper_costs_a_bounded_number_of_statements(
    lanqiao: Division, django_assert_max_num_queries: object
) -> None:
    from django.db import connection

    words = [f"区第{n}局" for n in range(200)] + ["区财政局", "各镇街"]
    with CaptureQueriesContext(connection) as asked:
        resolve(Division.objects.get(pk=lanqiao.pk), words, TODAY)
    assert len(asked) <= 7


def test_another_district_has_its_own_names(lanqiao: Division) -> None:
    other = DivisionFactory(code="990203", name="云岭县", full_name="青渡市云岭县")
    assert resolve(other, ["区财政局"], TODAY)["区财政局"].unit is None
    assert not UnitGroup.objects.filter(division=other)
