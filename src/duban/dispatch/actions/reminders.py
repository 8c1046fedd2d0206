"""Reminders: made as digests, looked at again before they go out, and noted."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Prefetch
from django.utils import timezone

from duban.audit.trail import SYSTEM, Actor, action, record
from duban.dispatch.models import Notice, NoticeItem
from duban.dispatch.reminders.channels import SITE, NotDelivered, channels, deliver, not_before, reaches
from duban.dispatch.reminders.matters import matters, still
from duban.dispatch.reminders.sources import Matter
from duban.organisations.calendar import Calendar
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Division, Person

#: A message that did not arrive is tried again after so many minutes, and so often.
WAIT, ATTEMPTS = 30, 3
#: So many things are written out in one message; the rest is counted.
SHOWN = 20


def remind(now: datetime | None = None) -> tuple[int, int]:
    """Make the notices of now and send what may go out; the job calls it. Return how many were made and sent."""
    now = now or timezone.now()
    made = make(by=SYSTEM, now=now)
    return made, send(now)


@action
def make(*, by: Actor, now: datetime) -> int:
    """Make a digest for each person and channel of what they have not been told yet. Return how many were made.

    A digest that still waits for its hour takes what is new with it. Run twice, it makes nothing twice.
    """
    wanted: dict[tuple[int, str], dict[str, Matter]] = defaultdict(dict)
    people: dict[int, Person] = {}
    for matter in matters(now):
        for person in matter.people:
            people[person.pk] = person
            for channel in channels():
                if reaches(channel, person):
                    wanted[person.pk, channel][matter.key] = matter
    told: dict[tuple[int, str], set[str]] = defaultdict(set)
    keys = {key for found in wanted.values() for key in found}
    for person_id, channel, key in NoticeItem.objects.filter(person__in=people, key__in=keys).values_list(
        "person_id", "channel", "key"
    ):
        told[person_id, channel].add(key)
    waiting = {
        (notice.person_id, notice.channel): notice
        for notice in Notice.objects.filter(state=Notice.State.WAITING, attempts=0, person__in=people)
    }
    calendar = _Calendars()
    made = 0
    for (person_id, channel), found in wanted.items():
        fresh = [matter for key, matter in found.items() if key not in told[person_id, channel]]
        if not fresh:
            continue
        notice = waiting.get((person_id, channel))
        if notice is None:
            person = people[person_id]
            notice = Notice.objects.create(
                person=person,
                channel=channel,
                subject=_subject(fresh),
                state=Notice.State.SENT if channel == SITE else Notice.State.WAITING,
                made_at=now,
                not_before=now if channel == SITE else not_before(now, calendar.of(person)),
                sent_at=now if channel == SITE else None,
            )
            made += 1
        NoticeItem.objects.bulk_create(
            NoticeItem(
                notice=notice,
                person_id=person_id,
                channel=channel,
                rule=matter.rule,
                key=matter.key,
                subject=matter.subject,
                sentence=matter.sentence[:500],
                link=matter.link,
            )
            for matter in fresh
        )
    if made:
        record("dispatch.send_notice", by=by, name="催报和提醒", after={"notices": made})
    return made


def _subject(found: list[Matter]) -> str:
    return found[0].sentence[:200] if len(found) == 1 else f"督办提醒：{len(found)} 件事"


class _Calendars:
    """The calendar of each person's division, read once."""

    def __init__(self) -> None:
        self._known: dict[int | None, Calendar] = {None: Calendar()}

    def of(self, person: Person) -> Calendar:
        """Return the calendar of the person's first post."""
        post = person.posts.select_related("division").first()
        division: Division | None = post.division if post else None
        if division is not None and division.pk not in self._known:
            self._known[division.pk] = calendar_of(division)
        return self._known[division.pk if division else None]


def send(now: datetime) -> int:
    """Send what waits and may go out at `now`; return how many arrived. What is done meanwhile is dropped, not sent."""
    settle()
    due = Notice.objects.filter(state=Notice.State.WAITING, not_before__lte=now).order_by("pk")
    return sum(_send_one(pk, now) for pk in due.values_list("pk", flat=True))


def _send_one(pk: int, now: datetime) -> bool:
    taken = take(notice=pk, by=SYSTEM, now=now)
    if taken is None:
        return False
    notice, items = taken
    try:
        lines = [f"· {item.sentence}" for item in items[:SHOWN]]
        if len(items) > SHOWN:
            lines.append(f"另有 {len(items) - SHOWN} 件，请登录查看。")
        subject = items[0].sentence[:200] if len(items) == 1 else f"督办提醒：{len(items)} 件事"
        deliver(notice.channel, notice.person, subject, lines)
    except NotDelivered as problem:
        note(notice=notice, problem=str(problem) or "没有说明原因", by=SYSTEM, now=now)
        return False
    note(notice=notice, problem="", by=SYSTEM, now=now)
    return True


@action
def take(*, notice: int, by: Actor, now: datetime) -> tuple[Notice, list[NoticeItem]] | None:
    """Take a notice to be sent: what it speaks of is looked at again, and nobody else takes it for `WAIT` minutes.

    None where another took it or nothing of it is left to do; then it is dropped.
    """
    found = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=notice, state=Notice.State.WAITING, not_before__lte=now)
    )
    taken = found.first()
    if taken is None:
        return None
    items = list(taken.items.all())
    open_ones = still(items)
    left = [item for item in items if item.pk in open_ones]
    if not left:
        taken.state = Notice.State.DROPPED
        taken.save(update_fields=["state"])
        record("dispatch.send_notice", by=by, subject=taken, after={"state": taken.state})
        return None
    taken.attempts += 1
    taken.not_before = now + timedelta(minutes=WAIT)
    taken.save(update_fields=["attempts", "not_before"])
    return taken, left


@action
def note(*, notice: Notice, problem: str, by: Actor, now: datetime) -> None:
    """Note whether a notice arrived; one that did not is tried again, at most `ATTEMPTS` times."""
    if not problem:
        notice.state, notice.sent_at, notice.problem = Notice.State.SENT, now, ""
    else:
        notice.problem = problem[:500]
        if notice.attempts >= ATTEMPTS:
            notice.state = Notice.State.FAILED
    notice.save(update_fields=["state", "sent_at", "problem"])
    record(
        "dispatch.send_notice",
        by=by,
        subject=notice,
        after={"state": notice.state, "channel": notice.channel, "problem": notice.problem},
    )


def settle() -> int:
    """Drop the unread notices in the site of which nothing is left to do; return how many."""
    unread = Notice.objects.filter(channel=SITE, state=Notice.State.SENT, read_at=None)
    notices = list(unread.prefetch_related(Prefetch("items")))
    open_ones = still(item for notice in notices for item in notice.items.all())
    over = [notice.pk for notice in notices if not any(item.pk in open_ones for item in notice.items.all())]
    if over:
        drop(notices=over, by=SYSTEM)
    return len(over)


@action
def drop(*, notices: list[int], by: Actor) -> None:
    """Drop notices of which nothing is left to do."""
    Notice.objects.filter(pk__in=notices).update(state=Notice.State.DROPPED)
    record("dispatch.send_notice", by=by, name="不必再提醒", after={"dropped": notices})


@action
def mark_read(*, by: Person, now: datetime | None = None) -> int:
    """Mark all that a person was told in the site as read. Return how many."""
    unread = Notice.objects.filter(person=by, channel=SITE, state=Notice.State.SENT, read_at=None)
    count = unread.update(read_at=now or timezone.now())
    if count:
        record("dispatch.read_notices", by=by, subject=by, after={"read": count})
    return count


@action
def try_again(*, notice: Notice, by: Person) -> None:
    """Have a notice that failed tried anew."""
    notice.state, notice.attempts, notice.not_before = Notice.State.WAITING, 0, timezone.now()
    notice.save(update_fields=["state", "attempts", "not_before"])
    record("dispatch.send_notice", by=by, subject=notice, after={"state": notice.state})
