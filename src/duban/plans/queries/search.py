"""The search over everything: tasks, units and papers, each as far as the person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When, Window
from django.db.models.functions import Greatest, StrIndex, Substr
from django.utils.safestring import SafeString

from duban.core.extract.units.resolve import canonical_key
from duban.organisations.access import access_of
from duban.organisations.models import Person, Unit, UnitAlias
from duban.plans.models import Ledger, Paper, Task
from duban.plans.queries.ledger import STATES, due_words, with_words
from duban.plans.searching import excerpt, marked, searchable

#: The kinds of things that are found, with their heads, in the order of the page.
KINDS = {"tasks": "任务", "units": "单位", "papers": "来文"}
#: Rows of a kind where all kinds show, and on a page of that kind alone.
FIRST, PAGE = {"tasks": 10, "units": 5, "papers": 5}, 50
#: Characters of a paper's text that show around what was found, and how many of them before it.
_PASSAGE, _BEFORE = 90, 30


@dataclass(frozen=True)
class Hit:
    """Something found. `target` is the number that its address needs: the task, the paper, or the ledger to open for a unit."""

    pk: int
    number: str
    name: SafeString
    passage: SafeString
    facts: tuple[SafeString, ...]
    target: int | None


@dataclass(frozen=True)
class Found:
    """What was found of one kind: one page of it and how many there are."""

    kind: str
    total: int
    hits: list[Hit]
    page: int
    pages: int

    @property
    def label(self) -> str:
        """The head over them."""
        return KINDS[self.kind]


def search(words: Sequence[str], person: Person, *, kind: str = "", page: int = 1) -> list[Found]:
    """Return what holds all of the words: the first of each kind, or a page of `kind` alone; kinds without any are left out.

    Takes at most five SQL statements. What stands in the name comes before what stands elsewhere.
    """
    if not words:
        return []
    readers = {"tasks": _tasks, "units": _units, "papers": _papers}
    found = [
        readers[one](words, person, page, PAGE) if kind else readers[one](words, person, 1, FIRST[one])
        for one in ([kind] if kind in KINDS else KINDS)
    ]
    return [one for one in found if one.hits]


def _tasks(words: Sequence[str], person: Person, page: int, most: int) -> Found:
    named = Q()
    for word in words:
        named &= Q(title__icontains=word)
    found = with_words(Task.objects.visible_to(person).filter(dropped=False), words)
    rows, total = _window(
        found.alias(rank=_first(named)).order_by("rank", "-ledger__year", "order", "pk"),
        ("pk", "seq", "ledger__year", "ledger__division__name", "title", "text", "summary", "lead_names", "due",
         "due_stated", "state"),
        page, most,
    )  # fmt: skip
    several = len({row["ledger__division__name"] for row in rows}) > 1
    hits = []
    for row in rows:
        year = row["ledger__year"]
        facts = [
            marked(row["ledger__division__name"], ()) if several else SafeString(""),
            marked(row["lead_names"], words),
            marked(due_words(row["due"], row["due_stated"], year) if row["due"] else "", ()),
            marked(STATES[row["state"]], ()),
        ]
        hits.append(
            Hit(
                pk=row["pk"],
                number=f"{year}-{row['seq']:03d}" if row["seq"] else "",
                name=marked(row["title"], words),
                passage=marked(_where(row, words), words),
                facts=tuple(fact for fact in facts if fact),
                target=row["pk"],
            )
        )
    return _found("tasks", hits, total, page, most)


def _units(words: Sequence[str], person: Person, page: int, most: int) -> Found:
    access = access_of(person)
    reach = access.reach("plans.read")
    seen = access.reach("organisations.read").of_division() | reach.of_division() | Q(pk__in=reach.units)
    # Two written forms of one office share a key: 区发改局 finds 区发展和改革局.
    key = canonical_key("".join(words))
    aliases = UnitAlias.objects.filter(unit=OuterRef("pk"))
    called = Q()
    for word in words:
        said = Q(name__icontains=word) | Q(short_name__icontains=word)
        called &= said | Q(Exists(aliases.filter(name__icontains=word)))
    found = Unit.objects.filter(seen).filter(called | Q(key__contains=key) | Exists(aliases.filter(key__contains=key)))
    rows, total = _window(
        found.alias(rank=_first(Q(key=key) | Q(name__icontains=words[0]))).order_by("rank", "group__order", "order", "pk"),
        ("pk", "name", "short_name", "group__name", "division", "division__name", "valid_to", "successor__name"),
        page, most,
    )  # fmt: skip
    also: dict[int, list[str]] = {}
    for unit, name in UnitAlias.objects.filter(unit__in=[row["pk"] for row in rows]).values_list("unit", "name"):
        also.setdefault(unit, []).append(name)
    # Of each division the newest ledger: there the unit's tasks stand.
    ledgers = Ledger.objects.visible_to(person).filter(division__in={row["division"] for row in rows}).order_by("year")
    newest = dict(ledgers.values_list("division", "pk"))
    several = len({row["division"] for row in rows}) > 1
    hits = []
    for row in rows:
        names = "、".join(name for name in [row["short_name"], *also.get(row["pk"], ())] if name)
        ended = f"并入{row['successor__name']}" if row["successor__name"] else "已停用" if row["valid_to"] else ""
        facts = [row["division__name"] if several else "", row["group__name"] or "", ended]
        hits.append(
            Hit(
                pk=row["pk"],
                number="",
                name=marked(row["name"], words),
                passage=SafeString(f"又称{marked(names, words)}") if names else SafeString(""),
                facts=tuple(marked(fact, ()) for fact in facts if fact),
                target=newest.get(row["division"]),
            )
        )
    return _found("units", hits, total, page, most)


def _papers(words: Sequence[str], person: Person, page: int, most: int) -> Found:
    named = holds = Q()
    for word in words:
        head = Q(title__icontains=word) | Q(name__icontains=word)
        named &= head
        holds &= head | Q(doc_number__icontains=word) | Q(issuer__icontains=word) | Q(text__icontains=word)
    # The passage is cut in the database: papers are long.
    at = StrIndex("text", Value(words[0]))
    found = Paper.objects.visible_to(person).filter(holds)
    rows, total = _window(
        found.alias(rank=_first(named))
        .annotate(at=at, passage=Substr("text", Greatest(at - _BEFORE, 1), _PASSAGE))
        .order_by("rank", "-uploaded_at", "-pk"),
        ("pk", "title", "name", "year", "doc_number", "state", "at", "passage"),
        page, most,
    )  # fmt: skip
    states = dict(Paper._meta.get_field("state").flatchoices)
    hits = []
    for row in rows:
        passage = " ".join(row["passage"].split())
        cut = "…" if row["at"] > _BEFORE + 1 else ""
        facts = [f"{row['year']}年", row["doc_number"], str(states[row["state"]])]
        hits.append(
            Hit(
                pk=row["pk"],
                number="",
                name=marked(row["title"] or row["name"], words),
                passage=marked(f"{cut}{passage}…" if passage else "", words),
                facts=tuple(marked(fact, words) for fact in facts if fact),
                target=row["pk"],
            )
        )
    return _found("papers", hits, total, page, most)


def _where(row: dict[str, Any], words: Sequence[str]) -> str:
    """Return the passage of a task that shows the words which its name and its units do not."""
    shown = searchable(row["title"] + row["lead_names"])
    hidden = [sought for word in words if (sought := searchable(word)) not in shown]
    text = searchable(row["text"])
    if not hidden or any(word in text for word in hidden):
        return excerpt(row["text"], hidden or words)
    # Other units, indicators, the sponsor, the headings: each has a line of its own.
    return "　".join(line for line in row["summary"].split("\n") if any(word in line for word in hidden))


def _first(condition: Q) -> Case:
    return Case(When(condition, then=Value(0)), default=Value(1))


def _window(found: QuerySet[Any], names: Sequence[str], page: int, most: int) -> tuple[list[dict[str, Any]], int]:
    """Return the rows of a page and how many rows there are, in one statement."""
    counted = found.annotate(total=Window(Count("pk"))).values("total", *names)
    rows = list(counted[(page - 1) * most : page * most])
    return rows, rows[0]["total"] if rows else 0


def _found(kind: str, hits: list[Hit], total: int, page: int, most: int) -> Found:
    return Found(kind, total, hits, page, -(-total // most))
