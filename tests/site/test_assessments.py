"""The year's assessment: months and what only the year knows, through the same steps as a month, and frozen like one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from openpyxl import Workbook, load_workbook

from duban.assessment import computing, refusals
from duban.assessment.actions import figures, rankings
from duban.assessment.actions.rankings import Scheme
from duban.assessment.models import Figure, Ranking
from duban.audit.models import Event
from factories.rankings import TEXT, Ranked, moment

pytestmark = pytest.mark.django_db

#: The months make six tenths of a hundred, the annual figure the other four.
YEAR = Scheme(
    "lanqiao-reports",
    TEXT
    + """
[[item]]
name = "annual"
title = "综合测评"
how = "rating"
period = "year"
weight = 40
facts = ["entered"]
marks = { figure = "综合测评" }
absent = "zero"

[year]
share = 0.6
missing = "skip"
""",
)
AFTER = moment(1, 10, year=2027)


@pytest.fixture
def district() -> Ranked:
    """March is published: 81 for the first department (a report in time), 79 for the second, 75 for the town."""
    made = Ranked()
    made.march()
    made.published()
    return made


def computed(district: Ranked) -> Ranking:
    return rankings.compute_year(ledger=district.ledger, scheme=YEAR, by=district.clerk, at=AFTER)


def entered(district: Ranked, *values: int) -> None:
    given = {(unit.pk, "综合测评"): Decimal(value) for unit, value in zip(district.units, values, strict=True)}
    figures.enter(ledger=district.ledger, values=given, paper="区考核办〔2027〕3号", by=district.clerk, at=AFTER)


def test_months_and_the_annual_figure_make_the_year_by_hand(district: Ranked) -> None:
    march = Ranking.objects.get()
    months = {row.unit_name: row.score for row in march.rows.all()}
    entered(district, 90, 95, 80)
    year = computed(district)
    rows = {row.unit_name: row for row in year.rows.all()}
    # March alone stands for the months: its score × 60 %, and the figure × 40 %.
    for name, figure in (("区发展改革局", 90), ("区财政局", 95), ("柳溪街道", 80)):
        assert rows[name].score == months[name] * Decimal("0.6") + figure * Decimal("0.4")
    assert rows["区财政局"].place == 1
    (of_months, annual) = rows["区发展改革局"].items
    assert of_months["name"] == "months"
    (line,) = of_months["lines"]
    fact = next(one for one in rows["区发展改革局"].facts if one["key"] == line["fact"])
    assert fact["words"].startswith("2026年3月第1名，得分")
    assert fact["link"] == f"/rankings/rows/{march.rows.get(unit=district.first).pk}/"
    assert annual["points"] == "36"
    assert computing.verify(year).holds


def test_before_the_year_is_over_it_is_a_trial_for_the_office_alone(district: Ranked, client: Client) -> None:
    year = rankings.compute_year(ledger=district.ledger, scheme=YEAR, by=district.clerk, at=moment(6, 1))
    with pytest.raises(refusals.YearRuns, match="预评"):
        rankings.show(ranking=year, until=date(2026, 6, 9), by=district.clerk, at=moment(6, 1))
    client.force_login(district.liaisons[district.first])
    assert client.get(f"/rankings/{year.pk}/").status_code == 404
    client.force_login(district.clerk)
    assert "2026年度考核" in client.get(f"/rankings/{year.pk}/").content.decode()


def test_it_goes_the_way_of_a_month_is_frozen_and_corrected_by_a_new_version(district: Ranked, client: Client) -> None:
    entered(district, 90, 80, 70)
    year = computed(district)
    year = rankings.show(ranking=year, until=date(2027, 1, 13), by=district.clerk, at=moment(1, 11, year=2027))
    year = rankings.approve(ranking=year, by=district.leader, at=moment(1, 14, year=2027))
    district.decided(year)
    year = rankings.publish(ranking=year, by=district.clerk, at=moment(1, 15, year=2027))
    with pytest.raises(DatabaseError), transaction.atomic():
        Ranking.objects.filter(pk=year.pk).update(period="month")
    entered(district, 60, 80, 70)
    year.refresh_from_db()
    assert computing.verify(year).holds
    again = rankings.correct(ranking=year, reason="测评分录错", by=district.clerk, at=moment(1, 20, year=2027))
    assert (again.version, again.period, again.state) == (2, "year", "ranking_computed")
    client.force_login(district.heads[district.first])
    assert "2026年度考核" in client.get("/assessments/").content.decode().replace("2026年度</a>", "2026年度考核")
    table = client.get(f"/assessments/{year.pk}/table/")
    assert table.status_code == 200
    sheet = load_workbook(BytesIO(client.get(f"/assessments/{year.pk}/table/?form=xlsx").content)).active
    assert [cell.value for cell in sheet[2]] == [
        "组", "名次", "单位", "3月", "各月合计", "综合测评", "总分", "一票否决",
    ]  # fmt: skip
    assert sheet["C3"].value == "区发展改革局"
    # The month's own pages do not know of the year.
    assert "年度" not in client.get("/rankings/").content.decode().split("<main")[1].split("年度考核</a>")[-1]


def test_figures_are_typed_in_a_grid_all_or_none_and_stand_in_the_trail(district: Ranked, client: Client) -> None:
    computed(district)
    client.force_login(district.clerk)
    where = f"/assessments/ledgers/{district.ledger.pk}/figures/"
    assert "综合测评" in client.get(where).content.decode()
    form = {f"f{district.first.pk}-0": "90", f"f{district.second.pk}-0": "八十", "paper": "区考核办〔2027〕3号"}
    wrong = client.post(where, form)
    assert wrong.status_code == 422
    assert "区财政局“综合测评”的“八十”不是数" in wrong.content.decode()
    odd = client.post(where, form | {f"f{district.second.pk}-0": "NaN"})
    assert "“NaN”不是数" in odd.content.decode()
    assert not Figure.objects.exists()
    assert "依据" in client.post(where, form | {f"f{district.second.pk}-0": "80", "paper": ""}).content.decode()
    client.post(where, form | {f"f{district.second.pk}-0": "80"})
    assert {str(one): one.value for one in Figure.objects.all()} == {"区发展改革局综合测评": 90, "区财政局综合测评": 80}
    assert Event.objects.filter(action="assessment.enter_figure").count() == 2
    client.post(where, {f"f{district.first.pk}-0": "", f"f{district.second.pk}-0": "80", "paper": "撤回"})
    assert Figure.objects.count() == 1


def test_a_workbook_fills_the_grid_and_nothing_is_entered_before_somebody_has_seen_it(
    district: Ranked, client: Client
) -> None:
    computed(district)
    client.force_login(district.clerk)
    where = f"/assessments/ledgers/{district.ledger.pk}/figures/"
    book = load_workbook(BytesIO(client.get(f"{where}workbook.xlsx").content))
    sheet = book["年终的数"]
    assert [cell.value for cell in sheet[1]] == ["单位", "综合测评"]
    at = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    sheet.cell(at["区发展改革局"], 2).value = 91.5
    sheet.cell(at["区财政局"], 2).value = "八十"
    sheet.append(["区农机局", 3])
    wrong = client.post(f"{where}upload/", {"file": uploaded(book)})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert f"年终的数!B{at['区财政局']}" in page
    assert "没有叫“区农机局”的参评单位" in page
    assert 'value="91.5"' not in page
    sheet.cell(at["区财政局"], 2).value = 80
    sheet.delete_rows(sheet.max_row)
    sheet.append(["区发展改革局", 3])
    assert "已经有了" in client.post(f"{where}upload/", {"file": uploaded(book)}).content.decode()
    sheet.delete_rows(sheet.max_row)
    seen = client.post(f"{where}upload/", {"file": uploaded(book)})
    assert seen.status_code == 200
    assert "改了 2 个数" in seen.content.decode()
    assert 'value="91.5"' in seen.content.decode()
    assert not Figure.objects.exists()
    sheet.cell(1, 2).value = "测评"
    assert "缺“综合测评”这一列" in client.post(f"{where}upload/", {"file": uploaded(book)}).content.decode()
    assert client.post(f"{where}upload/", {"file": SimpleUploadedFile("表.xlsx", b"x")}).status_code == 422


def uploaded(book: Workbook) -> SimpleUploadedFile:
    file = BytesIO()
    book.save(file)
    return SimpleUploadedFile("表.xlsx", file.getvalue())


def test_without_a_published_month_there_is_no_year() -> None:
    made = Ranked()
    with pytest.raises(refusals.NoMonths, match="还没有公布过"):
        rankings.compute_year(ledger=made.ledger, scheme=YEAR, by=made.clerk, at=AFTER)
