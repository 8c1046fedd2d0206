"""What those see first who work on no task: auditors, administrators, the upper level."""

from __future__ import annotations

from datetime import date, timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from duban.auditing import labels
from duban.auditing import queries as auditing
from duban.organisations.access import access_of
from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.roles import Role
from duban.plans.models import Ledger
from duban.plans.queries.desk import LOOK, SHOWN, SOON, Item, Link, Part, address, in_force, task_part, tasks_seen
from duban.plans.states import TaskState

#: So many divisions below show; a province has some hundred counties.
DIVISIONS = 200


def of_auditor(person: Person, today: date, ledger: Ledger | None) -> list[Part]:
    """Return the state of the audit chain and the latest events."""
    if not access_of(person).may("audit.read"):
        return []
    state = auditing.state()
    events = address("audit:events")
    if state.problem:
        chain = Item("审计链不完整", events, LOOK, state.problem)
    elif state.verified is None:
        chain = Item("审计链还没有核验过", events, "核验", f"共 {state.head.number} 条记录")
    else:
        at = timezone.localtime(state.verified.at)
        why = f"{at:%Y年%-m月%-d日 %H:%M} 核验一致；此后新增 {state.since} 条，共 {state.head.number} 条"
        chain = Item("审计链完整", events, "再核验", why)
    latest = auditing.page(person, auditing.Filters()).events[: SHOWN + 2]
    items = [
        Item(
            f"{labels.action(event.action)}{f'：{event.subject_name}' if event.subject_name else ''}",
            address("audit:event", event.number),
            LOOK,
            f"{event.actor_name}　{timezone.localtime(event.at):%-m月%-d日 %H:%M}",
            f"{event.number}",
        )
        for event in latest
    ]
    links = [Link("全部记录", events)]
    return [
        Part("审计链", [chain], urgent=bool(state.problem)),
        Part("最近的操作", items, 0, links, "还没有操作记录。"),
    ]


def of_administrator(person: Person, today: date, ledger: Ledger | None) -> list[Part]:
    """Return what an administrator is to set right: people without a post, initial passwords, locked accounts."""
    reach = access_of(person).reach("organisations.change_people")
    if not reach:
        return []
    own = Post.objects.filter(reach.of_division(), person=OuterRef("pk"))
    held = Post.objects.filter(Q(end=None) | Q(end__gt=today), person=OuterRef("pk"))
    active = Person.objects.filter(is_active=True, username__isnull=False)
    mine = active.filter(Exists(own) | ~Exists(Post.objects.filter(person=OuterRef("pk"))))
    idle = mine.filter(~Exists(held))
    initial = mine.filter(must_change_password=True)
    people = [Link("人员", url)] if (url := address("organisations:people")) else []
    return [
        _locked(mine),
        _people("没有任职的人员", idle, "登录后什么也看不到：请任职，或停用账号", "在用的账号都有任职。", people),
        _people("还没有改初始密码的人员", initial, "请提醒本人登录后修改", "初始密码都改过了。", people),
        _deserted(reach.of_division(), today),
    ]


def _people(title: str, people: QuerySet[Person], why: str, empty: str, links: list[Link]) -> Part:
    rows = list(people.order_by("name", "pk").values_list("name", "username")[: SHOWN + 1])
    total = people.count() if len(rows) > SHOWN else len(rows)
    url = address("organisations:people")
    items = [Item(f"{name}（{username}）", url, LOOK, why) for name, username in rows[:SHOWN]]
    return Part(title, items, total, links, empty)


def _deserted(own: Q, today: date) -> Part:
    """Return the units for which nobody can break down or report."""
    held = Post.objects.filter(Q(end=None) | Q(end__gt=today), unit=OuterRef("pk"), start__lte=today)
    working = held.filter(role__in=[Role.UNIT_HEAD, Role.LIAISON, Role.SUPERVISION_OFFICE], person__is_active=True)
    units = Unit.objects.filter(own).exclude(valid_to__lte=today).filter(~Exists(working))
    rows = list(units.order_by("order", "pk").values_list("name", flat=True)[: SHOWN + 1])
    total = units.count() if len(rows) > SHOWN else len(rows)
    url = address("organisations:units")
    items = [Item(name, url, LOOK, "任务没有人分解和填报：请任命联络员") for name in rows[:SHOWN]]
    return Part("没有负责人和联络员的单位", items, total, empty="各单位都有负责人或联络员。")


def _locked(people: QuerySet[Person]) -> Part:
    """Return the accounts that are locked now after failed sign-ins; axes unlocks them when the time is over."""
    tried = AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
        attempt_time__gt=timezone.now() - settings.AXES_COOLOFF_TIME,
        username__in=people.values("username"),
    )
    rows = list(tried.values_list("username").annotate(last=Max("attempt_time")).order_by("-last")[:SHOWN])
    names = dict(people.filter(username__in=[username for username, _ in rows]).values_list("username", "name"))
    items = []
    for username, last in rows:
        until = timezone.localtime(last + settings.AXES_COOLOFF_TIME)
        why = f"连续输错密码，到 {until:%H:%M} 自动解锁"
        items.append(Item(f"{names[username]}（{username}）", address("organisations:people"), LOOK, why))
    return Part("被锁定的账号", items, len(items), empty="没有被锁定的账号。")


def of_upper_level(person: Person, today: date, ledger: Ledger | None) -> list[Part]:
    """Return the divisions below, each with how far its newest ledger is."""
    access = access_of(person)
    if Role.UPPER_LEVEL not in access.roles:
        return []
    reach = access.reach("plans.read")
    # Four levels: three parents are all there are.
    under = Q(parent__in=reach.below) | Q(parent__parent__in=reach.below) | Q(parent__parent__parent__in=reach.below)
    below = Division.objects.filter(under)
    below = below.filter(Q(valid_to=None) | Q(valid_to__gt=today))
    shown = list(below.order_by("code")[:DIVISIONS])
    newest: dict[int, Ledger] = {}
    for ledger in Ledger.objects.visible_to(person).filter(division__in=shown).order_by("year", "pk"):
        newest[ledger.division_id] = ledger
    counted = {
        row["ledger"]: row
        for row in tasks_seen(person)
        .filter(ledger__in=newest.values())
        .in_ledger()
        .order_by()
        .values("ledger")
        .annotate(
            whole=Count("pk"),
            late=Count("pk", filter=Q(due__lt=today) & ~Q(state=TaskState.CLOSED_OUT)),
            soon=Count(
                "pk",
                filter=Q(due__gte=today, due__lte=today + timedelta(days=SOON)) & ~Q(state=TaskState.CLOSED_OUT),
            ),
            closed=Count("pk", filter=Q(state=TaskState.CLOSED_OUT)),
        )
    }
    items, without = [], []
    for division in shown:
        last = newest.get(division.pk)
        if last is None:
            without.append(division.name)
            continue
        row = counted.get(last.pk, {"whole": 0, "late": 0, "soon": 0, "closed": 0})
        why = (
            f"{last.year}年：{row['whole']} 项任务，逾期 {row['late']}，{SOON}天内到期 {row['soon']}，"
            f"已销号 {row['closed']}"
        )
        items.append(Item(division.full_name, address("plans:ledger", last.pk), "看台账", why))
    late = in_force(tasks_seen(person)).filter(due__lt=today)
    if without:
        items.append(Item(f"还没有印发台账的 {len(without)} 个", "", "", "、".join(without)))
    return [
        Part("下级区划", items, empty="没有下级区划。区划由系统管理员添加。"),
        task_part("下级已逾期的任务", late, urgent=True),
    ]
