"""Laws of rankings: what is published never changes, and what was kept gives the same result again."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from duban.assessment import freezing
from duban.assessment.actions import commendations, distinctions, forgiveness, rankings
from duban.assessment.computing import compute, verify
from duban.assessment.gathering.book import Book, month_of
from duban.assessment.models import Distinction, Ranking, RankingRow
from duban.assessment.states.rankings import FROZEN, OPEN
from duban.audit.refusals import Refusal
from duban.dispatch.actions import reports
from duban.dispatch.models import Report
from duban.organisations.actions import units as organisations
from duban.plans.actions import closing
from factories.rankings import MONTH, SCHEME, Ranked

STEPS = (
    *("return", "commend", "criticise", "merge", "rename", "close_out", "forgive", "revoke"),
    *("correct", "recompute", "show", "approve", "decide", "publish", "withdraw", "april"),
)


def kept() -> dict[int, tuple[Any, ...]]:
    """Return all that is kept of each published ranking but its state."""
    return {
        ranking.pk: (
            ranking.version, ranking.digest, ranking.sealed, ranking.scheme_text, ranking.notes, ranking.published_at,
            list(RankingRow.objects.filter(ranking=ranking).order_by("pk").values()),
            list(Distinction.objects.filter(ranking=ranking).order_by("pk").values()),
        )
        for ranking in Ranking.objects.filter(state__in=FROZEN)
    }  # fmt: skip


class Frozen(TestCase):
    """Whatever happens after: corrections, merged and renamed units, criticism, forgiveness, further versions."""

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.sampled_from(STEPS), max_size=12))
    def test_what_is_published_never_changes(self, steps: list[str]) -> None:
        district = Ranked()
        district.march()
        first = district.published()
        known = kept()
        for step in steps:
            with suppress(Refusal):
                self.taken(step, district, first)
            now = kept()
            assert {pk: now[pk] for pk in known} == known
            known = now
            month = Ranking.objects.filter(month=MONTH)
            assert month.filter(state="ranking_published").count() == 1
            assert month.filter(state__in=OPEN).count() <= 1
        assert all(verify(ranking).holds for ranking in Ranking.objects.all())

    def taken(self, step: str, district: Ranked, first: Ranking) -> None:
        clerk, latest = district.clerk, Ranking.objects.filter(month=MONTH).latest("version")
        row = RankingRow.objects.filter(ranking=latest).order_by("pk").first()
        assert row
        match step:
            case "return":
                reports.return_report(report=Report.objects.get(unit=district.first), reason="不实", by=clerk)
            case "commend" | "criticise":
                commendations.enter(
                    division=district.division, unit=district.second, kind=f"{step.removesuffix('e')}ed",
                    source="upper", who="市政府", day=date(2026, 3, 3), title="一件事", paper="1号", by=clerk,
                )  # fmt: skip
            case "revoke":
                if found := district.second.commendations.first():
                    commendations.revoke(commendation=found, reason="重复", by=clerk)
            case "merge":
                organisations.merge_units(units=[district.second], into=district.first, on=date(2026, 3, 9), by=clerk)
            case "rename":
                district.first.name = "区发展和改革委员会"
                district.first.save()
            case "close_out":
                task = district.task(district.first)
                closing.request_close_out(task=task, by=district.liaisons[district.first], on=date(2026, 3, 9))
                closing.close_out(task=task, by=clerk, on=date(2026, 3, 20))
            case "forgive":
                asked = forgiveness.ask(row=row, fact=row.facts[0]["key"], reason="抢险", paper="2号", by=clerk)
                forgiveness.decide(forgiveness=asked, granted=True, by=district.leader)
            case "correct":
                rankings.correct(ranking=first if latest == first else latest, reason="查实有误", by=clerk)
            case "recompute":
                rankings.recompute(ranking=latest, by=clerk)
            case "show":
                rankings.show(ranking=latest, until=timezone.localdate(), by=clerk)
            case "approve":
                rankings.approve(ranking=latest, by=district.leader, note="没有异议")
            case "decide":
                distinctions.confirm_all(ranking=latest, reason="按办法", by=clerk)
            case "publish":
                rankings.publish(ranking=latest, by=clerk)
            case "withdraw":
                rankings.withdraw(ranking=latest, reason="再看", by=clerk)
            case "april":
                rankings.compute_month(ledger=district.ledger, month=date(2026, 4, 1), scheme=SCHEME, by=clerk)


class Digests(TestCase):
    """The digest of the inputs is one for the same facts, and another when any of them changes."""

    def test_the_same_facts_give_the_same_digest(self) -> None:
        district = Ranked()
        district.march()
        month = month_of(district.ledger, MONTH)
        first = compute(Book(district.ledger), month, SCHEME.read(), SCHEME.text)
        second = compute(Book(district.ledger), month, SCHEME.read(), SCHEME.text)
        assert (first.digest, first.sealed, first.rows) == (second.digest, second.sealed, second.rows)
        other = compute(Book(district.ledger), month, SCHEME.read(), f"{SCHEME.text}\n# 一句话")
        assert other.digest != first.digest
        assert other.sealed == first.sealed
        reports.return_report(report=Report.objects.get(unit=district.first), reason="不实", by=district.clerk)
        changed = compute(Book(district.ledger), month, SCHEME.read(), SCHEME.text)
        assert changed.digest != first.digest
        assert changed.sealed != first.sealed


class Kept(TestCase):
    """What is kept as JSON comes back as it was."""

    def test_facts_and_items_come_back(self) -> None:
        district = Ranked()
        district.march()
        ranking = district.computed()
        for row in RankingRow.objects.filter(ranking=ranking):
            facts = [freezing.thawed_fact(fact, row.unit_id) for fact in row.facts]
            assert [freezing.frozen_fact(fact) for fact in facts] == row.facts
            items = freezing.thawed_items(row.items, row.facts, row.unit_id)
            assert freezing.frozen_items(items) == row.items
