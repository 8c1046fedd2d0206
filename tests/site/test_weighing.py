"""How hard tasks are, units with listed matters only, stages of projects: said by the office, and then counted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from duban.assessment import refusals
from duban.assessment.actions import rankings, weighing
from duban.assessment.actions.rankings import Scheme
from duban.assessment.actions.weighing import Stages
from duban.assessment.gathering.book import Book, month_of
from duban.assessment.gathering.gather import gather
from duban.assessment.models import ListedUnit, ProjectProgress, TaskDifficulty
from duban.assessment.scoring import files
from duban.assessment.scoring.facts import Fact
from duban.audit.models import Event
from duban.plans.models import Project, Task
from duban.plans.snapshots import record_version
from factories.rankings import COMPUTED, MONTH, SCHEME, TEXT, Ranked, moment

pytestmark = pytest.mark.django_db
PAPER = "区督考办〔2026〕5号"


@pytest.fixture
def district() -> Ranked:
    made = Ranked()
    made.march()
    return made


def task_of(district: Ranked, unit: Any) -> Task:
    return Task.objects.get(ledger=district.ledger, responsibilities__unit=unit)


def facts(district: Ranked, **wanted: Any) -> list[Fact]:
    found = gather(Book(district.ledger), month_of(district.ledger, MONTH)).facts
    return [fact for fact in found if all(getattr(fact, name) == value for name, value in wanted.items())]


def project_of(district: Ranked, unit: Any, value: str = "125000", per: str = "万元") -> Project:
    task = task_of(district, unit)
    project = Project.objects.create(
        task=task, ledger=district.ledger, name="东岸物流港", value=Decimal(value), unit=per
    )
    record_version(task, valid_from=date(2026, 1, 10), reason="项目", by=district.clerk)
    return project


def staged(district: Ranked, project: Project, **stages: Any) -> int:
    said = Stages("产业", **stages)
    return weighing.record_stages(
        ledger=district.ledger, stages={project.pk: said}, paper=PAPER, by=district.clerk, at=COMPUTED
    )


def test_a_hard_task_weighs_more_and_the_arithmetic_says_so(district: Ranked) -> None:
    hard = task_of(district, district.first)
    before = {fact.key for fact in facts(district) if fact.marks.get("difficulty")}
    assert before == set()
    said = {hard.pk: "hard", task_of(district, district.second).pk: ""}
    assert weighing.set_difficulties(ledger=district.ledger, difficulties=said, paper=PAPER, by=district.clerk) == 1
    marked = {fact.unit for fact in facts(district) if fact.marks.get("difficulty") == "hard"}
    assert marked == {district.first.pk}
    text = TEXT.replace("places = 2\n", "places = 2\n\n[difficulty]\nhard = 1.5\n", 1).replace(
        '"report_returned", "report_false"]\n\n', '"report_returned", "report_false"]\nfactors = ["difficulty"]\n\n', 1
    )
    made = rankings.compute_month(
        ledger=district.ledger, month=MONTH, scheme=Scheme("lanqiao-hard", text), by=district.clerk, at=COMPUTED
    )
    row = made.rows.get(unit=district.first)
    assert row.score == Decimal("81.5"), "80, and a point for a report in time of a task that is hard"
    assert "难易系数（难）1.5" in str(row.items)


def test_units_with_listed_matters_only_are_told_apart(district: Ranked) -> None:
    assert weighing.list_units(ledger=district.ledger, units={district.town.pk}, paper=PAPER, by=district.clerk) == 1
    assert {fact.unit for fact in facts(district) if fact.marks.get("listed_only")} == {district.town.pk}
    assert weighing.list_units(ledger=district.ledger, units=set(), paper="撤回", by=district.clerk) == 1
    assert not ListedUnit.objects.exists()
    assert Event.objects.filter(action="assessment.list_unit").count() == 2


def test_a_project_that_starts_is_new_the_year_after_continued_and_ends_in_production(district: Ranked) -> None:
    project = project_of(district, district.first)
    assert facts(district, kind="project_new") == []
    staged(district, project, started_on=date(2026, 3, 9))
    (new,) = facts(district, kind="project_new")
    assert (new.unit, new.value, new.role) == (district.first.pk, Decimal("12.5"), "lead")
    assert new.marks == {"kind": "产业", "size": "12.5"}
    assert new.words.endswith(f"东岸物流港：3月9日新开工，12.5亿元（{PAPER}）")
    staged(district, project, started_on=date(2025, 10, 8), in_production_on=date(2026, 3, 20))
    (on,) = facts(district, kind="project_continued")
    assert "2025年开工，续建" in on.words
    (made,) = facts(district, kind="project_in_production")
    assert made.day == date(2026, 3, 20)
    # What was finished before the year is no project of the year.
    staged(district, project, started_on=date(2024, 10, 8), in_use_on=date(2025, 12, 20))
    assert [fact.kind for fact in facts(district) if fact.kind.startswith("project")] == []


def test_a_stage_reached_after_the_month_does_not_count_in_it(district: Ranked) -> None:
    project = project_of(district, district.first)
    staged(district, project, started_on=date(2026, 4, 1))
    assert facts(district, kind="project_new") == []


def test_the_preset_of_projects_counts_what_was_entered(district: Ranked) -> None:
    project = project_of(district, district.first)
    staged(district, project, started_on=date(2026, 3, 9), in_use_on=date(2026, 3, 30))
    scheme = Scheme("projects", files.text_of("projects"))
    made = rankings.compute_month(ledger=district.ledger, month=MONTH, scheme=scheme, by=district.clerk, at=COMPUTED)
    # A new start 5, 1.25 billion 20, an industry 15, in use 10; no planned investment is reported.
    assert made.rows.get(unit=district.first).score == 50


@pytest.mark.parametrize(
    ("stages", "why"),
    [
        ({"started_on": date(2026, 5, 1)}, "还没有到"),
        ({"in_use_on": date(2026, 3, 1)}, "开工日期却没有填"),
        ({"started_on": date(2026, 3, 5), "in_production_on": date(2026, 3, 1)}, "晚于投产"),
    ],
)
def test_days_that_cannot_be_are_refused(district: Ranked, stages: dict[str, date], why: str) -> None:
    project = project_of(district, district.first)
    with pytest.raises(refusals.BadFigure, match=why):
        staged(district, project, **stages)
    assert not ProjectProgress.objects.exists()


def test_what_was_computed_stays_until_it_is_computed_again(district: Ranked) -> None:
    made = rankings.compute_month(ledger=district.ledger, month=MONTH, scheme=SCHEME, by=district.clerk, at=COMPUTED)
    before = made.digest
    weighing.set_difficulties(
        ledger=district.ledger,
        difficulties={task_of(district, district.first).pk: "easy"},
        paper=PAPER,
        by=district.clerk,
        at=moment(4, 3),
    )
    made.refresh_from_db()
    assert made.digest == before


def test_the_office_fills_in_the_page(district: Ranked, client: Client) -> None:
    task, project = task_of(district, district.first), project_of(district, district.second)
    client.force_login(district.clerk)
    where = "/rankings/weights/"
    assert task.title in client.get(where).content.decode()
    assert "没有找到" in client.get(where, {"q": "没有这样的任务"}).content.decode()
    form = {"row": [task.pk], f"t{task.pk}": "hard"}
    refused = client.post(where, form)
    assert refused.status_code == 422
    assert "要写明依据" in refused.content.decode()
    assert client.post(where, form | {"paper": PAPER}).status_code == 302
    assert TaskDifficulty.objects.get().difficulty == "hard"
    assert PAPER in client.get(where).content.decode()
    assert client.post(where, {"row": [task.pk], f"t{task.pk}": "very"} | {"paper": PAPER}).status_code == 422

    client.post(f"{where}?part=units", {"unit": [district.town.pk], "paper": PAPER})
    assert ListedUnit.objects.get().unit == district.town

    named = {"row": [project.pk], f"category-{project.pk}": "产业", "paper": PAPER}
    wrong = client.post(f"{where}?part=projects", named | {f"started_on-{project.pk}": "三月九日"})
    assert "“三月九日”不是日期" in wrong.content.decode()
    client.post(f"{where}?part=projects", named | {f"started_on-{project.pk}": "2026-03-09"})
    assert ProjectProgress.objects.get().started_on == date(2026, 3, 9)
    assert 'value="2026-03-09"' in client.get(f"{where}?part=projects").content.decode()
    assert client.get(f"{where}?part=else").status_code == 404

    client.force_login(district.liaisons[district.first])
    assert client.get(where).status_code == 403
