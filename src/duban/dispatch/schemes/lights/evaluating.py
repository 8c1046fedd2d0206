"""From facts to a light: which rule fired, on which numbers and reports, and what follows from it."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from duban.dispatch.schemes.lights.facts import FACTS, Facts, Override, Value, View
from duban.dispatch.schemes.lights.scheme import ROLES, Consequence, Level, LightScheme, Test

OTHERWISE, OVERRIDE = "otherwise", "override"
_ALWAYS = ("progress", "expected", "behind")

#: Counts the working days after one day up to another.
CountWorkingDays = Callable[[date, date], int]


@dataclass(frozen=True)
class Light:
    """The light of a task on a day, and why.

    `rule` names what decided (a rule or recovery of the scheme, ``otherwise`` or ``override``), `why` says it in a Chinese
    sentence, `numbers` holds the facts behind it by their key, `reports` the ids of the reports they came from.
    `outcome` is what follows. Where it was set by hand, `beneath` is the light that the rules give.
    """

    scheme: str
    on: date
    month: str | None
    level: Level
    rule: str
    why: str
    numbers: Mapping[str, Value]
    reports: tuple[int, ...]
    outcome: tuple[Consequence, ...] = ()
    override: Override | None = None
    beneath: Light | None = None

    @property
    def colour(self) -> str:
        """The colour's name."""
        return self.level.colour

    @property
    def points(self) -> Decimal:
        """All points of the outcome."""
        return sum((consequence.points for consequence in self.outcome), Decimal(0))

    @property
    def actions(self) -> tuple[str, ...]:
        """All actions of the outcome, each once."""
        return tuple(dict.fromkeys(action for consequence in self.outcome for action in consequence.actions))


def evaluate(
    scheme: LightScheme,
    facts: Facts,
    *,
    on: date,
    month: str | None = None,
    working_days: CountWorkingDays | None = None,
) -> Light:
    """Return the light of a task on the day `on`, as it could be known then.

    It is that of the last month that can be judged, or of `month`: as seen on `on`, so that what was caught up later
    shows. `working_days` counts them; the calendar with public holidays where it is not given. Raises `ValueError` where
    the task has no such month.
    """
    return _Round(scheme, facts, on, working_days or _by_calendar).light(month)


def _by_calendar(since: date, until: date) -> int:
    # It needs the table of holidays, which only schemes that count working days should.
    from duban.organisations.calendar import Calendar

    return len(Calendar().working_days(since + timedelta(days=1), until))


@dataclass(frozen=True)
class _Given:
    """What the rules give for one month, before recoveries."""

    level: Level
    rule: str
    say: str
    view: View
    asked: tuple[str, ...]


class _Round:
    """One evaluation: the months it looks back at are worked out once."""

    def __init__(self, scheme: LightScheme, facts: Facts, on: date, working_days: CountWorkingDays) -> None:
        self._scheme, self._facts, self._on, self._working_days = scheme, facts, on, working_days
        self._last = facts.judged(on)
        self._given: dict[int | None, _Given] = {}

    def light(self, month: str | None) -> Light:
        """Return the light for the month, or for the last that can be judged."""
        place = self._last if month is None else self._place(month)
        given = self._recovered(place)
        view = given.view
        numbers = _numbers(view, given.asked)
        light = Light(
            scheme=self._scheme.id,
            on=self._on,
            month=view.month.name if view.month else None,
            level=given.level,
            rule=given.rule,
            why=_said(given, numbers),
            numbers=numbers,
            reports=tuple(dict.fromkeys(view.used)),
        )
        if by_hand := self._by_hand(view):
            light = _overridden(light, by_hand, self._scheme.level(by_hand.level))
        return replace(light, outcome=self._outcome(light.level, place))

    def _place(self, month: str) -> int:
        for place, one in enumerate(self._facts.months):
            if one.name == month and self._last is not None and place <= self._last:
                return place
        raise ValueError(month)

    def _view(self, place: int | None) -> View:
        return View(self._facts, place, self._on, place == self._last, self._working_days)

    def _by_rules(self, place: int | None) -> _Given:
        """Return what the first rule that holds gives."""
        if place not in self._given:
            view = self._view(place)
            self._given[place] = self._first(view, place)
        return self._given[place]

    def _first(self, view: View, place: int | None) -> _Given:
        for rule in self._scheme.rules:
            view.used.clear()
            if all(self._passes(test, view, place) for test in rule.when):
                return _Given(rule.level, rule.name, rule.say, view, tuple(test.fact for test in rule.when))
        view.used.clear()
        view.ask("progress")  # so that the report it came from is named
        return _Given(self._scheme.otherwise, OTHERWISE, self._scheme.otherwise_say, view, ())

    def _recovered(self, place: int | None) -> _Given:
        """Return what the rules give, held back where a bad light is not long ago; what is done is not held back."""
        given = self._by_rules(place)
        if place is None or given.view.ask("done"):
            return given
        for recovery in self._scheme.recoveries:
            before = [self._by_rules(past) for past in range(max(place - recovery.months, 0), place)]
            lit = [past for past in before if past.level == recovery.after]
            if lit and given.level.severity < recovery.at_best.severity:
                used = [*lit[-1].view.used, *given.view.used]
                view = replace(given.view, used=used)
                given = _Given(recovery.at_best, recovery.name, recovery.say, view, given.asked)
        return given

    def _passes(self, test: Test, view: View, place: int | None) -> bool:
        if not _is(test, view.ask(test.fact)):
            return False
        if test.running > 1:
            if place is None or place + 1 < test.running:
                return False
            return all(self._passed(test, past, view) for past in range(place - test.running + 1, place))
        if test.times > 1:
            if place is None:
                return False
            return 1 + sum(self._passed(test, past, view) for past in self._earlier(place)) >= test.times
        return True

    def _passed(self, test: Test, place: int, view: View) -> bool:
        past = self._view(place)
        holds = _is(test, past.ask(test.fact))
        if holds:
            view.used.extend(past.used)
        return holds

    def _earlier(self, place: int) -> list[int]:
        """Return the places of the months of the same year before this one."""
        year = self._facts.months[place].name[:4]
        return [past for past in range(place) if self._facts.months[past].name[:4] == year]

    def _by_hand(self, view: View) -> Override | None:
        """Return the override that holds on the day, the last one made; what is done needs none."""
        if not self._facts.overrides or view.ask("done"):
            return None
        # Of two from the same day the one made later, which stands further back, holds.
        for one in sorted(self._facts.overrides, key=lambda one: one.since)[::-1]:
            if one.holds(view.day) and not self._scheme.override.problem(one):
                return one
        return None

    def _level(self, place: int) -> Level:
        """Return the light that a month got in the end."""
        given = self._recovered(place)
        by_hand = self._by_hand(given.view)
        return self._scheme.level(by_hand.level) if by_hand else given.level

    def _outcome(self, level: Level, place: int | None) -> tuple[Consequence, ...]:
        return tuple(one for one in self._scheme.consequences if one.level == level and self._follows(one, place))

    def _follows(self, consequence: Consequence, place: int | None) -> bool:
        if consequence.running > 1:
            if place is None or place + 1 < consequence.running:
                return False
            return all(self._level(past) == consequence.level for past in range(place - consequence.running + 1, place))
        if consequence.each > 1:
            past = [] if place is None else self._earlier(place)
            return (1 + sum(self._level(one) == consequence.level for one in past)) % consequence.each == 0
        return True


def _is(test: Test, value: Value | None) -> bool:
    if value is None:
        return False
    if test.words:
        return value in test.words
    if not isinstance(value, Decimal):
        return False
    bounds = test.bounds
    return (
        ("over" not in bounds or value > bounds["over"])
        and ("at_least" not in bounds or value >= bounds["at_least"])
        and ("under" not in bounds or value < bounds["under"])
        and ("at_most" not in bounds or value <= bounds["at_most"])
    )


def _numbers(view: View, asked: tuple[str, ...]) -> dict[str, Value]:
    """Return the facts that the rule asked, and always how far the task is and should be."""
    used = list(view.used)
    found = {name: view.ask(name) for name in dict.fromkeys((*_ALWAYS, *asked))}
    # Asking again must not name a report twice; where the rule used none, the one that the progress came from stays.
    view.used[:] = used or view.used
    return {name: value for name, value in found.items() if value is not None}


def _overridden(light: Light, override: Override, level: Level) -> Light:
    why = (
        f"由{ROLES[override.role]}手工定为“{level.word}”，到{override.until:%Y年%-m月%-d日}为止，理由：{override.reason}。"
        f"按办法应为“{light.level.word}”：{light.why}"
    )
    return replace(light, level=level, rule=OVERRIDE, why=why, override=override, beneath=light)


# -- the sentence -----------------------------------------------------------------------------------------------------


def _said(given: _Given, numbers: Mapping[str, Value]) -> str:
    """Return the sentence of the rule with its numbers; a plain one where a number that it names is not known."""
    words = {name: _word(name, given.view, numbers) for name in placeholders(given.say)}
    if not all(words.values()):
        if given.rule != OTHERWISE:
            return f"触发规则“{given.rule}”，为“{given.level.word}”。"
        return f"没有可以比较的数，按办法为“{given.level.word}”。"
    return given.say.format_map(words)


def _word(name: str, view: View, numbers: Mapping[str, Value]) -> str:
    """Return what stands for a name in braces, empty where it is not known."""
    match name:
        case "month":
            return _month_words(view.month.name) if view.month else ""
        case "due":
            return _day_words(view.facts.due)
        case "start":
            return _day_words(view.facts.start) if view.facts.start else ""
        case _:
            value = numbers[name] if name in numbers else view.ask(name)
            return "" if value is None else shown(value)


@lru_cache(maxsize=1024)  # a scheme has a few sentences and a year of lights thousands of uses
def placeholders(say: str) -> tuple[str, ...]:
    """Return the names in braces in a sentence. Raises `ValueError` where a brace is not closed."""
    return tuple(name for _, name, _, _ in string.Formatter().parse(say) if name is not None)


#: What a sentence may name beside the facts.
WORDS = {"month": "所判的月份", "due": "完成时限", "start": "计划开工日"}
SAYABLE = (*FACTS, *WORDS)


def shown(value: Value) -> str:
    """Return a fact as people write it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return value
    digits = format(value.quantize(Decimal("0.01")), "f")
    return digits.rstrip("0").rstrip(".")


def _day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _month_words(month: str) -> str:
    return f"{int(month[:4])}年{int(month[5:])}月"
