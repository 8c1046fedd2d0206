"""Polls: opened with an invitation for each answer, answered once each, ended early or given up."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from duban.assessment import office_scores, refusals
from duban.assessment.models import Invitation, Mark, Poll, Sheet
from duban.assessment.models.polls import digest_of
from duban.audit.trail import SYSTEM, Actor, action, record
from duban.organisations.access import require
from duban.organisations.models import Person, Unit
from duban.plans.models import Ledger

#: Those who answer by a link; the others sign in.
BY_LINK = ("deputy", "resident", "judge")
#: So many links are made at once.
MOST_LINKS = 5000
_HUNDRED = Decimal(100)


@action
def open_poll(
    *,
    ledger: Ledger,
    title: str,
    by_whom: str,
    kind: str,
    units: Iterable[Unit],
    opens_at: datetime,
    closes_at: datetime,
    by: Person,
    month: date | None = None,
    text: str = "",
    anonymous: bool = True,
    people: Iterable[Person] = (),
    asked_units: Iterable[Unit] = (),
    links: int = 0,
    at: datetime | None = None,
) -> tuple[Poll, list[str]]:
    """Open a poll and return it with the tokens of its links, which are told this once: only their digests are kept.

    `people` are asked by name, `asked_units` by their heads, `links` are for whoever is handed one. Raises `Missing`,
    `NotInDivision`, `BadPoll`, `NotAllowed`.
    """
    require(by, "assessment.run", division=ledger.division)
    at = at or timezone.now()
    rated, asked = list(units), list(asked_units)
    if not title.strip():
        raise refusals.Missing("发起评议", "评议事项")
    for unit in (*rated, *asked):
        if unit.division_id != ledger.division_id:
            raise refusals.NotInDivision(unit)
    if not rated:
        raise refusals.BadPoll("没有选评哪些单位，请至少选一个。")
    if kind == Poll.Kind.BALLOT and len(rated) < 2:
        raise refusals.BadPoll("排名次至少要有两个单位。")
    if closes_at <= opens_at or closes_at <= at:
        raise refusals.BadPoll("截止时间要在开始时间和现在之后，请改截止时间。")
    if month is not None and month.year != ledger.year:
        raise refusals.NotInLedger(f"{month.year}年{month.month}月", ledger)
    said = office_scores.anonymity(ledger, month or date(ledger.year, 12, 1), by_whom, kind)
    if said is not None and said[1] != anonymous:
        raise refusals.BadPoll(
            f"计分办法的“{said[0]}”写明{'匿名，请勾选“匿名”' if said[1] else '记名，请不要勾选“匿名”'}。"
        )
    invited = [Invitation(person=person) for person in dict.fromkeys(people)]
    invited += [Invitation(unit=unit) for unit in dict.fromkeys(asked)]
    if by_whom in BY_LINK and not links:
        raise refusals.BadPoll("要发多少条链接没有填，请填一个数。")
    if by_whom not in BY_LINK and not invited:
        raise refusals.BadPoll("没有人可以请：本级没有在任的这类人员。请先在“组织机构”里登记。")
    poll = Poll.objects.create(
        ledger=ledger, month=month.replace(day=1) if month else None, title=title.strip()[:100], text=text.strip(),
        by=by_whom, kind=kind, anonymous=anonymous, opens_at=opens_at, closes_at=closes_at, made_at=at, made_by=by,
    )  # fmt: skip
    poll.units.set(rated)
    for one in invited:
        one.poll = poll
    Invitation.objects.bulk_create(invited)
    tokens = _links(poll, links if by_whom in BY_LINK else 0)
    facts = {"by_whom": by_whom, "kind": kind, "anonymous": anonymous, "asked": len(invited) + len(tokens)}
    _record("open_poll", poll, by, **facts)
    return poll, tokens


@action
def more_links(*, poll: Poll, links: int, by: Person) -> list[str]:
    """Make more links for a poll and return their tokens, told this once. Raises `BadPoll`."""
    poll = _locked(poll)
    require(by, "assessment.run", division=poll.ledger.division)
    if poll.by not in BY_LINK or not poll.closes_at > timezone.now() or poll.cancelled_at:
        raise refusals.BadPoll("这个评议不能再发链接：它已经结束，或者请的是登录评议的人。")
    tokens = _links(poll, links)
    _record("more_poll_links", poll, by, links=len(tokens))
    return tokens


def _links(poll: Poll, count: int) -> list[str]:
    if not 0 <= count <= MOST_LINKS:
        raise refusals.BadPoll(f"一次最多发 {MOST_LINKS} 条链接，请分几次。")
    tokens = [secrets.token_urlsafe(18) for _ in range(count)]
    Invitation.objects.bulk_create([Invitation(poll=poll, digest=digest_of(token)) for token in tokens])
    return tokens


@action
def answer(
    *, invitation: Invitation, marks: Mapping[int, Decimal], by: Person | None = None, at: datetime | None = None
) -> None:
    """Take the one answer of an invitation: points of a hundred or places by unit; units left out were not judged.

    `by` is who answers, None for whoever holds the link. Of an anonymous poll the trail says that an answer came, not
    whose. Raises `PollNotOpen`, `Answered`, `BadMark`, `NotAllowed`.
    """
    at = at or timezone.now()
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("poll__ledger__division")
        .get(pk=invitation.pk)
    )
    poll = invitation.poll
    if by is not None:
        require(by, "assessment.rate")
        if not Invitation.objects.asked_of(by).filter(pk=invitation.pk).exists():
            raise refusals.NotAsked
    if not poll.is_open(at):
        raise refusals.PollNotOpen(poll, at)
    if invitation.used:
        raise refusals.Answered
    _check(invitation, marks)
    invitation.used = True
    invitation.save(update_fields=["used"])
    sheet = Sheet.objects.create(poll=poll, invitation=None if poll.anonymous else invitation)
    Mark.objects.bulk_create([Mark(sheet=sheet, unit_id=unit, value=value) for unit, value in marks.items()])
    known: Actor = by if by is not None and not poll.anonymous else SYSTEM
    _record("answer_poll", poll, known)


def _check(invitation: Invitation, marks: Mapping[int, Decimal]) -> None:
    poll = invitation.poll
    # Nobody judges the own unit.
    names = dict(poll.units.exclude(pk=invitation.unit_id or 0).values_list("pk", "name"))
    if not marks:
        raise refusals.BadMark("一个单位也没有评，请至少评一个。")
    for unit, value in marks.items():
        if unit not in names:
            raise refusals.BadMark("评的单位不在这个评议里，请刷新页面重评。")
        if poll.kind == Poll.Kind.RATING and not 0 <= value <= _HUNDRED:
            raise refusals.BadMark(f"{names[unit]}的分数要在 0 到 100 之间。")
    if poll.kind == Poll.Kind.BALLOT and sorted(marks.values()) != [Decimal(n + 1) for n in range(len(names))]:
        raise refusals.BadMark(f"名次要从 1 排到 {len(names)}，每个单位一个，不能并列、不能空着。")


@action
def end_early(*, poll: Poll, by: Person, at: datetime | None = None) -> Poll:
    """End a poll before its time; from here its results show. Raises `BadPoll`, `NotAllowed`."""
    at = at or timezone.now()
    poll = _locked(poll)
    require(by, "assessment.run", division=poll.ledger.division)
    if not poll.is_open(at):
        raise refusals.BadPoll("只有正在进行的评议才能提前结束。")
    poll.closes_at = at
    poll.save(update_fields=["closes_at"])
    _record("end_poll", poll, by)
    return poll


@action
def cancel(*, poll: Poll, reason: str, by: Person) -> Poll:
    """Give a poll up: it takes no more answers, shows no results and counts nowhere. Raises `Missing`, `BadPoll`."""
    poll = _locked(poll)
    require(by, "assessment.run", division=poll.ledger.division)
    if not reason.strip():
        raise refusals.Missing("取消评议", "理由")
    if poll.cancelled_at is not None or poll.is_over(timezone.now()):
        raise refusals.BadPoll("评议已经结束或者取消，不能再取消。")
    poll.cancelled_at, poll.cancelled_because = timezone.now(), reason.strip()[:300]
    poll.save(update_fields=["cancelled_at", "cancelled_because"])
    _record("cancel_poll", poll, by, reason=poll.cancelled_because)
    return poll


def _locked(poll: Poll) -> Poll:
    return Poll.objects.select_for_update(of=("self",)).select_related("ledger__division").get(pk=poll.pk)


def _record(what: str, poll: Poll, by: Actor, **more: object) -> None:
    record(f"assessment.{what}", by=by, subject=poll, after=dict(more), division=poll.ledger.division.code)
