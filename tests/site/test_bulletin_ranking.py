"""Papers rest on the month's ranking: the published one, or a draft, which they call so; its numbers are bound to it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from duban.bulletins.actions import drafting, signing
from duban.bulletins.composing.blocks import text_of
from duban.bulletins.composing.figures import Source
from duban.bulletins.models import Bulletin
from duban.bulletins.queries.drafts import Draft, latest
from duban.bulletins.recomposing import composer_for
from factories.bulletins import Papers, fresh
from factories.rankings import MONTH, Ranked, moment


def said(bulletin: Bulletin) -> str:
    return "\n".join(text_of(block.get("parts", [block.get("title", "")])) for block in latest(bulletin).body["blocks"])


def march(district: Ranked) -> Bulletin:
    return drafting.draft(ledger=district.ledger, kind="monthly", month=MONTH, by=district.clerk, at=moment(4, 9))


@pytest.mark.django_db
def test_without_a_ranking_the_paper_says_by_what_it_names() -> None:
    district = Ranked()
    district.march()
    assert "本月排名还没有形成，以下按亮灯、填报和督办单办理情况列出" in said(march(district))


@pytest.mark.django_db
def test_a_draft_is_called_a_draft_and_when_it_is_published_the_paper_is_told(client: Client) -> None:
    district = Ranked()
    district.march()
    shown = district.shown()
    made = march(district)
    assert "根据本月排名草案（还没有公布，以公布的为准）" in said(made)
    district.published(shown)
    changes = Draft.of(fresh(made), latest(made)).changes
    assert [change.new for change in changes if change.kind == "wording" and "根据本月" in change.old] == [
        "根据本月已公布的排名："
    ]
    drafting.accept(bulletin=made, by=district.clerk)
    words = said(made)
    assert "根据本月已公布的排名" in words
    assert "对区发展改革局、柳溪街道等2家单位予以通报表扬" in words or "对区发展改革局" in words
    table = next(block for block in latest(made).body["blocks"] if block["key"] == "annex-ranking-table")
    rows = [[text_of(cell) for cell in row] for row in table["rows"]]
    assert [row[2] for row in rows] == ["区发展改革局", "区财政局", "柳溪街道"]
    assert rows[0][1] == "1"
    score = composer_for(fresh(made)).book.figure(f"unit.{district.first.pk}.score")
    assert score.source == Source("assessment:ranking", (shown.pk,))
    client.force_login(district.clerk)
    page = client.get(reverse("bulletins:paper", args=[made.pk])).content.decode()
    assert reverse("assessment:ranking", args=[shown.pk]) in page, "a score leads to its arithmetic"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer, in memory it has one connection")
def test_two_papers_issued_at_once_get_two_numbers_and_one_issued_twice_gets_one() -> None:
    district = Papers()
    first, second = district.signed(), district.signed(kind="ledger")
    wrong: list[Any] = []

    def issue(bulletin: Bulletin) -> None:
        try:
            signing.issue(bulletin=bulletin, by=district.clerk, as_signed=True)
        except Exception as error:  # told below
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=issue, args=(one,)) for one in (first, second, first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sorted(Bulletin.objects.values_list("seq", flat=True)) == [1, 2]
