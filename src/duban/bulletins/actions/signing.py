"""Sign-off, issue and archive: a chain of people, a number, frozen files, sent to units."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.db.models import Max
from django.utils import timezone

from duban.audit.trail import SYSTEM, Actor, action, record, sm3
from duban.bulletins import states
from duban.bulletins.models import ArchivedFile, Bulletin, Delivery, SignOff
from duban.bulletins.queries.drafts import Draft, latest
from duban.bulletins.refusals import FiguresChanged, NoSigner, NotYourTurn, OpinionNeeded
from duban.bulletins.states import ISSUED, BulletinState
from duban.organisations.access import access_of, require
from duban.organisations.models import Division, Person, Unit
from duban.organisations.refusals import NotHere
from duban.supervision.reaching import heir

_V = SignOff.Verdict


def _locked(bulletin: Bulletin) -> Bulletin:
    return (
        Bulletin.objects.select_for_update(of=("self",))
        .select_related("division", "ledger__division", "section", "unit", "corrects")
        .get(pk=bulletin.pk)
    )


@action
def submit(*, bulletin: Bulletin, signers: Sequence[Person], by: Person, at: datetime | None = None) -> Bulletin:
    """Send a paper to be signed by people one after the other. Raises `NoSigner`, `WrongState`."""
    at = at or timezone.now()
    found = _locked(bulletin)
    require(by, "bulletins.write", division=found.division)
    state = states.check("submit", found.state, thing=f"“{found}”")
    people = list(dict.fromkeys(signers))
    if not people:
        raise NoSigner("还没有选审签人。请至少选一名，按先后次序审签。")
    for person in people:
        if not access_of(person).may("bulletins.sign", division=found.division):
            raise NoSigner(f"{person}没有审签通报的权限。请另选，或请系统管理员调整岗位。")
    round_number = (found.signs.aggregate(last=Max("round"))["last"] or 0) + 1
    SignOff.objects.bulk_create(
        SignOff(
            bulletin=found, round=round_number, place=place, person=person, title=_post_of(person, found), asked_at=at
        )
        for place, person in enumerate(people, 1)
    )
    found.state = state
    found.save(update_fields=["state"])
    record(
        "bulletins.submit",
        by=by,
        subject=found,
        after={"signers": [person.name for person in people], "round": round_number},
        division=found.division.code,
    )
    return found


def _post_of(person: Person, bulletin: Bulletin) -> str:
    posts = [post for post in access_of(person).posts if post.division_id == bulletin.division_id]
    return next((post.title for post in posts if post.title), "")[:100]


@action
def recall(*, bulletin: Bulletin, by: Person, at: datetime | None = None) -> Bulletin:
    """Take a paper back from those who sign, to change it; what was signed no longer holds."""
    found = _locked(bulletin)
    require(by, "bulletins.write", division=found.division)
    found.state = states.check("recall", found.state, thing=f"“{found}”")
    found.save(update_fields=["state"])
    found.signs.filter(verdict__in=(_V.WAITING, _V.AGREED)).update(verdict=_V.VOID)
    record("bulletins.recall", by=by, subject=found, division=found.division.code)
    return found


def _turn(bulletin: Bulletin, by: Person) -> SignOff:
    """Return the step that waits, which is the person's. Raises `NotYourTurn`."""
    waiting = bulletin.signs.filter(verdict=_V.WAITING).select_related("person").order_by("round", "place").first()
    if waiting is None or waiting.person_id != by.pk:
        raise NotYourTurn(str(waiting.person) if waiting else "")
    return waiting


@action
def sign(*, bulletin: Bulletin, by: Person, opinion: str = "", at: datetime | None = None) -> Bulletin:
    """Agree to a paper as it stands; with the last of the chain it is signed. Sent twice it is one signature."""
    at = at or timezone.now()
    found = _locked(bulletin)
    require(by, "bulletins.sign", division=found.division)
    done = found.signs.filter(person=by, verdict=_V.AGREED).exists()
    if done and not found.signs.filter(person=by, verdict=_V.WAITING).exists():
        return found
    state = states.check("sign", found.state, thing=f"“{found}”")
    step = _turn(found, by)
    step.verdict, step.opinion, step.decided_at, step.version = _V.AGREED, opinion.strip()[:500], at, latest(found)
    step.save()
    if not found.signs.filter(verdict=_V.WAITING).exists():
        found.state = state
        found.save(update_fields=["state"])
    record(
        "bulletins.sign",
        by=by,
        subject=found,
        after={"opinion": step.opinion, "version": step.version.number, "state": found.state},
        division=found.division.code,
    )
    return found


@action
def return_(*, bulletin: Bulletin, opinion: str, by: Person, at: datetime | None = None) -> Bulletin:
    """Return a paper to the office with an opinion; the rest of the chain no longer holds."""
    at = at or timezone.now()
    found = _locked(bulletin)
    require(by, "bulletins.sign", division=found.division)
    state = states.check("return", found.state, thing=f"“{found}”")
    step = _turn(found, by)
    if not opinion.strip():
        raise OpinionNeeded("退回")
    step.verdict, step.opinion, step.decided_at, step.version = _V.RETURNED, opinion.strip()[:500], at, latest(found)
    step.save()
    found.signs.filter(verdict__in=(_V.WAITING, _V.AGREED)).update(verdict=_V.VOID)
    found.state = state
    found.save(update_fields=["state"])
    record("bulletins.return", by=by, subject=found, after={"opinion": step.opinion}, division=found.division.code)
    return found


@action
def issue(
    *,
    bulletin: Bulletin,
    by: Person,
    units: Iterable[Unit] = (),
    signatory: str = "",
    as_signed: bool = False,
    at: datetime | None = None,
) -> Bulletin:
    """Issue a signed paper: it gets its number and goes to units; from here on it never changes. Issued twice it is issued once.

    Raises `FiguresChanged` where the data have moved since and it is not to be issued `as_signed`, `NotHere`, `WrongState`.
    """
    at = at or timezone.now()
    # Numbers are given out one after the other.
    Division.objects.select_for_update().get(pk=bulletin.division_id)
    found = _locked(bulletin)
    require(by, "bulletins.issue", division=found.division)
    if found.state in ISSUED:
        return found
    state = states.check("issue", found.state, thing=f"“{found}”")
    if not as_signed:
        moved = [
            f"{change.label or '内容'}{change.old}→{change.new}" for change in Draft.of(found, latest(found)).changes
        ]
        if moved:
            raise FiguresChanged(moved)
    year = timezone.localdate(at).year
    taken = Bulletin.objects.filter(division=found.division_id, word=found.word, year=year).aggregate(last=Max("seq"))
    found.year, found.seq = year, (taken["last"] or 0) + 1
    last = found.signs.filter(verdict=_V.AGREED).select_related("person").order_by("round", "place").last()
    found.signatory = (signatory.strip() or (last.person.name if last else ""))[:50]
    found.state, found.issued_at, found.issued_by = state, at, by
    found.save()
    sent: dict[int, Unit] = {}
    for unit in units:
        if unit.division_id != found.division_id:
            raise NotHere(unit.name, found.division.name)
        sent[heir(unit).pk] = heir(unit)
    Delivery.objects.bulk_create(Delivery(bulletin=found, unit=unit, sent_at=at) for unit in sent.values())
    record(
        "bulletins.issue",
        by=by,
        subject=found,
        after={"number": found.number, "signatory": found.signatory, "units": len(sent), "as_signed": as_signed},
        division=found.division.code,
    )
    return found


@action
def archive(
    *, bulletin: Bulletin, files: Mapping[str, bytes], by: Actor = SYSTEM, at: datetime | None = None
) -> list[ArchivedFile]:
    """Freeze an issued paper's files with their digests; what is archived stays as it is.

    The files are made before, outside of the transaction: what an issued paper says no longer changes.
    """
    at = at or timezone.now()
    found = _locked(bulletin)
    require(by, "bulletins.issue", division=found.division)
    if found.state == BulletinState.ARCHIVED:
        return list(found.files.all())
    state = states.check("archive", found.state, thing=f"“{found}”")
    kept = []
    for name, data in files.items():
        made = ArchivedFile(
            bulletin=found,
            format=name,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            sm3=sm3(data),
            made_at=at,
        )
        made.file.save(f"{found.year}/{found.pk}-{made.sha256[:12]}.{name}", ContentFile(data), save=False)
        made.save()
        kept.append(made)
    found.state, found.archived_at = state, at
    found.save(update_fields=["state", "archived_at"])
    record(
        "bulletins.archive",
        by=by,
        subject=found,
        after={one.format: one.sm3 for one in kept},
        division=found.division.code,
    )
    return kept


@action
def open_(*, bulletin: Bulletin, by: Person, at: datetime | None = None) -> int:
    """Note that somebody of a unit opened a paper that was sent to it, the first time. Return how many deliveries that were."""
    units = access_of(by).reach("bulletins.read").units
    waiting = [
        one
        for one in bulletin.deliveries.filter(opened_at=None).select_related("unit__successor__successor")
        if heir(one.unit).pk in units or one.unit_id in units
    ]
    for one in waiting:
        one.opened_at, one.opened_by = at or timezone.now(), by
        one.save(update_fields=["opened_at", "opened_by"])
    if waiting:
        record(
            "bulletins.open",
            by=by,
            subject=bulletin,
            after={"units": [one.unit_id for one in waiting]},
            division=bulletin.division.code,
        )
    return len(waiting)
