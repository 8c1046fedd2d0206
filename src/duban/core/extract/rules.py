"""All the rules in one place: for the tests that prove them and the page that shows them.

``python -m duban.core.extract.rules docs/rules.md`` writes the page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from duban.core.rules import Rule, RuleBook, load

# Every package that keeps a rules.toml, with its heading in the page.
BOOKS = {
    "structure": "结构：章节、页面杂项、无编号标题",
    "extract.units": "责任单位",
    "extract.deadlines": "时限",
    "extract.quantities": "不计数的数（排除规则）与数量词表",
    "extract.indicators": "指标",
    "extract.projects": "项目",
}


def books() -> Iterator[tuple[str, RuleBook]]:
    """Yield every rule book by its package."""
    for package in BOOKS:
        yield package, load(package)


def render() -> str:
    """Return the page of all rules, in Markdown."""
    lines = [
        "# 规则一览",
        "",
        "<!-- 由 make docs 从各 rules.toml 生成，请勿手改 -->",
        "",
        "每条规则有名称、说明、示例（必须命中）和反例（必须不命中），测试逐条运行。`duban explain` 给出的规则名就是这里的名称。",
        "怎样新增一条规则，见 [CONTRIBUTING](../CONTRIBUTING.md)。",
    ]
    for package, book in books():
        lines += ["", f"## {BOOKS[package]}", "", f"`src/duban/core/{package.replace('.', '/')}/rules.toml`", ""]
        if book.rules:
            lines += ["| 规则 | 说明 | 归类 | 示例 | 反例 |", "|---|---|---|---|---|"]
            lines += [_row(rule) for rule in book]
        if book.words:
            lines += ["", "词表：", ""]
            lines += [f"- `{name}`（{len(words)}）：{'、'.join(words)}" for name, words in book.words.items()]
    return "\n".join(lines) + "\n"


def _row(rule: Rule) -> str:
    kind = "，".join(
        str(value) for key, value in rule.data.items() if key in ("why", "role", "kind", "measure", "column")
    )
    examples = "<br>".join(
        _cell(example if isinstance(example, str) else f"{example[0]} → {example[1]}") for example in rule.examples
    )
    return f"| `{rule.name}` | {_cell(rule.meaning)} | {kind} | {examples} | {'<br>'.join(map(_cell, rule.rejects))} |"


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(), "utf-8")
