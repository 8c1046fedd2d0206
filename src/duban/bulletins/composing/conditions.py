"""Conditions of wording files: ``it.tasks.red > 0 and tasks.good.rate >= 90``. A name alone holds where it is neither 0 nor empty."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

Value = int | Decimal | str

_OPERATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}
_ONE = re.compile(
    r"\s*(?P<not>not\s+)?(?P<name>[a-z_][a-z_0-9.]*)\s*(?:(?P<op><=|>=|!=|=|<|>)\s*(?P<right>-?\d+(?:\.\d+)?|[a-z_][a-z_0-9.]*))?\s*"
)


class WrongCondition(ValueError):  # noqa: N818 — named for what it says
    """A condition cannot be read."""


@dataclass(frozen=True)
class Test:
    """One comparison, or one name alone."""

    name: str
    negated: bool = False
    operator: str = ""
    right: str = ""

    @property
    def names(self) -> list[str]:
        """The figures it asks."""
        return [self.name, *([self.right] if self.right and self.right[0].isalpha() else [])]


@dataclass(frozen=True)
class Condition:
    """Tests joined by ``and`` within, by ``or`` between the groups."""

    groups: tuple[tuple[Test, ...], ...]

    @property
    def names(self) -> list[str]:
        """The figures it asks."""
        return [name for group in self.groups for test in group for name in test.names]

    def holds(self, value: Callable[[str], Value]) -> bool:
        """Say whether it holds with what `value` says of each name."""
        return any(all(_holds(test, value) for test in group) for group in self.groups)


def condition(text: str) -> Condition:
    """Return the condition that a text writes. Raises `WrongCondition`."""
    groups = [[_test(one) for one in re.split(r"\band\b", group)] for group in re.split(r"\bor\b", text)]
    return Condition(tuple(map(tuple, groups)))


def _test(text: str) -> Test:
    match = _ONE.fullmatch(text)
    if match is None:
        raise WrongCondition(text.strip() or "（空）")
    return Test(match["name"], bool(match["not"]), match["op"] or "", match["right"] or "")


def _holds(test: Test, value: Callable[[str], Value]) -> bool:
    left = value(test.name)
    if not test.operator:
        found = bool(left)
    else:
        right = value(test.right) if test.right[0].isalpha() else Decimal(test.right)
        found = _OPERATORS[test.operator](_number(left), _number(right))
    return found is not test.negated


def _number(value: Value) -> Decimal:
    """Return a number; of a text whether it says something."""
    return Decimal(bool(value)) if isinstance(value, str) else Decimal(value)
