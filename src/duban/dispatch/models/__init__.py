"""Rounds and reports, evidence, lights, reminders."""

from duban.dispatch.models.evidence import Evidence, EvidenceFile
from duban.dispatch.models.lights import LedgerScheme, LightOverride, LightScheme, TaskLight
from duban.dispatch.models.milestones import MilestoneWord
from duban.dispatch.models.reminders import Notice, NoticeItem, Visit
from duban.dispatch.models.reports import Report, ReportValue, ReportVersion, Verification
from duban.dispatch.models.rounds import Round, Schedule

__all__ = [
    "Evidence",
    "EvidenceFile",
    "LedgerScheme",
    "LightOverride",
    "LightScheme",
    "MilestoneWord",
    "Notice",
    "NoticeItem",
    "Report",
    "ReportValue",
    "ReportVersion",
    "Round",
    "Schedule",
    "TaskLight",
    "Verification",
    "Visit",
]
