"""Roles as data: who may take which action, on how much.

A role reaches as far as its scope: `DIVISION` is everything of the post's own division, `BELOW` the division and those
under it, `UNIT` what the post's own unit answers for, `SELF` the person alone. A person's reach is the union over the
posts held today.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    """What a post makes of a person."""

    ADMINISTRATOR = "administrator", "系统管理员"
    SUPERVISION_OFFICE = "supervision_office", "督查室"
    UNIT_HEAD = "unit_head", "单位负责人"
    LIAISON = "liaison", "联络员"
    LEADER = "leader", "分管领导"
    AUDITOR = "auditor", "审计员"
    UPPER_LEVEL = "upper_level", "上级督查"
    PUBLIC = "public", "公众"


class Scope(StrEnum):
    """How far a permission reaches."""

    DIVISION = "division"
    BELOW = "below"
    UNIT = "unit"
    SELF = "self"


_OFFICE: dict[Role, Scope] = {Role.SUPERVISION_OFFICE: Scope.DIVISION}
_READ_LEDGER: dict[Role, Scope] = {
    Role.SUPERVISION_OFFICE: Scope.DIVISION,
    Role.LEADER: Scope.DIVISION,
    Role.UNIT_HEAD: Scope.UNIT,
    Role.LIAISON: Scope.UNIT,
    Role.UPPER_LEVEL: Scope.BELOW,
}
_EVERYBODY: dict[Role, Scope] = {role: Scope.SELF for role in Role if role is not Role.PUBLIC}

#: What whoever has an account may do while holding no post: look after that account.
WITHOUT_POST = frozenset({"account.own"})

#: Which role may take which action, and how far. What stands nowhere here is allowed to nobody.
MAY: dict[str, dict[Role, Scope]] = {
    # Own account.
    "account.own": _EVERYBODY,
    # Organisations.
    "organisations.read": {
        Role.ADMINISTRATOR: Scope.BELOW,
        Role.SUPERVISION_OFFICE: Scope.DIVISION,
        Role.UPPER_LEVEL: Scope.BELOW,
    },
    # Administrators set up the divisions below their own, until those have one of their own.
    "organisations.change_divisions": {Role.ADMINISTRATOR: Scope.BELOW},
    "organisations.change_units": {Role.ADMINISTRATOR: Scope.BELOW, Role.SUPERVISION_OFFICE: Scope.DIVISION},
    # Separated administrators (GB/T 22239): the office that runs the ledger does not hand out accounts.
    "organisations.change_people": {Role.ADMINISTRATOR: Scope.BELOW},
    # Papers before they are issued are the office's own.
    "plans.read_papers": _OFFICE,
    "plans.upload": _OFFICE,
    "plans.check": _OFFICE,
    "plans.issue": _OFFICE,
    # The ledger.
    "plans.read": _READ_LEDGER,
    "plans.assign": _OFFICE,
    "plans.break_down": {
        Role.SUPERVISION_OFFICE: Scope.DIVISION,
        Role.UNIT_HEAD: Scope.UNIT,
        Role.LIAISON: Scope.UNIT,
    },
    "plans.request_amendment": {
        Role.SUPERVISION_OFFICE: Scope.DIVISION,
        Role.UNIT_HEAD: Scope.UNIT,
        Role.LIAISON: Scope.UNIT,
    },
    "plans.approve_amendment": _OFFICE,
    "plans.close_year": _OFFICE,
    # What is found is what the person sees anyway.
    "plans.search": _EVERYBODY,
    "plans.save_view": dict.fromkeys(_READ_LEDGER, Scope.SELF),
    # Dispatch: rounds, reports, lights, reminders.
    "dispatch.read": _READ_LEDGER,
    "dispatch.run_rounds": _OFFICE,
    "dispatch.report": {Role.LIAISON: Scope.UNIT, Role.UNIT_HEAD: Scope.UNIT},
    "dispatch.sign_off": {Role.UNIT_HEAD: Scope.UNIT},
    "dispatch.verify": _OFFICE,
    "dispatch.override_light": {Role.SUPERVISION_OFFICE: Scope.DIVISION, Role.LEADER: Scope.DIVISION},
    "dispatch.change_schemes": _OFFICE,
    "dispatch.change_holidays": _OFFICE,
    "dispatch.read_notices": _EVERYBODY,
    "dispatch.jobs": {Role.ADMINISTRATOR: Scope.DIVISION, Role.SUPERVISION_OFFICE: Scope.DIVISION},
    # Supervision: matters, orders, inspections, issues, close-out.
    "supervision.read": _READ_LEDGER,
    "supervision.run": _OFFICE,
    # Article 11: a matter needs the decision of the government or its head; the office records it.
    "supervision.approve": _OFFICE,
    "supervision.change_schemes": _OFFICE,
    "supervision.answer": {Role.UNIT_HEAD: Scope.UNIT, Role.LIAISON: Scope.UNIT},
    "supervision.instruct": {Role.LEADER: Scope.DIVISION},
    # Whoever is in the group of an inspection fills in its check list: the group says who, not the post.
    "supervision.inspect": {
        Role.SUPERVISION_OFFICE: Scope.SELF,
        Role.LEADER: Scope.SELF,
        Role.UNIT_HEAD: Scope.SELF,
        Role.LIAISON: Scope.SELF,
    },
    # Article 17: where recusal leaves nobody of the office, somebody of the upper level is named.
    "supervision.decide_review": {Role.SUPERVISION_OFFICE: Scope.DIVISION, Role.UPPER_LEVEL: Scope.BELOW},
    # Articles 23 to 25: leads of breaches are secret.
    "supervision.read_leads": _OFFICE,
    # Assessment: rankings, ratings, the year.
    "assessment.read": _READ_LEDGER,
    "assessment.run": _OFFICE,
    # A ranking is approved by a leader; the office publishes what was approved.
    "assessment.approve": {Role.SUPERVISION_OFFICE: Scope.DIVISION, Role.LEADER: Scope.DIVISION},
    "assessment.object": {Role.UNIT_HEAD: Scope.UNIT, Role.LIAISON: Scope.UNIT},
    "assessment.change_schemes": _OFFICE,
    "assessment.rate": {Role.LEADER: Scope.SELF, Role.UNIT_HEAD: Scope.SELF, Role.SUPERVISION_OFFICE: Scope.SELF},
    "assessment.analyse": {
        Role.SUPERVISION_OFFICE: Scope.DIVISION,
        Role.LEADER: Scope.DIVISION,
        Role.UPPER_LEVEL: Scope.BELOW,
    },
    # Bulletins.
    "bulletins.read": _READ_LEDGER,
    "bulletins.write": _OFFICE,
    "bulletins.sign": {Role.SUPERVISION_OFFICE: Scope.DIVISION, Role.LEADER: Scope.DIVISION},
    "bulletins.issue": _OFFICE,
    # The audit trail.
    "audit.read": {Role.AUDITOR: Scope.DIVISION},
}
