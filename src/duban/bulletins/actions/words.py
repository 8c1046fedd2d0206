"""The office's own words and templates: each saved is a new version; going back to what comes along is one too."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.db.models import Max
from django.utils import timezone

from duban.audit.trail import action, record
from duban.bulletins.composing.wording import KINDS, read
from duban.bulletins.models import BulletinTemplate, BulletinWording
from duban.bulletins.refusals import WrongTemplate
from duban.dispatch.actions.evidence import scan
from duban.dispatch.schemes.problems import Problem, WrongScheme
from duban.organisations.access import require
from duban.organisations.models import Division, Person
from duban.writing.official import templates


@action
def save_wording(
    *, division: Division, kind: str, text: str, by: Person, at: datetime | None = None
) -> BulletinWording:
    """Keep an office's own wording of a kind of paper. Raises `WrongScheme` with everything that is wrong."""
    require(by, "bulletins.write", division=division)
    wording = read(text, f"{KINDS[kind]}措辞")
    if wording.kind != kind:
        raise WrongScheme([Problem(f"{KINDS[kind]}措辞", "kind", f"写的是“{wording.kind}”", f'写成 kind = "{kind}"')])
    return _kept(division, kind, text, by, at)


@action
def reset_wording(*, division: Division, kind: str, by: Person, at: datetime | None = None) -> BulletinWording:
    """Go back to the wording that comes with the product; the office's own versions stay."""
    require(by, "bulletins.write", division=division)
    return _kept(division, kind, "", by, at)


def _kept(division: Division, kind: str, text: str, by: Person, at: datetime | None) -> BulletinWording:
    Division.objects.select_for_update().get(pk=division.pk)
    last = BulletinWording.objects.filter(division=division, kind=kind).aggregate(last=Max("version"))["last"] or 0
    made = BulletinWording.objects.create(
        division=division, kind=kind, version=last + 1, text=text, saved_at=at or timezone.now(), saved_by=by
    )
    record(
        "bulletins.save_wording",
        by=by,
        subject=made,
        after={"kind": kind, "version": made.version, "own": bool(text)},
        division=division.code,
    )
    return made


@action
def save_template(
    *, division: Division, kind: str, data: bytes, name: str, by: Person, at: datetime | None = None
) -> BulletinTemplate:
    """Keep a Word template of a kind of paper. Raises `WrongTemplate` with everything that is wrong."""
    require(by, "bulletins.write", division=division)
    if problems := templates.check(data):
        raise WrongTemplate(problems)
    scan(data, name)
    made = _next(division, kind, by, at)
    made.name, made.sha256 = name[-255:], hashlib.sha256(data).hexdigest()
    made.file.save(f"{division.pk}-{kind}-{made.version}.docx", ContentFile(data), save=False)
    made.save()
    record(
        "bulletins.save_template",
        by=by,
        subject=made,
        after={"kind": kind, "version": made.version, "sha256": made.sha256},
        division=division.code,
    )
    return made


@action
def reset_template(*, division: Division, kind: str, by: Person, at: datetime | None = None) -> BulletinTemplate:
    """Go back to the built-in layout."""
    require(by, "bulletins.write", division=division)
    made = _next(division, kind, by, at)
    made.save()
    record(
        "bulletins.save_template",
        by=by,
        subject=made,
        after={"kind": kind, "version": made.version, "own": False},
        division=division.code,
    )
    return made


def _next(division: Division, kind: str, by: Person, at: datetime | None) -> BulletinTemplate:
    Division.objects.select_for_update().get(pk=division.pk)
    last = BulletinTemplate.objects.filter(division=division, kind=kind).aggregate(last=Max("version"))["last"] or 0
    return BulletinTemplate(division=division, kind=kind, version=last + 1, saved_at=at or timezone.now(), saved_by=by)
