"""What waits for those who work on the ledger: the supervision office, the units, the leaders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from duban.organisations.access import Anyone, access_of
from duban.organisations.models import Person, Post
from duban.organisations.roles import Role
from duban.plans.models import Amendment, Ledger, Measure, Milestone, Paper, PaperNote, Responsibility
from duban.plans.models.entries import UnitRole
from duban.plans.models.tasks import TaskQuerySet
from duban.plans.queries.desk import (
    LOOK,
    SHOWN,
    SOON,
    Figure,
    Item,
    Link,
    Month,
    Part,
    address,
    in_force,
    task_part,
    tasks_seen,
)
from duban.plans.states import AmendmentState, LedgerState, PaperState, TaskState

#: The fate of a unit's own amendment stays on its workbench for so many days after the decision.
TOLD_FOR = 30
#: So many years are offered in the switch between ledgers; all of them stand on the page of ledgers.
YEARS = 6
_ANSWERING = (UnitRole.LEAD, UnitRole.RESPONSIBLE)
_PAPER_VERBS = {
    PaperState.QUESTION: "答复",
    PaperState.FAILED: "处理",
    PaperState.CHECKING: "继续核对",
    PaperState.QUEUED: "看进度",
    PaperState.READING: "看进度",
}


# ---- the supervision office ----


def of_office(person: Person, today: date, ledger: Ledger | None) -> list[Part]:
    """Return what waits for the supervision office: papers, amendments, ledgers, tasks that lack something."""
    reach = access_of(person).reach("plans.check")
    if not reach:
        return []
    own = reach.of_division("ledger__division")
    tasks = in_force(tasks_seen(person).filter(own))
    return [
        _papers(person),
        _requests(person),
        _to_issue(person),
        task_part("已逾期的任务", tasks.filter(due__lt=today), links=in_ledger(ledger, "overdue=1"), urgent=True),
        task_part(
            "没有牵头单位的任务",
            tasks.filter(lead_names=""),
            links=in_ledger(ledger, "lacks=lead"),
            page="plans:amendment_new",
            query="kind=change_units",
            verb="补单位",
        ),
        task_part(
            "原文没有写明日期的任务（按年底计）",
            tasks.filter(due_stated=False),
            links=in_ledger(ledger, "lacks=due"),
            page="plans:amendment_new",
            query="kind=extend",
            verb="定时限",
            shown=3,
        ),
    ]


def _papers(person: Person) -> Part:
    """Return the papers that wait to be answered or checked, each with what is left."""
    papers = Paper.objects.visible_to(person).filter(state__in=_PAPER_VERBS)
    kept = Q(tasks__dropped=False)
    rows: list[Any] = list(
        papers.order_by("uploaded_at", "pk")
        .annotate(
            task_count=Count("tasks", filter=kept),
            unchecked=Count("tasks", filter=kept & Q(tasks__checked_at=None)),
        )
        .only("state", "title", "name", "uploaded_at", "problem")[: SHOWN + 1]
    )
    total = papers.count() if len(rows) > SHOWN else len(rows)
    rows = rows[:SHOWN]
    unknown = _counted(
        Responsibility.objects.filter(task__paper__in=rows, task__dropped=False, dropped=False, unit=None).exclude(
            pk__in=Responsibility.objects.filter(
                task__paper__in=rows, dropped=False, expanded_from__isnull=False
            ).values("expanded_from")
        ),
        "task__paper",
    )
    notes = _counted(PaperNote.objects.filter(paper__in=rows, answered_at=None).exclude(task__dropped=True), "paper")
    items = []
    for paper in rows:
        left = [
            f"{count}{words}"
            for count, words in (
                (paper.unchecked, f" 项任务未核对（共 {paper.task_count} 项）"),
                (unknown.get(paper.pk, 0), " 处单位未认定"),
                (notes.get(paper.pk, 0), " 条提示未处理"),
            )
            if count
        ]
        checking = paper.state == PaperState.CHECKING
        why = ("还有 " + "、".join(left) if left else "都核过了，可以完成核对") if checking else _why(paper)
        page = "plans:check" if checking else "plans:paper"
        since = timezone.localdate(paper.uploaded_at)
        items.append(
            Item(f"《{paper}》", address(page, paper.pk), _PAPER_VERBS[PaperState(paper.state)], why, since=since)
        )
    links = [Link("全部来文", address("plans:papers")), Link("上传来文", address("plans:upload"))]
    return Part("要核对、答复的来文", items, total, links, "没有等着核对的来文。新文件从“上传来文”录入。")


def _why(paper: Paper) -> str:
    if paper.state == PaperState.QUESTION:
        return "读完了，有几处要您确认"
    return paper.problem.split("\n")[0][:80] or paper.get_state_display()


def _counted(rows: QuerySet[Any], by: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(by).annotate(Count("pk")))


def _requests(person: Person) -> Part:
    """Return the amendments to decide, the longest waiting first; one's own wait for a colleague."""
    waiting = Amendment.objects.filter(
        access_of(person).reach("plans.approve_amendment").of_division("ledger__division")
    )
    stuck = Q(state=AmendmentState.APPROVED) & ~Q(problem="")
    waiting = waiting.filter(Q(state=AmendmentState.REQUESTED) | stuck)
    rows = waiting.select_related("task", "requested_for", "ledger").order_by("requested_at", "pk")[: SHOWN + 1]
    items = []
    for one in list(rows):
        who = str(one.requested_for or "督查室")
        if one.problem:
            why, verb = f"到期未能执行：{one.problem}", "处理"
        elif one.requested_by_id == person.pk:
            why, verb = "您自己申请的，等同事审批", LOOK
        else:
            why, verb = f"{who}：{one.reason[:60]}", "审批"
        items.append(
            Item(
                f"{one.get_kind_display()}：{_about(one)}",
                address("plans:amendment", one.pk),
                verb,
                why,
                f"第{one.number}号",
                since=timezone.localdate(one.requested_at),
            )
        )
    total = waiting.count() if len(items) > SHOWN else len(items)
    links = [Link("全部调整", address("plans:amendments"))]
    return Part("要审批的调整", items[:SHOWN], total, links, "没有等着审批的调整。")


def _about(one: Amendment) -> str:
    if one.task:
        return one.task.title
    return str((one.changes.get("task") or {}).get("title") or "来文的任务")


def _to_issue(person: Person) -> Part:
    """Return the ledgers whose papers are all checked, and checked papers that an issued ledger is to take in."""
    left = (PaperState.QUEUED, PaperState.READING, PaperState.QUESTION, PaperState.CHECKING, PaperState.FAILED)
    ledgers: QuerySet[Any] = (
        Ledger.objects.visible_to(person)
        .filter(access_of(person).reach("plans.issue").of_division())
        .exclude(state=LedgerState.CLOSED)
        .annotate(
            ready=Count("papers", filter=Q(papers__state=PaperState.CHECKED), distinct=True),
            unready=Count("papers", filter=Q(papers__state__in=left), distinct=True),
        )
        .filter(ready__gt=0)
    )
    items = []
    for ledger in ledgers.order_by("year", "pk")[:SHOWN]:
        if ledger.state == LedgerState.ISSUED:
            why = f"{ledger.ready} 份来文核对完了，申请纳新后并入台账"
            items.append(Item(str(ledger), address("plans:amendment_add", ledger.pk), "申请纳新", why))
        elif ledger.unready:
            why = f"{ledger.ready} 份来文核对完了，还有 {ledger.unready} 份没有"
            items.append(Item(str(ledger), address("plans:issue", ledger.pk), LOOK, why))
        else:
            items.append(Item(str(ledger), address("plans:issue", ledger.pk), "印发", "来文都核对完了，可以印发"))
    return Part("要印发的台账", items, len(items))


# ---- units ----


def of_units(person: Person, today: date, ledger: Ledger | None) -> list[Part]:
    """Return what waits for the people of a unit: tasks to break down, what is late or due soon, their requests."""
    units = access_of(person).units("plans.break_down")
    if not units:
        return []
    answered = Responsibility.objects.filter(unit__in=units, dropped=False)
    leading = answered.filter(role__in=_ANSWERING).values("task_id")
    open_tasks = in_force(tasks_seen(person).filter(pk__in=leading))
    to_plan = open_tasks.filter(state=TaskState.TO_BREAK_DOWN)
    until = today + timedelta(days=SOON)
    books = [
        Link(f"用表填{f'（{unit}）' if len(units) > 1 else ''}", address("plans:unit_break_down", unit.pk))
        for unit in units
    ]
    return [
        task_part("本单位已逾期的任务", open_tasks.filter(due__lt=today), urgent=True),
        task_part(
            "要分解的任务",
            to_plan,
            page="plans:break_down",
            verb="分解",
            links=books,
            empty="任务都分解了。要改举措和节点，在任务页点“任务分解”。",
        ),
        _steps(person, [unit.pk for unit in units], today, until),
        task_part(
            f"本单位{SOON}天内到期的任务",
            open_tasks.filter(due__gte=today, due__lte=until),
            empty=f"本单位{SOON}天内没有到期的任务。",
        ),
        _own_requests([unit.pk for unit in units]),
    ]


def _steps(person: Person, units: Iterable[int], today: date, until: date) -> Part:
    """Return the milestones not reached and the own measures that are due soon."""
    tasks = in_force(tasks_seen(person))
    answered = Responsibility.objects.filter(unit__in=units, dropped=False, role__in=_ANSWERING)
    steps = Milestone.objects.filter(
        Q(measure__unit__in=units) | Q(measure__unit=None, task__in=answered.values("task_id")),
        task__in=tasks.order_by().values("pk"),
        done_on=None,
        due__range=(today, until),
    )
    found = [
        Item(step.name, address("plans:task", step.task_id), LOOK, f"节点：{step.task}", due=step.due)
        for step in steps.select_related("task").order_by("due", "pk")[: SHOWN + 1]
    ]
    mine = Measure.objects.filter(person=person, due__range=(today, until), task__in=tasks.order_by().values("pk"))
    found += [
        Item(
            measure.text,
            address("plans:task", measure.task_id),
            LOOK,
            f"您负责的举措：{measure.task}",
            due=measure.due,
        )
        for measure in mine.select_related("task").order_by("due", "pk")[: SHOWN + 1]
    ]
    found.sort(key=lambda item: item.due or until)
    total = steps.count() + mine.count() if len(found) > SHOWN else len(found)
    return Part(f"{SOON}天内到期的节点和举措", found[:SHOWN], total)


def _own_requests(units: Iterable[int]) -> Part:
    """Return the amendments that the units asked for: those that wait, and those decided lately."""
    told = timezone.now() - timedelta(days=TOLD_FOR)
    waiting = Q(state__in=[AmendmentState.REQUESTED, AmendmentState.APPROVED])
    asked = Amendment.objects.filter(waiting | Q(decided_at__gte=told), requested_for__in=units)
    rows = list(asked.select_related("task", "ledger").order_by("-requested_at", "-pk")[: SHOWN + 1])
    items = []
    for one in rows:
        said = one.get_state_display()
        if one.state == AmendmentState.APPROVED and one.effective_on:
            said = f"已批准，{one.effective_on:%-m月%-d日}起生效"
        if one.decision:
            said += f"：{one.decision[:60]}"
        items.append(
            Item(
                f"{one.get_kind_display()}：{_about(one)}",
                address("plans:amendment", one.pk),
                LOOK,
                said,
                f"第{one.number}号",
                since=timezone.localdate(one.requested_at),
            )
        )
    total = asked.count() if len(items) > SHOWN else len(items)
    links = [Link("全部调整", address("plans:amendments"))] if items else []
    return Part("本单位申请的调整", items[:SHOWN], total, links)


# ---- leaders ----


def of_leader(person: Person, today: date, ledger: Ledger | None) -> list[Part]:
    """Return what a leader answers for: the tasks sponsored, and those that the units overseen lead."""
    if Role.LEADER not in access_of(person).roles:
        return []
    tasks = in_force(led_by(person))
    until = today + timedelta(days=SOON)
    pending = Amendment.objects.filter(state=AmendmentState.REQUESTED, task__in=tasks.order_by().values("pk"))
    items = [
        Item(
            f"{one.get_kind_display()}：{_about(one)}",
            address("plans:amendment", one.pk),
            LOOK,
            f"{one.requested_for or '督查室'}：{one.reason[:60]}",
            f"第{one.number}号",
            since=timezone.localdate(one.requested_at),
        )
        for one in pending.select_related("task", "requested_for").order_by("requested_at", "pk")[: SHOWN + 1]
    ]
    total = pending.count() if len(items) > SHOWN else len(items)
    others = in_force(tasks_seen(person).exclude(pk__in=led_by(person).order_by().values("pk")))
    others = others.filter(due__lt=today, ledger=ledger)
    sponsored = in_ledger(ledger, f"sponsor={person.pk}", "我包保的任务")
    return [
        task_part("我包保、分管的任务：已逾期", tasks.filter(due__lt=today), links=sponsored, urgent=True),
        task_part(
            f"我包保、分管的任务：{SOON}天内到期",
            tasks.filter(due__range=(today, until)),
            links=sponsored,
            empty=f"您包保、分管的任务，{SOON}天内没有到期的。包保领导由督查室在台账页指定。",
        ),
        task_part("我包保、分管的任务：还没有分解", tasks.filter(state=TaskState.TO_BREAK_DOWN)),
        Part("涉及我的任务、正在审批的调整", items[:SHOWN], total),
        task_part("其他已逾期的任务", others, links=in_ledger(ledger, "overdue=1"), urgent=True, shown=3),
    ]


def led_by(person: Person) -> TaskQuerySet:
    """Return the tasks that a leader sponsors, and those that the units overseen lead or answer for."""
    leading = [post.pk for post in access_of(person).posts if post.role == Role.LEADER]
    overseen = Post.oversees.through.objects.filter(post__in=leading).values("unit_id")
    answers = Responsibility.objects.filter(unit__in=overseen, dropped=False, role__in=_ANSWERING)
    return tasks_seen(person).filter(Q(sponsor=person) | Q(pk__in=answers.values("task_id")))


# ---- the month ----


def months(person: Person, today: date, ledger: Ledger | None) -> list[Month]:
    """Return the state of the month of the newest ledger in force, once for each way in which the person answers."""
    access = access_of(person)
    if ledger is None:
        return []
    tasks = tasks_seen(person).filter(ledger=ledger)
    found = []
    if access.reach("plans.read").covers_division(ledger.division):
        found.append(_month(str(ledger), tasks, ledger, today, ""))
    if Role.LEADER in access.roles:
        # The address of a list has no word for "the units that I oversee".
        found.append(_month("我包保和分管的任务", tasks.filter(pk__in=led_by(person)), ledger, today, None))
    for unit in access.units("plans.break_down"):
        if unit.division_id != ledger.division_id:
            continue
        mine = Responsibility.objects.filter(unit=unit, dropped=False)
        answered = tasks.filter(pk__in=mine.values("task_id"))
        found.append(_month(f"{unit}的任务", answered, ledger, today, f"unit={unit.pk}"))
    return found


def newest(person: Person) -> Ledger | None:
    """Return the newest ledger in force that `person` sees in the division of the first post."""
    return next((ledger for ledger in own_ledgers(person) if ledger.state == LedgerState.ISSUED), None)


def own_ledgers(person: Anyone) -> list[Ledger]:
    """Return the newest ledgers that `person` sees in the division of the first post, the newest first.

    They are read once for a person object, that is once a request: every page offers them.
    """
    found: list[Ledger] | None = getattr(person, "_own_ledgers", None)
    if found is None:
        division = access_of(person).division
        # Put in order here: every page asks, and for the compiler of a queryset order costs more than this does.
        seen = Ledger.objects.visible_to(person).filter(division=division).order_by()
        found = sorted(seen, key=lambda ledger: (-ledger.year, -ledger.pk))[:YEARS]
        for ledger in found:
            if division is not None:
                ledger.division = division
        person._own_ledgers = found  # type: ignore[union-attr]
    return found


def _month(title: str, tasks: TaskQuerySet, ledger: Ledger, today: date, scope: str | None) -> Month:
    first = today.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    standing = tasks.in_ledger()
    at_work = ~Q(state=TaskState.CLOSED_OUT)
    counted = standing.order_by().aggregate(
        whole=Count("pk"),
        unplanned=Count("pk", filter=Q(state=TaskState.TO_BREAK_DOWN)),
        month=Count("pk", filter=Q(due__gte=first, due__lte=last) & at_work),
        late=Count("pk", filter=Q(due__lt=today) & at_work),
        closed=Count("pk", filter=~at_work),
    )

    def figure(label: str, name: str, query: str, tone: str = "") -> Figure:
        url = "" if scope is None else address("plans:ledger", ledger.pk, query="&".join(filter(None, (scope, query))))
        return Figure(label, counted[name], url, tone if counted[name] else "")

    return Month(
        f"{today.month}月：{title}",
        [
            figure("任务", "whole", ""),
            figure("待分解", "unplanned", "state=to_break_down", "warn"),
            figure("本月到期", "month", f"due_from={first}&due_to={last}"),
            figure("已逾期", "late", "overdue=1", "bad"),
            figure("已销号", "closed", "state=closed_out"),
        ],
    )


def in_ledger(ledger: Ledger | None, query: str, label: str = "在台账里看") -> list[Link]:
    """Return the link to the list of the ledger that `query` asks for."""
    return [Link(label, address("plans:ledger", ledger.pk, query=query))] if ledger else []
