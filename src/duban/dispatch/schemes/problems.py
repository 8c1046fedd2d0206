"""What is wrong with a scheme: in which file, at which key, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from duban.audit.refusals import Refusal


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, in Chinese: the file, the place (第2个 rule 的 when.behind), what, and what to do."""

    file: str
    key: str
    what: str
    do: str

    def __str__(self) -> str:
        where = f"，{self.key}" if self.key else ""
        return f"{self.file}{where}：{self.what}。{self.do}。"


class WrongScheme(Refusal):
    """A scheme cannot be used; `problems` has everything that is wrong with it."""

    status = 422

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Reader:
    """Takes values out of a TOML table, and notes what is wrong instead of stopping at the first thing."""

    def __init__(
        self, file: str, table: Mapping[str, object], at: str = "", found: list[Problem] | None = None
    ) -> None:
        self.file, self.table, self.at = file, table, at
        self.problems: list[Problem] = [] if found is None else found

    def wrong(self, key: str, what: str, do: str) -> None:
        """Note that `key` is wrong."""
        self.problems.append(Problem(self.file, self._place(key), what, do))

    def _place(self, key: str) -> str:
        """Return where `key` stands: 第2个 rule 的 when.behind."""
        if not self.at or not key:
            return self.at or key
        return f"{self.at} 的 {key}" if re.search(r"第\d+个 \w+$", self.at) else f"{self.at}.{key}"

    def inside(self, key: str, table: object, at: str = "") -> Reader:
        """Return a reader of the table `table` that stands at `key`; its problems are noted with these."""
        if not isinstance(table, Mapping):
            self.wrong(at or key, "应是一张表", f"写成 [{key}] 或 {{ 键 = 值 }}")
            table = {}
        return Reader(self.file, table, self._place(at or key), self.problems)

    def tables(self, key: str) -> list[Reader]:
        """Return a reader for each table of the list `key`, numbered from 1; none where the key is not there."""
        rows = self.table.get(key, [])
        if not isinstance(rows, list):
            self.wrong(key, "应是一组表", f"每一项写成 [[{key}]]")
            return []
        return [self.inside(key, row, f"第{number}个 {key}") for number, row in enumerate(rows, 1)]

    def only(self, *allowed: str) -> None:
        """Note every key that is none of `allowed`."""
        for key in self.table:
            if key not in allowed:
                self.wrong(key, "没有这一项", meant(key, allowed))

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a text that is not empty; `default` where the key is not there, and a problem where there is no default."""
        value = self.table.get(key, default)
        if isinstance(value, str) and (value.strip() or value == default):
            return value.strip()
        self.wrong(key, "缺少文字" if value is None or value == "" else "应是文字", f'写成 {key} = "…"')
        return ""

    def choice(self, key: str, allowed: Iterable[str], *, default: str | None = None) -> str:
        """Return one of `allowed`."""
        value, allowed = self.text(key, default=default), tuple(allowed)
        if value and value not in allowed:
            self.wrong(key, f"没有“{value}”", meant(value, allowed))
            return allowed[0] if allowed else ""
        return value

    def choices(self, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """Return a list of words out of `allowed`, empty where the key is not there."""
        value, allowed = self.table.get(key, []), tuple(allowed)
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            self.wrong(key, "应是一组词", f'写成 {key} = ["…", "…"]')
            return ()
        for word in value:
            if word not in allowed:
                self.wrong(key, f"没有“{word}”", meant(word, allowed))
        return tuple(word for word in value if word in allowed)

    def whole(self, key: str, *, least: int = 1, default: int | None = None) -> int | None:
        """Return a whole number of at least `least`, `default` where the key is not there."""
        value = self.table.get(key, default)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= least):
            return value
        self.wrong(key, f"应是不小于{least}的整数", f"写成 {key} = {least}")
        return default


def meant(word: str, allowed: Iterable[str]) -> str:
    """Return what to write instead of a word that is not known."""
    allowed = tuple(allowed)
    near = get_close_matches(word, allowed, n=1, cutoff=0.6)
    return f"是不是 {near[0]}" if near else f"可写 {'、'.join(allowed)}" if allowed else "请去掉"
