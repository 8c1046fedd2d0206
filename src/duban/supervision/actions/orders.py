"""Orders: issued, signed for, answered, returned or accepted; extended, escalated, withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from duban.audit.trail import SYSTEM, Actor, action, record
from duban.dispatch.actions.evidence import stored
from duban.dispatch.relighting import relight
from duban.organisations.access import require
from duban.organisations.calendar import Calendar
from duban.organisations.holidays import calendar_of
from duban.organisations.models import Division, Person, Post, Unit
from duban.organisations.refusals import NotHere
from duban.organisations.roles import Role
from duban.plans.models import Task
from duban.plans.states import WrongState
from duban.supervision import states
from duban.supervision.clocks.counting import Counted, Limit, due
from duban.supervision.clocks.counting import Unit as Measure
from duban.supervision.inspecting.telling import told
from duban.supervision.models import (
    Attachment,
    Finding,
    Matter,
    Order,
    OrderAnswer,
    OrderExtension,
    OrderLetter,
    OrderUnit,
)
from duban.supervision.models.orders import Basis, Level
from duban.supervision.pressing.refusals import (
    AlreadyOrdered,
    AnsweredAlready,
    AskedAlready,
    HighestLevel,
    NoMoreTime,
    NotYetDue,
    NoUnits,
    ReasonNeeded,
    UnitOver,
    WrongDay,
)
from duban.supervision.pressing.rules import Step, rules
from duban.supervision.reaching import heir, heirs
from duban.supervision.states.orders import OPEN, ExtensionState, OrderState

#: Files as they come in: each with its name.
Files = Sequence[tuple[BinaryIO, str]]


# ---- issuing ----


@action
def issue(
    *,
    division: Division,
    units: Iterable[Unit],
    title: str,
    grounds: str,
    demand: str,
    by: Person,
    level: str = Level.BLUE,
    basis: str = Basis.FREE,
    task: Task | None = None,
    matter: Matter | None = None,
    finding: Finding | None = None,
    sign_days: int | None = None,
    answer_days: int | None = None,
    working: bool = True,
    automatic: bool = True,
    signatory: str = "",
    annexes: Files = (),
    beside: bool = False,
    token: str = "",
    at: datetime | None = None,
) -> Order:
    """Issue an order to units, with its number and its days.

    `sign_days` are working days, `answer_days` working days or, with `working` false, days; where not given they are those
    of the level. A unit that was merged is replaced by its successor. `token` names the sending of a form: sent twice it
    is one order. With `beside` a unit may get it though it has one on the same thing in hand.

    Raises `NoUnits`, `UnitOver`, `NotHere`, `ReasonNeeded`, `WrongDay`, `AlreadyOrdered`, `BadEvidence`, `FindingNotTold`.
    """
    require(by, "supervision.run", division=division)
    # Numbers are given out one after the other, and what is in hand is looked at by one at a time.
    Division.objects.select_for_update().get(pk=division.pk)
    if token and (there := Order.objects.filter(token=token).first()):
        return there
    rule = rules().levels[level]
    addressed = _addressed(division, units, timezone.localdate(at))
    for text, what in ((title, "督办事项"), (grounds, "督办理由"), (demand, "办理要求")):
        if not text.strip():
            raise ReasonNeeded("发督办单", what)
    about = _about(basis, task, matter, finding)
    if about and not beside and (held := _in_hand(about, addressed)):
        raise AlreadyOrdered(held)
    order = _make(
        division,
        addressed,
        by=by,
        at=at or timezone.now(),
        days=(
            rule.sign if sign_days is None else sign_days,
            rule.answer if answer_days is None else answer_days,
            working,
        ),
        level=level,
        basis=basis,
        title=title.strip(),
        grounds=grounds.strip(),
        demand=demand.strip(),
        automatic=automatic,
        signatory=signatory.strip(),
        token=token or None,
        **about | _beside(about),
    )
    for file, name in annexes:
        Attachment.objects.create(order=order, stored=stored(division.pk, file, name), name=name[-255:], added_by=by)
    return order


def _about(basis: str, task: Task | None, matter: Matter | None, finding: Finding | None) -> dict[str, Any]:
    if basis in (Basis.TASK, Basis.LIGHT):
        return {"task": task}
    if basis == Basis.FINDING and finding:
        return {"finding": told(finding)}
    return {"matter": matter} if basis == Basis.MATTER else {}


def _beside(about: dict[str, Any]) -> dict[str, Any]:
    """Return the task that an order is about beside what it is on, and the ledger: a finding is made at a task."""
    finding: Finding | None = about.get("finding")
    task = finding.task if finding else about.get("task")
    return {"task": task, "ledger": task.ledger} if task else {}


def _addressed(division: Division, units: Iterable[Unit], on: date) -> list[Unit]:
    """Return the units that get it, each once, those that were merged as their successors."""
    found: dict[int, Unit] = {}
    for unit in units:
        if unit.division_id != division.pk:
            raise NotHere(unit.name, division.name)
        acting = heir(unit)
        if acting.valid_to is not None and acting.valid_to <= on:
            raise UnitOver(unit.name)
        found[acting.pk] = acting
    if not found:
        raise NoUnits
    return list(found.values())


def _in_hand(about: dict[str, Any], units: Sequence[Unit]) -> list[tuple[object, str]]:
    conditions = {f"order__{name}": value for name, value in about.items()}
    open_ones = OrderUnit.objects.open().filter(unit__in=units, **conditions).select_related("order", "unit")
    return [(one.unit, one.order.number) for one in open_ones]


def _make(
    division: Division,
    units: Sequence[Unit],
    *,
    by: Actor,
    at: datetime,
    days: tuple[int, int, bool],
    previous: OrderUnit | None = None,
    **fields: Any,
) -> Order:
    """Write an order with its slips; the caller holds the division's row."""
    start = timezone.localtime(at)
    sign, answer = _days(start, days, calendar_of(division))
    word = settings.ORDER_WORD
    last = Order.objects.filter(division=division, word=word, year=start.year).aggregate(last=Max("seq"))["last"]
    order = Order.objects.create(
        division=division,
        word=word,
        year=start.year,
        seq=(last or 0) + 1,
        sign_by=sign.day,
        sign_counted=sign.how,
        answer_by=answer.day,
        answer_counted=answer.how,
        issued_at=at,
        issuer=by if isinstance(by, Person) else None,
        **fields,
    )
    OrderUnit.objects.bulk_create(
        OrderUnit(
            order=order,
            unit=unit,
            due_on=sign.day,
            sign_by=sign.day,
            answer_by=answer.day,
            counted=answer.how,
            previous=previous,
        )
        for unit in units
    )
    record(
        "supervision.issue_order",
        by=by,
        subject=order,
        after={
            "level": order.level,
            "title": order.title,
            "units": [unit.name for unit in units],
            "sign_by": order.sign_by,
            "answer_by": order.answer_by,
        },
        division=division.code,
    )
    _relight(order)
    return order


def _days(start: datetime, days: tuple[int, int, bool], calendar: Calendar) -> tuple[Counted, Counted]:
    to_sign, to_answer, working = days
    if not (1 <= to_sign <= 60 and 1 <= to_answer <= 366):
        raise WrongDay("签收要在1至60个工作日、答复要在1至366天之内，请改正天数。没有发出。")
    measure: Measure = "working_days" if working else "days"
    sign = due(start, Limit(to_sign, "working_days"), calendar)
    answer = due(start, Limit(to_answer, measure), calendar)
    if answer.day < sign.day:
        raise WrongDay(
            f"答复期限（{answer.day.month}月{answer.day.day}日）早于签收期限（{sign.day.month}月{sign.day.day}日），"
            "请把答复的天数改大，或把签收的天数改小。没有发出。"
        )
    return sign, answer


def _working(slip: OrderUnit, at: datetime, days: int) -> Counted:
    """Return when `days` working days after `at` are over, by the calendar of the slip's division."""
    return due(timezone.localtime(at), Limit(days, "working_days"), calendar_of(slip.order.division))


# ---- the unit ----


def _locked(slip: OrderUnit) -> OrderUnit:
    return (
        OrderUnit.objects.select_for_update(of=("self",))
        .select_related("order__division", "order__task", "unit")
        .get(pk=slip.pk)
    )


def _require_unit(by: Person, slip: OrderUnit) -> None:
    """Let the unit's people act, and those of the unit that it has been merged into since."""
    require(by, "supervision.answer", division=slip.order.division, units=heirs(slip.unit))


def _step(step: str, slip: OrderUnit) -> str:
    return states.check("order", step, slip.state, thing=slip.order.number)


@action
def sign(*, slip: OrderUnit, by: Person, at: datetime | None = None) -> OrderUnit:
    """Sign for an order. Signing twice is one signing."""
    slip = _locked(slip)
    _require_unit(by, slip)
    if slip.state == OrderState.SIGNED:
        return slip
    _sign(slip, by, at or timezone.now())
    slip.save()
    return slip


def _sign(slip: OrderUnit, by: Person, at: datetime) -> None:
    slip.state = _step("sign", slip)
    slip.signed_at, slip.signed_by = at, by
    slip.signed_late = slip.signed_late or timezone.localdate(at) > slip.sign_by
    slip.due_on = slip.answer_by
    _note("supervision.sign_order", slip, by, late=slip.signed_late)


@action
def answer(
    *, slip: OrderUnit, text: str, by: Person, files: Files = (), seen: int = 0, at: datetime | None = None
) -> OrderAnswer:
    """Answer an order, with evidence; one that was not signed for is signed for with it.

    `seen` is how many answers there were when the writer began: where another came in meanwhile, or one waits for the
    office, `AnsweredAlready` tells whose. The same words of the same person sent twice are one answer.

    Raises `ReasonNeeded`, `BadEvidence`; then nothing is kept.
    """
    at = at or timezone.now()
    slip = _locked(slip)
    _require_unit(by, slip)
    last = slip.answers.select_related("answered_by").order_by("-number").first()
    text = text.strip()
    if last and (slip.state == OrderState.ANSWERED or last.number != seen):
        if last.answered_by_id == by.pk and last.text == text:
            return last
        when = timezone.localtime(last.answered_at)
        raise AnsweredAlready(
            slip.order.number, last.answered_by.name, f"{when.month}月{when.day}日{when:%H:%M}", last.text
        )
    if not text:
        raise ReasonNeeded("答复", "办理情况")
    if slip.state == OrderState.ISSUED:
        _sign(slip, by, at)
    slip.state = _step("answer", slip)
    late = timezone.localdate(at) > slip.answer_by
    slip.turn = OrderUnit.Turn.OFFICE
    review = _working(slip, at, rules().review)
    slip.due_on, slip.counted = review.day, f"督查室审核：{review.how}"
    slip.answered_late = slip.answered_late or late
    slip.save()
    made = OrderAnswer.objects.create(
        slip=slip, number=last.number + 1 if last else 1, text=text, answered_at=at, answered_by=by, late=late
    )
    for file, name in files:
        row = stored(slip.order.division_id, file, name)
        Attachment.objects.create(order_answer=made, stored=row, name=name[-255:], added_by=by)
    # What was to be decided has been overtaken.
    _lapse(slip, by)
    _note("supervision.answer_order", slip, by, text=text, files=[name for _, name in files], late=late)
    _relight(slip.order)
    return made


@action
def ask_extension(
    *, slip: OrderUnit, wanted: date, reason: str, by: Person, at: datetime | None = None
) -> OrderExtension:
    """Ask for more time, before the day to answer by has passed. Raises `NoMoreTime`, `WrongDay`, `ReasonNeeded`."""
    at = at or timezone.now()
    today = timezone.localdate(at)
    slip = _locked(slip)
    _require_unit(by, slip)
    number = slip.order.number
    if slip.state not in (OrderState.ISSUED, OrderState.SIGNED, OrderState.RETURNED):
        raise WrongState(number, slip.get_state_display(), "申请延期")
    if not reason.strip():
        raise ReasonNeeded("申请延期")
    if slip.extensions.filter(state=ExtensionState.ASKED).exists():
        raise AskedAlready(number)
    if slip.extensions.filter(state=ExtensionState.APPROVED).count() >= rules().times:
        raise NoMoreTime(f"{number}已经延期{rules().times}次，按规定不能再延。请抓紧办理、按期答复。")
    if today > slip.answer_by:
        raise NoMoreTime(f"{number}的答复期限已过，不能再申请延期。请尽快答复，并在答复中说明原因。")
    _check_granted(slip, wanted)
    decide = _working(slip, at, rules().extension)
    made = OrderExtension.objects.create(
        slip=slip, wanted=wanted, reason=reason.strip(), asked_at=at, asked_by=by, decide_by=decide.day
    )
    _note("supervision.ask_order_extension", slip, by, wanted=wanted, reason=made.reason)
    return made


def _check_granted(slip: OrderUnit, day: date) -> None:
    if day <= slip.answer_by:
        raise WrongDay(f"延期要晚于现在的答复期限（{slip.answer_by.month}月{slip.answer_by.day}日），请改正日期。")
    if (day - slip.answer_by).days > rules().longest:
        raise WrongDay(f"一次最多延{rules().longest}天，请改正日期。")


def _lapse(slip: OrderUnit, by: Actor) -> None:
    waiting = slip.extensions.filter(state=ExtensionState.ASKED).first()
    if waiting is not None:
        waiting.state = states.check("extension", "lapse", waiting.state, thing="延期申请")
        waiting.save(update_fields=["state"])


# ---- the office ----


@action
def decide_extension(
    *,
    extension: OrderExtension,
    granted: date | None,
    by: Person,
    remark: str = "",
    at: datetime | None = None,
) -> OrderExtension:
    """Grant more time up to a day, or none with a reason. Deciding the same twice is one decision.

    Raises `WrongDay`, `ReasonNeeded`, `WrongState`.
    """
    at = at or timezone.now()
    slip = _locked(extension.slip)
    require(by, "supervision.run", division=slip.order.division)
    extension = OrderExtension.objects.select_for_update().get(pk=extension.pk)
    if extension.decided_by_id == by.pk and extension.granted == granted:
        return extension
    step = "approve" if granted else "refuse"
    extension.state = states.check("extension", step, extension.state, thing=f"{slip.order.number}的延期申请")
    if granted:
        _check_granted(slip, granted)
        if granted < timezone.localdate(at):
            raise WrongDay("延到的日期已经过了，请改正日期。")
        slip.answer_by = granted
        slip.counted = f"经督查室同意，延到{granted.month}月{granted.day}日"
        if slip.state != OrderState.ISSUED:
            slip.due_on = granted
        slip.save()
    elif not remark.strip():
        raise ReasonNeeded("不同意延期")
    extension.granted, extension.remark = granted, remark.strip()
    extension.decided_at, extension.decided_by = at, by
    extension.save()
    _note("supervision.decide_order_extension", slip, by, granted=granted, remark=extension.remark)
    _relight(slip.order)
    return extension


@action
def return_(
    *, slip: OrderUnit, reason: str, by: Person, days: int | None = None, at: datetime | None = None
) -> OrderUnit:
    """Give an answer back, with a reason and `days` working days for the next one (those of the rules where not given)."""
    at = at or timezone.now()
    slip = _locked(slip)
    require(by, "supervision.run", division=slip.order.division)
    state = _step("return", slip)
    if not reason.strip():
        raise ReasonNeeded("退回重办")
    more = rules().returned if days is None else days
    if not 1 <= more <= 60:
        raise WrongDay("退回重办要给1至60个工作日，请改正天数。没有退回。")
    given = _working(slip, at, more)
    _decided(slip, OrderAnswer.Verdict.RETURNED, reason, by, at)
    slip.state, slip.turn = state, OrderUnit.Turn.UNIT
    slip.due_on = slip.answer_by = given.day
    slip.counted = f"退回重办：{given.how}"
    slip.save()
    _note("supervision.return_order", slip, by, reason=reason.strip(), answer_by=slip.answer_by)
    _relight(slip.order)
    return slip


@action
def accept(*, slip: OrderUnit, by: Person, remark: str = "", at: datetime | None = None) -> OrderUnit:
    """Accept an answer: the order is done at this unit. Accepting twice is one acceptance."""
    at = at or timezone.now()
    slip = _locked(slip)
    require(by, "supervision.run", division=slip.order.division)
    if slip.state == OrderState.ACCEPTED:
        return slip
    state = _step("accept", slip)
    _decided(slip, OrderAnswer.Verdict.ACCEPTED, remark, by, at)
    _close(slip, state, by, at, remark)
    _note("supervision.accept_order", slip, by, remark=remark.strip())
    _relight(slip.order)
    return slip


def _decided(slip: OrderUnit, verdict: str, remark: str, by: Person, at: datetime) -> None:
    waiting = slip.answers.get(verdict="")
    waiting.verdict, waiting.remark = verdict, remark.strip()
    waiting.decided_at, waiting.decided_by = at, by
    waiting.save()


def _close(slip: OrderUnit, state: str, by: Actor, at: datetime, reason: str = "") -> None:
    slip.state, slip.turn, slip.due_on = state, OrderUnit.Turn.NOBODY, None
    slip.closed_at, slip.closer = at, by if isinstance(by, Person) else None
    slip.close_reason = reason.strip()
    slip.save()


@action
def withdraw(*, slip: OrderUnit, reason: str, by: Person, at: datetime | None = None) -> OrderUnit:
    """Withdraw an order from a unit, with a reason; it stays on record."""
    slip = _locked(slip)
    require(by, "supervision.run", division=slip.order.division)
    if slip.state == OrderState.WITHDRAWN:
        return slip
    state = _step("withdraw", slip)
    if not reason.strip():
        raise ReasonNeeded("撤回督办单")
    _lapse(slip, by)
    _close(slip, state, by, at or timezone.now(), reason)
    _note("supervision.withdraw_order", slip, by, reason=reason.strip())
    _relight(slip.order)
    return slip


@action
def withdraw_order(*, order: Order, reason: str, by: Person, at: datetime | None = None) -> int:
    """Withdraw an order from all units that still have it in hand. Return from how many."""
    slips = list(order.units.open())
    for slip in slips:
        withdraw(slip=slip, reason=reason, by=by, at=at)
    return len(slips)


# ---- pressing ----


@action
def escalate(*, slip: OrderUnit, by: Actor, at: datetime | None = None) -> Order:
    """Send an order of the next level to a unit that let its day pass; what it follows stays on record.

    Each is escalated once, however often it is asked: the order that followed is returned. Raises `NotYetDue`,
    `HighestLevel`, and `WrongState` where the unit is not the one to move.
    """
    at = at or timezone.now()
    require(by, "supervision.run", division=slip.order.division)
    Division.objects.select_for_update().get(pk=slip.order.division_id)
    slip = _locked(slip)
    old = slip.order
    if there := Order.objects.filter(units__previous=slip).first():
        return there
    state = _step("escalate", slip)
    today = timezone.localdate(at)
    if today <= slip.answer_by:
        raise NotYetDue(old.number, slip.answer_by)
    rule = rules().levels[old.level]
    if not rule.next:
        raise HighestLevel(old.number, rule.advice)
    unit = heir(slip.unit)
    _lapse(slip, by)
    slip.answered_late = True
    _close(slip, state, by, at)
    following = rules().levels[rule.next]
    made = _make(
        old.division,
        [unit],
        by=by,
        at=at,
        days=(following.sign, following.answer, True),
        previous=slip,
        ledger=old.ledger,
        level=rule.next,
        basis=old.basis,
        task=old.task,
        matter=old.matter,
        finding=old.finding,
        title=old.title,
        grounds=_pressed(slip),
        demand=old.demand,
        automatic=old.automatic,
        signatory=old.signatory,
    )
    leaders = _leaders(made, unit, following.letter)
    OrderLetter.objects.bulk_create(
        OrderLetter(order=made, leader=person, leader_title=title, sent_at=at) for person, title in leaders
    )
    _note(
        "supervision.escalate_order",
        slip,
        by,
        to=made.number,
        level=made.level,
        letters=[who.name for who, _ in leaders],
    )
    return made


def _pressed(slip: OrderUnit) -> str:
    """Return the grounds of the order that presses further: what was asked, and that it was not done."""
    old = slip.order
    due = slip.answer_by
    issued = timezone.localdate(old.issued_at)
    failed = {
        OrderState.ISSUED: "至今没有签收、没有答复",
        OrderState.SIGNED: "至今没有答复",
        OrderState.RETURNED: "答复被退回后，至今没有重新答复",
        OrderState.ESCALATED: "至今没有答复",
    }
    last = slip.answers.order_by("-number").first()
    said = failed[OrderState.RETURNED] if last else failed[OrderState.SIGNED if slip.signed_at else OrderState.ISSUED]
    return (
        f"{issued.year}年{issued.month}月{issued.day}日，以{old.number}要求你单位于{due.year}年{due.month}月{due.day}日前"
        f"办理并答复，{said}。现升级督办。"
    )


def _leaders(order: Order, unit: Unit, who: Iterable[str]) -> list[tuple[Person, str]]:
    """Return the leaders whom a letter tells, each once, with their titles."""
    posts = (
        Post.objects.held(timezone.localdate(order.issued_at))
        .filter(role=Role.LEADER, division=order.division, person__is_active=True)
        .select_related("person")
        .prefetch_related("oversees")
    )
    leading = list(posts)
    found: dict[int, tuple[Person, str]] = {}
    for one in who:
        if one == "first":
            chosen = leading[:1]
        else:
            sponsor = order.task.sponsor_id if order.task else None
            chosen = [post for post in leading if post.person_id == sponsor] or [
                post for post in leading if unit in post.oversees.all()
            ]
        for post in chosen:
            found.setdefault(post.person_id, (post.person, post.title))
    return list(found.values())


@action
def mark_late(*, slip: OrderUnit, step: Step, by: Actor) -> bool:
    """Mark that a unit let a day pass; say whether it was not marked before."""
    slip = _locked(slip)
    name = "signed_late" if step.late == "sign" else "answered_late"
    if slip.state not in OPEN or getattr(slip, name):
        return False
    setattr(slip, name, True)
    if step.late == "answer":
        slip.due_on = slip.answer_by
        if slip.signed_at is None:
            slip.signed_late = True
    slip.save()
    _note("supervision.mark_order_late", slip, by, late=step.late)
    return True


def press(now: datetime | None = None) -> tuple[int, int]:
    """Mark what is late and escalate by the rules; the regular job calls it. Return how many of each.

    Each is done by itself: a run that is killed has done some, the next does the others, none twice.
    """
    now = now or timezone.now()
    marked = escalated = 0
    for slip, step in due_steps(timezone.localdate(now)):
        marked += bool(step.late) and mark_late(slip=slip, step=step, by=SYSTEM)
        if step.then == "escalate":
            escalate(slip=slip, by=SYSTEM, at=now)
            escalated += 1
    return marked, escalated


def due_steps(today: date, division: Division | None = None) -> list[tuple[OrderUnit, Step]]:
    """Return the orders at units for which something follows today, by the rules; two statements."""
    slips = (
        OrderUnit.objects.at_unit().filter(due_on__lt=today).select_related("order__division", "order__task", "unit")
    )
    if division is not None:
        slips = slips.filter(order__division=division)
    asked = set(OrderExtension.objects.filter(state=ExtensionState.ASKED).values_list("slip_id", flat=True))
    found = [
        (
            slip,
            rules().step(
                level=slip.order.level,
                state=slip.state,
                sign_by=slip.sign_by,
                answer_by=slip.answer_by,
                today=today,
                automatic=slip.order.automatic,
                extension=slip.pk in asked,
            ),
        )
        for slip in slips.order_by("answer_by", "pk")
    ]
    return [(slip, step) for slip, step in found if step != Step()]


def _note(what: str, slip: OrderUnit, by: Actor, **more: Any) -> None:
    record(
        what,
        by=by,
        subject=slip,
        after={"state": slip.state, "due_on": slip.due_on, **more},
        division=slip.order.division.code,
    )


def _relight(order: Order) -> None:
    """Schemes may ask for orders in hand or past their day."""
    if order.task is not None:
        relight({order.task.pk: order.task.ledger_id})
