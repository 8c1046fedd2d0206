"""The words that an order or a matter on a finding opens with."""

from __future__ import annotations

from datetime import date

from duban.supervision.matter_refusals import said
from duban.supervision.models import Finding


def title(finding: Finding) -> str:
    """Return what it is called: the finding in short."""
    return f"整改督查发现的问题：{finding.text[:100]}"


def source(finding: Finding) -> str:
    """Return which inspection it comes from."""
    inspection = finding.part.inspection
    return f"{inspection.short_number} {inspection.title}"


def grounds(finding: Finding, today: date) -> str:
    """Return why the unit is pressed: what was found where and when, and how rectification stands."""
    inspection, due = finding.part.inspection, finding.due_on
    found = f"{said(inspection.ends_on)}结束的“{inspection.title}”查出：{finding.text.rstrip('。')}。"
    if due is None:
        return found
    if finding.rectified_at:
        return f"{found}单位已报整改结果，还没有验收销号。"
    late = "，至今没有报整改结果" if due < today else ""
    return f"{found}要求{said(due)}前整改{late}。"
