"""Papers of an invented district, uploaded as a clerk does."""

from __future__ import annotations

from typing import Any

from duban.organisations.models import Division, Person, Unit
from duban.organisations.roles import Role
from duban.plans.actions.uploading import upload
from duban.plans.models import Paper
from factories.site import DivisionFactory, person_as

PLAN = """兰桥区人民政府关于印发《江临市兰桥区2026年政府重点工作任务实施方案》的通知

各镇人民政府、街道办事处，区政府各部门：

现将《江临市兰桥区2026年政府重点工作任务实施方案》印发给你们，请认真组织实施。

兰桥区人民政府
2026年2月6日

江临市兰桥区2026年政府重点工作任务实施方案

为完成全年目标，制定本方案。

一、总体要求

坚持稳中求进，全年地区生产总值增长6%以上。

二、重点任务

（一）抓项目促投资

1.精准招引项目。紧盯智能装备产业链，6月底前新签约项目60个以上。（责任单位：区财政局）

2.加快项目建设。推进投资12亿元的兰桥智能制造产业园项目，全年完成固定资产投资85亿元。（牵头单位：区发展改革局；配合单位：区城运中心）

（二）促乡村振兴

3.建设美丽乡村。新建美丽乡村示范村12个，主汛前完成河道清淤30公里。（责任单位：各镇街、区水务局）

4.办好民生实事。新增公办幼儿园学位1800个，改造老旧小区22个。（责任单位：区教育体育局、区住房建设局）
"""


def office(
    division: Division, *, role: Role = Role.SUPERVISION_OFFICE, unit: Unit | None = None, **fields: Any
) -> Person:
    """Return a new person of the supervision office, or of another role."""
    return person_as(role, division, unit, **fields)


def uploaded(text: str = PLAN, *, year: int = 2026, by: Person | None = None) -> Paper:
    """Return the paper of a pasted text in 兰桥区, read."""
    lanqiao = DivisionFactory()
    (paper,) = upload(division=lanqiao, year=year, text=text, by=by or office(lanqiao))
    return paper
