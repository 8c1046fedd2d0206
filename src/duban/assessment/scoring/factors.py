"""By what a fact is weighed in an item: the role of the unit, how hard the task is, the size of the project."""

from __future__ import annotations

from decimal import Decimal

from duban.assessment.scoring.facts import DIFFICULTIES, ROLES, Fact
from duban.assessment.scoring.numbers import shown
from duban.assessment.scoring.scheme import FACTORS, Item, ScoringScheme

ONE = Decimal(1)


class Factors:
    """The factors of an item, worked out once for facts that are alike."""

    def __init__(self, scheme: ScoringScheme, item: Item) -> None:
        self.scheme, self.asked = scheme, item.factors
        self.known: dict[tuple[str, str, str], tuple[Decimal, str]] = {}

    def of(self, fact: Fact) -> tuple[Decimal, str]:
        """Return the product of a fact's factors, and the words for those that are not one (，角色系数（配合）0.5)."""
        if not self.asked:
            return ONE, ""
        marks = fact.marks
        key = (fact.role, marks.get("difficulty", ""), marks.get("size", ""))
        if key not in self.known:
            self.known[key] = self._work_out(*key)
        return self.known[key]

    def _work_out(self, role: str, difficulty: str, size: str) -> tuple[Decimal, str]:
        product, said = ONE, []
        found = (
            ("roles", ROLES.get(role, ""), self.scheme.roles.get(role, ONE)),
            ("difficulty", DIFFICULTIES.get(difficulty, ""), self.scheme.difficulty.get(difficulty, ONE)),
            ("size", f"{size}亿元", self._of_size(size)),
        )
        for name, word, factor in found:
            if name in self.asked and factor != ONE:
                product *= factor
                said.append(f"{FACTORS[name]}系数（{word}）{shown(factor)}")
        return product, f"，{'、'.join(said)}" if said else ""

    def _of_size(self, size: str) -> Decimal:
        number = size_of(size)
        if number is None:
            return ONE
        return next((one.factor for one in self.scheme.sizes if one.bounds.holds(number)), ONE)


def size_of(text: str) -> Decimal | None:
    """Return the number in a mark `size`; None where there is none."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return None
    return number if number.is_finite() else None
