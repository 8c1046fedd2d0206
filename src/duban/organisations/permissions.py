"""Draws docs/permissions.md: which role may do what, and how far, from `roles.MAY`.

``python -m duban.organisations.permissions docs/permissions.md`` writes the page; a test keeps it current.
"""

from __future__ import annotations

import sys
from pathlib import Path

from duban.organisations.roles import MAY, Role, Scope

AREAS = {
    "account": "账号",
    "organisations": "组织机构",
    "plans": "台账",
    "dispatch": "调度",
    "supervision": "督办督查",
    "assessment": "排名考核",
    "bulletins": "通报",
    "audit": "审计",
}
#: What each action is called.
WORDS = {
    "account.own": "看和改自己的账号：密码、两步验证、联系方式、登录记录",
    "organisations.read": "看区划、单位、分组、人员，导出 xlsx",
    "organisations.change_divisions": "添加、修改、停用区划",
    "organisations.change_units": "添加、修改、合并、停用单位和分组，记住别名，导入",
    "organisations.change_people": "添加人员，任免，发初始密码，停用账号，导入",
    "plans.read_papers": "看来文",
    "plans.upload": "上传来文",
    "plans.check": "核对来文",
    "plans.issue": "印发台账",
    "plans.read": "看印发的台账",
    "plans.assign": "成批指派单位和人",
    "plans.break_down": "分解任务",
    "plans.request_amendment": "申请调整",
    "plans.approve_amendment": "批准、退回调整",
    "plans.close_year": "办结归档一年的台账",
    "plans.search": "全站搜索（搜到的只有自己能看的）",
    "plans.save_view": "保存自己的视图",
    "dispatch.read": "看调度、进度和亮灯",
    "dispatch.run_rounds": "发起、关闭一轮调度",
    "dispatch.report": "填报进度",
    "dispatch.sign_off": "审签本单位的填报",
    "dispatch.verify": "核验、退回填报",
    "dispatch.override_light": "改定一盏灯",
    "dispatch.change_schemes": "定亮灯办法",
    "dispatch.change_holidays": "改节假日",
    "dispatch.read_notices": "看发给自己的提醒",
    "dispatch.jobs": "看后台任务",
    "supervision.read": "看督查事项、督办单、督查、问题",
    "supervision.run": "登记、交办、审核督查事项，发督办单，组织督查",
    "supervision.approve": "记录立项、督查方案等的批准（条例第十一条）",
    "supervision.change_schemes": "定时限办法",
    "supervision.answer": "签收、答复、申请延期",
    "supervision.instruct": "批示",
    "supervision.inspect": "在督查组里，到现场逐项核查",
    "supervision.decide_review": "决定复核（没有参与结论的人）",
    "supervision.read_leads": "看、登记移送的违法违规线索",
    "assessment.read": "看印发的排名和得分的来历；单位还能看征求意见的排名里自己的得分",
    "assessment.run": "算排名，定表扬批评，答复异议，录入年度数据",
    "assessment.approve": "批准、公布排名",
    "assessment.object": "对本单位的得分提出异议",
    "assessment.change_schemes": "定计分办法",
    "assessment.rate": "评分",
    "assessment.analyse": "看分析",
    "bulletins.read": "看印发的通报",
    "bulletins.write": "起草、修改通报，换模板和措辞",
    "bulletins.sign": "审签通报",
    "bulletins.issue": "编文号、印发通报",
    "audit.read": "看、导出、核验审计记录",
}
REACH = {Scope.DIVISION: "本级", Scope.BELOW: "本级和下级", Scope.UNIT: "本单位", Scope.SELF: "自己"}


def render() -> str:
    """Return the page, in Markdown: a table of actions by roles for each area."""
    roles = [role for role in Role if role is not Role.PUBLIC]
    lines = [
        "# 权限",
        "",
        "<!-- 由 make docs 从 src/duban/organisations/roles.py 生成，请勿手改 -->",
        "",
        "权限随任职来：任职从哪天起、到哪天止，权限也是。一人有几个任职，权限是它们的合计。表里空着的就是不能办。",
        "",
        "本级：任职所在区划的全部。本级和下级：再加它下面的各级区划。本单位：任职单位牵头、负责或配合的。自己：只有自己的。",
        "",
        "系统管理员管账号，不办台账；督查室办台账，不发账号；审计员只看审计记录：三者分开，"
        "出自《信息安全技术 网络安全等级保护基本要求》（GB/T 22239）。没有登录的人什么也看不到。",
    ]
    for area, name in AREAS.items():
        lines += ["", f"## {name}", "", "| 办什么 | " + " | ".join(str(role.label) for role in roles) + " |"]
        lines.append("|---|" + "---|" * len(roles))
        for action, allowed in MAY.items():
            if action.partition(".")[0] == area:
                reached = [REACH[allowed[role]] if role in allowed else "" for role in roles]
                lines.append(f"| {WORDS[action]} | " + " | ".join(reached) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), "utf-8")
