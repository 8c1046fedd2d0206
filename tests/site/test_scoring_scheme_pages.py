"""Scoring schemes in the browser: read, tried on months that are over, kept, adopted; months are ranked by them from then on."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from test_ledger_page import signed_in

from duban.assessment import schemes, trying
from duban.assessment.actions import rankings
from duban.assessment.actions.schemes import adopt_scoring
from duban.assessment.models import LedgerScoring, Ranking, ScoringScheme
from duban.assessment.office_scores import OFFICE_SCORES, usual
from duban.assessment.refusals import NotInLedger, UnknownScheme
from duban.assessment.scoring.files import presets, read
from duban.dispatch.actions import office_schemes
from duban.organisations.access import NotAllowed
from duban.organisations.roles import Role
from factories.rankings import EXAMPLE, TEXT, Ranked, moment
from factories.site import DivisionFactory, LedgerFactory, person_as

pytestmark = pytest.mark.django_db
EDIT = "assessment:scheme_edit"
OWN = TEXT + EXAMPLE
#: Late reports bring more than those in time: the first two change places.
TURNED = OWN.replace("points = -1\n", "points = 9\n", 1).replace('"乙局" = 79', '"乙局" = 89').replace(
    'places = { "甲局" = 1, "乙局" = 2 }', 'places = { "甲局" = 2, "乙局" = 1 }'
)  # fmt: skip


@pytest.fixture
def ranked(monkeypatch: pytest.MonkeyPatch) -> Ranked:
    monkeypatch.setattr(timezone, "now", lambda: moment(4, 10))
    found = Ranked()
    found.march()
    return found


@pytest.fixture
def clerk(ranked: Ranked) -> Client:
    return signed_in(ranked.clerk)


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"assessment:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_has_every_preset_and_says_what_it_counts(clerk: Client, ranked: Ranked) -> None:
    shown = page(clerk, "schemes")
    for one in presets().values():
        assert one.title in shown
    assert "基础分80、任务办结、领导交办、通报" in shown
    assert "没有选定办法的台账" in shown
    assert "定自己的办法" in shown
    assert "定自己的办法" not in page(signed_in(ranked.liaisons[ranked.first]), "schemes")


@pytest.mark.parametrize("name", presets())
def test_every_preset_reads_as_sentences_with_its_examples_worked_out(clerk: Client, name: str) -> None:
    shown = page(clerk, "scheme", name)
    assert "每月计分" in shown
    assert presets()[name].examples[0].title in shown
    assert "抄一份来改" in shown


def test_the_arithmetic_of_an_example_is_there(clerk: Client) -> None:
    shown = page(clerk, "scheme", "projects")
    assert "60 × 92 % = 55.2" in shown
    assert '<td class="number" data-label="得分">115.2</td>' in shown


def test_a_text_is_tried_on_the_last_month_from_what_is_known_now(clerk: Client, ranked: Ranked) -> None:
    answer = clerk.post(reverse(EDIT), {"text": OWN, "do": "check"}).content.decode()
    assert "写法和算例都对，还没有保存" in answer
    assert "如果2026年3月就用" in answer
    assert "现在用的是“大督查、大排名”，事实是现在查到的" in answer
    assert not ScoringScheme.objects.exists()


def test_places_won_and_lost_are_shown_beside_what_was_computed(clerk: Client, ranked: Ranked) -> None:
    ranked.published()
    answer = clerk.post(reverse(EDIT), {"text": TURNED, "do": "check"}).content.decode()
    assert "3 个单位里，2 个的名次会变。现在用的是“填报考核”，事实是算那次排名时留存的" in answer
    assert "升1位" in answer
    assert "降1位" in answer
    [trial] = trying.tried(read(TURNED, "本页"), [(ranked.ledger, date(2026, 3, 1))])
    moves = {move.unit: (move.before, move.after, move.won) for move in trial.moves}
    assert moves == {"区财政局": (2, 1, 1), "区发展改革局": (1, 2, -1), "柳溪街道": (1, 1, 0)}
    assert [move.unit for move in trial.furthest] == ["区财政局", "区发展改革局"]


def test_units_that_are_in_one_of_both_only_are_said(ranked: Ranked) -> None:
    ranked.published()
    alone = OWN + '\n[[group]]\nkey = "towns"\ntitle = "镇街"\n'
    [trial] = trying.tried(read(alone, "本页"), [(ranked.ledger, date(2026, 3, 1))])
    assert [(group.title, len(group.moves)) for group in trial.groups] == [("镇街", 1), ("试算时不参加排名", 2)]
    assert trial.changed == 2


def test_the_months_of_last_year_are_tried(clerk: Client, ranked: Ranked, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = clerk.post(reverse(EDIT), {"text": OWN, "do": "year"}).content.decode()
    assert "2025年没有可以试算的月份" in empty
    ranked.published()
    monkeypatch.setattr(timezone, "now", lambda: moment(2, 10, year=2027))
    shown = signed_in(ranked.clerk).post(reverse(EDIT), {"text": TURNED, "do": "year"}).content.decode()
    assert "如果2026年就用" in shown
    assert "2026年3月" in shown
    assert "区财政局" in shown


def test_a_scheme_is_kept_adopted_and_offered_first(clerk: Client, ranked: Ranked) -> None:
    saved = clerk.post(reverse(EDIT), {"text": OWN, "do": "save"}, follow=True).content.decode()
    assert "已存为第1版" in saved
    clerk.post(reverse(EDIT), {"text": TURNED, "do": "save"})
    second = ScoringScheme.objects.get(version=2)
    assert "历次版本" in page(clerk, "scheme", "lanqiao-reports")
    adopt = reverse("assessment:scheme_adopt", args=["lanqiao-reports"])
    form = {"ledger": ranked.ledger.pk, "valid_from": "2026-03-01", "version": "1"}
    answer = clerk.post(adopt, form, follow=True).content.decode()
    assert "从2026年3月起按“填报考核”计分。已经算出的排名不变" in answer
    days = (date(2026, 2, 1), date(2026, 3, 1))
    assert [usual(ranked.ledger, day) for day in days] == ["big-ranking", "lanqiao-reports@1"]
    keys = [key for key, _ in schemes.choices(ranked.ledger)]
    assert keys[0] == "lanqiao-reports@1"
    assert {"lanqiao-reports@2", *presets()} < set(keys)
    assert "2026年3月起（第1版）" in page(clerk, "schemes")
    scheme = schemes.chosen(ranked.ledger, keys[0])
    assert scheme
    made = rankings.compute_month(ledger=ranked.ledger, month=date(2026, 3, 1), scheme=scheme, by=ranked.clerk)
    assert (made.scheme_name, made.scheme_version, made.scheme_text) == ("lanqiao-reports", "1", OWN)
    newer = schemes.chosen(ranked.ledger, "lanqiao-reports@2")
    rankings.recompute(ranking=made, by=ranked.clerk, scheme=newer)
    rankings.recompute(ranking=made, by=ranked.clerk)
    made.refresh_from_db()
    assert made.scheme_version == "2"
    assert schemes.chosen(ranked.ledger, "nobody") is None
    assert str(second) == "填报考核（第2版）"


def test_what_is_wrong_is_said_by_its_key_and_nothing_is_kept(clerk: Client) -> None:
    wrong = {
        OWN.replace('facts = ["commended", "criticised"]', 'facts = ["comended"]'): "是不是 commended",
        OWN.replace('name = "lanqiao-reports"', 'name = "projects"', 1): "自带办法的名称",
        OWN.replace('"甲局" = 81', '"甲局" = 82'): "按办法是81分",
        "kind = ": "不合 TOML 的写法",
    }
    for text, words in wrong.items():
        answer = clerk.post(reverse(EDIT), {"text": text, "do": "save"})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not ScoringScheme.objects.exists()


def test_only_the_office_decides_and_only_for_its_own_division(clerk: Client, ranked: Ranked) -> None:
    row = office_schemes.keep_own(kept=OFFICE_SCORES, division=ranked.division, text=OWN, by=ranked.clerk)
    month = date(2026, 4, 1)
    liaison = ranked.liaisons[ranked.first]
    with pytest.raises(NotAllowed):
        office_schemes.keep_own(kept=OFFICE_SCORES, division=ranked.division, text=TURNED, by=liaison)
    with pytest.raises(NotAllowed):
        adopt_scoring(ledger=ranked.ledger, month=month, by=liaison, scheme=row)
    with pytest.raises(UnknownScheme):
        adopt_scoring(ledger=ranked.ledger, month=month, by=ranked.clerk, preset="nobody")
    with pytest.raises(NotInLedger):
        adopt_scoring(ledger=ranked.ledger, month=date(2027, 1, 1), by=ranked.clerk, preset="projects")
    other = DivisionFactory(code="990203")
    stranger = person_as(Role.SUPERVISION_OFFICE, other, name="外区督办")
    with pytest.raises(UnknownScheme):
        adopt_scoring(ledger=LedgerFactory(division=other, year=2026), month=month, by=stranger, scheme=row)
    assert signed_in(stranger).get(reverse("assessment:scheme", args=["lanqiao-reports"])).status_code == 404
    adopt = reverse("assessment:scheme_adopt", args=["lanqiao-reports"])
    refused = clerk.post(adopt, {"ledger": ranked.ledger.pk, "valid_from": ""})
    assert "没有写从哪一天起采用" in refused.content.decode()
    assert not LedgerScoring.objects.exists()


def test_how_steady_the_places_of_a_ranking_are(clerk: Client, ranked: Ranked) -> None:
    made = ranked.computed()
    shown = page(clerk, "ranking_steadiness", made.pk)
    assert "试了4种权重" in shown
    assert "所有组合都重排一遍" in shown
    assert "100%" in shown
    assert reverse("assessment:ranking_steadiness", args=[made.pk]) in page(clerk, "ranking", made.pk)
    rankings.show(ranking=made, until=date(2026, 4, 20), by=ranked.clerk)
    liaison = signed_in(ranked.liaisons[ranked.first])
    assert liaison.get(reverse("assessment:ranking_steadiness", args=[made.pk])).status_code == 404
    Ranking.objects.filter(pk=made.pk).update(scheme_text="kind = ")
    assert "现在的程序读不了" in page(clerk, "ranking_steadiness", made.pk)


def test_pages_cost_a_bounded_number_of_statements(
    clerk: Client, ranked: Ranked, django_assert_max_num_queries: object
) -> None:
    made = ranked.published()
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        page(clerk, "ranking_steadiness", made.pk)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        page(clerk, "scheme", "big-ranking")
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        clerk.post(reverse(EDIT), {"text": OWN, "do": "check"})
