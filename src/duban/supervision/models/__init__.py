"""Matters and their clocks, orders and talks, inspections, issues in their loop, close-outs, and the files of all of them."""

from duban.supervision.models.answers import MatterAnswer
from duban.supervision.models.attachments import Attachment
from duban.supervision.models.clock_schemes import ClockScheme, SourceClock
from duban.supervision.models.close_outs import CloseOut, CloseOutItem
from duban.supervision.models.conferences import AgendaItem, Conference, Decision
from duban.supervision.models.findings import Finding, Lead, Proposal, Review
from duban.supervision.models.inspections import (
    CheckFigure,
    CheckItem,
    ConclusionHand,
    Draw,
    GroupMember,
    InspectedUnit,
    Inspection,
    InspectionCap,
    SpotEntry,
    SpotPhoto,
    SpotVoice,
    Visit,
)
from duban.supervision.models.issues import Issue, IssueOrigin, IssueStep
from duban.supervision.models.matters import Matter, MatterUnit
from duban.supervision.models.orders import Order, OrderAnswer, OrderExtension, OrderLetter, OrderUnit
from duban.supervision.models.steps import MatterExtension, MatterMark, MatterMove, MatterPause, MatterStep
from duban.supervision.models.talks import Talk, TalkPromise
from duban.supervision.models.whistles import Whistle, WhistleCall, WhistleUrgency

__all__ = [
    "AgendaItem",
    "Attachment",
    "CheckFigure",
    "CheckItem",
    "ClockScheme",
    "CloseOut",
    "CloseOutItem",
    "ConclusionHand",
    "Conference",
    "Decision",
    "Draw",
    "Finding",
    "GroupMember",
    "InspectedUnit",
    "Inspection",
    "InspectionCap",
    "Issue",
    "IssueOrigin",
    "IssueStep",
    "Lead",
    "Matter",
    "MatterAnswer",
    "MatterExtension",
    "MatterMark",
    "MatterMove",
    "MatterPause",
    "MatterStep",
    "MatterUnit",
    "Order",
    "OrderAnswer",
    "OrderExtension",
    "OrderLetter",
    "OrderUnit",
    "Proposal",
    "Review",
    "SourceClock",
    "SpotEntry",
    "SpotPhoto",
    "SpotVoice",
    "Talk",
    "TalkPromise",
    "Visit",
    "Whistle",
    "WhistleCall",
    "WhistleUrgency",
]
