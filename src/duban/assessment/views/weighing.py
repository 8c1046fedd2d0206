"""How hard tasks are, which units have listed matters only, how far projects are: what schemes weigh by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from duban.assessment.actions import weighing as actions
from duban.assessment.models.weighing import STAGES
from duban.assessment.queries import weighing as queries
from duban.assessment.queries.rankings import May, ledgers_ranked
from duban.assessment.refusals import BadFigure
from duban.assessment.scoring.facts import DIFFICULTIES
from duban.audit.refusals import Refusal
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Person
from duban.plans.models import Ledger

ROWS = 100
#: The parts of the page.
PARTS = {"tasks": "任务难易", "units": "只承担清单事项的单位", "projects": "项目开工、投产"}


@require_http_methods(["GET", "POST"])
@allowed("assessment.run")
def weights(request: SignedIn) -> HttpResponse:
    """Show a part of the page, and take what was typed of the rows that were shown: all or nothing."""
    ledgers = [one for one in ledgers_ranked(request.user) if May.of(request.user, one).run]
    number = request.GET.get("ledger", "")
    ledger = next((one for one in ledgers if not number or str(one.pk) == number), None)
    if number and ledger is None:
        raise Http404
    part = request.GET.get("part", "tasks")
    if part not in PARTS:
        raise Http404
    problem = ""
    if request.method == "POST":
        if ledger is None:
            raise Http404
        try:
            count = TAKES[part](ledger, request.POST, request.user)
        except Refusal as refused:
            problem = str(refused)
        else:
            messages.success(request, f"已认定，改了 {count} 处。没有公布的排名重新计算以后按新的算。")
            return redirect(f"{request.path}?{request.GET.urlencode()}" if request.GET else request.path)
    wanted = request.GET.get("q", "").strip()[:40]
    context: dict[str, Any] = {
        "ledger": ledger,
        "ledgers": ledgers,
        "part": part,
        "parts": [
            (name, words, urlencode({"part": name} | ({"ledger": ledger.pk} if ledger else {})))
            for name, words in PARTS.items()
        ],
        "q": wanted,
        "problem": problem,
        "paper": request.POST.get("paper", ""),
    }
    if ledger is not None:
        context |= _shown(ledger, part, wanted, request)
    return render(request, "assessment/weights.html", context, status=422 if problem else 200)


def _shown(ledger: Ledger, part: str, wanted: str, request: SignedIn) -> dict[str, Any]:
    typed = request.POST if request.method == "POST" else None
    if part == "units":
        lines = queries.unit_lines(ledger, timezone.localdate())
        chosen = typed.getlist("unit") if typed else None
        return {
            "units": [
                (line, str(line.unit.pk) in chosen if chosen is not None else line.listed is not None) for line in lines
            ]
        }
    if part == "tasks":
        page = Paginator(queries.tasks(ledger, wanted), ROWS).get_page(request.GET.get("page"))
        rows = []
        for task in page.object_list:
            said = getattr(task, "difficulty", None)
            value = typed.get(f"t{task.pk}", "") if typed else said.difficulty if said else ""
            rows.append((task, said, value))
        return {"page": page, "rows": rows, "choices": [("", "没有认定"), *DIFFICULTIES.items()]}
    projects = Paginator(queries.projects(ledger, wanted), ROWS).get_page(request.GET.get("page"))
    found = []
    for project in projects.object_list:
        stages = getattr(project, "stages", None)
        values = {
            name: typed.get(f"{name}-{project.pk}", "") if typed else str(getattr(stages, name, None) or "")
            for name in ("category", *STAGES)
        }
        found.append((project, stages, values["category"], [(n, w, values[n]) for n, w in STAGES.items()]))
    return {"page": projects, "rows": found, "categories": queries.categories(ledger), "stages": STAGES}


# -- what was typed -----------------------------------------------------------------------------------------------------


def _tasks(ledger: Ledger, typed: QueryDict, by: Person) -> int:
    said = {pk: str(typed.get(f"t{pk}", "")) for pk in _numbers(typed)}
    return actions.set_difficulties(ledger=ledger, difficulties=said, paper=typed.get("paper", ""), by=by)


def _units(ledger: Ledger, typed: QueryDict, by: Person) -> int:
    chosen = {int(number) for number in typed.getlist("unit") if number.isdecimal() and len(number) < 19}
    return actions.list_units(ledger=ledger, units=chosen, paper=typed.get("paper", ""), by=by)


def _projects(ledger: Ledger, typed: QueryDict, by: Person) -> int:
    said = {
        pk: actions.Stages(
            typed.get(f"category-{pk}", "").strip(),
            **{name: _day(typed.get(f"{name}-{pk}", ""), words) for name, words in STAGES.items()},
        )
        for pk in _numbers(typed)
    }
    return actions.record_stages(ledger=ledger, stages=said, paper=typed.get("paper", ""), by=by)


TAKES: dict[str, Callable[[Ledger, QueryDict, Person], int]] = {
    "tasks": _tasks, "units": _units, "projects": _projects
}  # fmt: skip


def _numbers(typed: QueryDict) -> list[int]:
    """Return the numbers of the rows that were shown."""
    return [int(number) for number in typed.getlist("row") if number.isdecimal() and len(number) < 19]


def _day(text: str, words: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadFigure(f"{words}日期“{text[:20]}”不是日期，请写成2026-03-05。") from None
