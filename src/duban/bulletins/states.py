"""The states of a paper and how one leads to the next; the form is that of :mod:`duban.plans.states`."""

from __future__ import annotations

from django.db import models

from duban.plans.states import Transition, WrongState


class BulletinState(models.TextChoices):
    """A paper from its draft to the archive."""

    DRAFT = "bulletin_draft", "起草"
    SIGNING = "bulletin_signing", "审签中"
    RETURNED = "bulletin_returned", "退回修改"
    SIGNED = "bulletin_signed", "待印发"
    ISSUED = "bulletin_issued", "已印发"
    ARCHIVED = "bulletin_archived", "已印发归档"
    DISCARDED = "bulletin_discarded", "作废"


_S = BulletinState
#: In these states the words may be changed; in these others the paper was issued and never changes.
EDITABLE = (_S.DRAFT, _S.RETURNED)
ISSUED = (_S.ISSUED, _S.ARCHIVED)

#: name of the machine → steps by name
TRANSITIONS: dict[str, dict[str, Transition]] = {
    "bulletin": {
        "submit": Transition("送审签", EDITABLE, _S.SIGNING, "bulletins.write", "至少一名审签人"),
        "recall": Transition("撤回修改", (_S.SIGNING, _S.SIGNED), _S.DRAFT, "bulletins.write", "以前的审签不再有效"),
        "return": Transition("退回", (_S.SIGNING,), _S.RETURNED, "bulletins.sign", "意见"),
        "sign": Transition("审签通过", (_S.SIGNING,), _S.SIGNED, "bulletins.sign", "最后一名审签人同意"),
        "issue": Transition("编号印发", (_S.SIGNED,), _S.ISSUED, "bulletins.issue", "数有变化的，确认按审签的印发"),
        "archive": Transition("归档", (_S.ISSUED,), _S.ARCHIVED, "bulletins.issue", "文件和摘要"),
        "discard": Transition("作废", (*EDITABLE, _S.SIGNED), _S.DISCARDED, "bulletins.write", "理由"),
    },
}
CHOICES: dict[str, type[models.TextChoices]] = {"bulletin": BulletinState}
#: What each machine is called; it begins in the first of its states.
NAMES = {"bulletin": "通报"}


def check(step: str, state: str, *, thing: str) -> str:
    """Return the state that `step` leads to from `state`. Raises `WrongState` where it does not lead on from there."""
    transition = TRANSITIONS["bulletin"][step]
    if state not in transition.sources:
        raise WrongState(thing, BulletinState(state).label, transition.name)
    return transition.target
