"""The words and the template that papers of an office are made with."""

from __future__ import annotations

import io
from datetime import date

from docx import Document

from duban.bulletins.composing.composer import Composed, Composer
from duban.bulletins.composing.wording import preset_text, read
from duban.bulletins.gathering import facts_for, period_of
from duban.bulletins.models import BulletinTemplate, BulletinWording
from duban.bulletins.papers import docx_of
from duban.organisations.models import Division, Unit
from duban.plans.models import Ledger
from duban.plans.states import LedgerState
from duban.writing.official import templates


def wording_of(division: Division, kind: str) -> BulletinWording | None:
    """Return the office's own wording of a kind of paper that is in force; None where it uses the one that comes along."""
    found = BulletinWording.objects.filter(division=division, kind=kind).order_by("-version").first()
    return found if found and found.text else None


def wording_text(division: Division, kind: str) -> str:
    """Return the wording that a paper of a kind is composed in."""
    own = wording_of(division, kind)
    return own.text if own else preset_text(kind)


def template_of(division: Division, kind: str) -> BulletinTemplate | None:
    """Return the office's Word template of a kind of paper that is in force; None where the built-in layout is used."""
    found = BulletinTemplate.objects.filter(division=division, kind=kind).order_by("-version").first()
    return found if found and found.file else None


def preview(division: Division, kind: str, text: str, today: date) -> Composed | None:
    """Return what a wording would make of the newest ledger's last month; None where there is no ledger to try it on."""
    ledger = (
        Ledger.objects.filter(division=division, state__in=(LedgerState.ISSUED, LedgerState.CLOSED))
        .select_related("division")
        .order_by("-year")
        .first()
    )
    if ledger is None:
        return None
    month = date(ledger.year, 12, 1) if ledger.year < today.year else date(today.year, max(1, today.month - 1), 1)
    section = ledger.sections.filter(tasks__isnull=False).order_by("order").first() if kind == "section" else None
    unit = Unit.objects.filter(responsibilities__task__ledger=ledger).first() if kind == "unit" else None
    period = period_of(kind, ledger, month, today)
    facts = facts_for(kind, ledger, period, section=section, unit=unit)
    return Composer(read(text, kind), facts).compose()


def sample(template: BulletinTemplate | None) -> bytes:
    """Return the sample paper as a Word file, in a template or in the built-in layout."""
    return docx_of(templates.SAMPLE, template.file.read() if template else None)


def sample_lines(division: Division, kind: str) -> list[tuple[str, str]]:
    """Return the lines of the sample as it is set in the template that is used, each with the name of its style."""
    document = Document(io.BytesIO(sample(template_of(division, kind))))
    return [
        (str(line.style.name if line.style else ""), line.text) for line in document.paragraphs if line.text.strip()
    ]
