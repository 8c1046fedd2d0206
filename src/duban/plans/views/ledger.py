"""The ledger page, its exports, saved views and bulk assignment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Person, Unit
from duban.plans.actions import assigning, viewing
from duban.plans.conditions import chips, filter_words
from duban.plans.exporting import as_csv, as_json, as_xlsx
from duban.plans.extensions import BULK, Added, Choice, added_to
from duban.plans.markup import options, task_rows, tree_items
from duban.plans.models import Ledger, SavedView
from duban.plans.models.entries import UnitRole
from duban.plans.queries import ledger as queries
from duban.plans.queries.asking import LACKS, SORTS, Asked, address, asked, columns_known, kept
from duban.plans.queries.assigning import offers
from duban.plans.queries.ledgers import ledgers_of
from duban.plans.queries.records import records
from duban.plans.searching import marked
from duban.plans.states import LedgerState
from duban.writing import words

#: The columns of the tasks under a unit.
UNIT_COLUMNS = ("number", "title", "others", "due", "indicators", "state")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
@allowed("plans.read")
def ledgers(request: SignedIn) -> HttpResponse:
    """List the ledgers that the person may open, newest year first."""
    found = ledgers_of(request.user)
    return render(
        request, "plans/ledger/list.html", {"ledgers": found, "several": len({one.division for one in found}) > 1}
    )


@require_GET
@allowed("plans.read")
def ledger(request: SignedIn, pk: int) -> HttpResponse:
    """Show the ledger as the address asks: a table, groups by section, or the units with their tasks."""
    today = timezone.localdate()
    found = _ledger(request, pk)
    ask, added = _asked(request.GET, found, today)
    offered = queries.choices(found, request.user)
    access = access_of(request.user)
    context: dict[str, Any] = {
        "ledger": found,
        "ask": ask,
        "filters": ask.filters,
        "offered": offered,
        "units_offered": options(offered.units, ask.filters.unit),
        "groups_offered": options(offered.groups, ask.filters.group),
        "sponsors_offered": options([(0, "未定"), *offered.sponsors], ask.filters.sponsor),
        "roles_offered": options(UnitRole.choices, ask.filters.role),
        "states": queries.STATES.items(),
        "lacks": LACKS.items(),
        "columns": columns_known(added.labels).items(),
        "added_offered": _offered(added, ask),
        "query": kept(request.GET),
        "words": " ".join(ask.filters.words),
        "chips": chips(request.GET, ask.filters, offered, added),
        "links": (links := _links(request.GET, ask)),
        "exports": [
            (word, reverse("plans:ledger_export", args=[pk, form]) + links["file"])
            for word, form in (("Excel", "xlsx"), ("CSV", "csv"), ("JSON", "json"))
        ],
        "may_assign": ask.on is None
        and found.state != LedgerState.CLOSED
        and access.may("plans.assign", division=found.division),
        "bulk": [one for one in BULK.values() if access.may(one.permission, division=found.division)],
        "may_issue": access.may("plans.issue", division=found.division),
        "today": today,
    }
    if ask.layout == "units":
        units = queries.by_unit(found, ask, request.user, today=today, added=added)
        columns = (UNIT_COLUMNS[0], *added.labels, *UNIT_COLUMNS[1:])
        known = columns_known(added.labels)
        context["heads"] = [(name, known[name] if name != "others" else "其他单位") for name in columns]
        context["units"] = [
            (unit, _rows(unit.tasks, columns, ask), [one for found in unit.added.values() for one in found])
            for unit in units
        ]
        context["most"] = max((unit.load for unit in units), default=0)
        rows = {row["pk"] for unit in units for row in unit.tasks}
        context["count"] = len(rows)
        context["added_totals"] = _totals(request.GET, added.choices(rows))
        return render(request, "plans/ledger/units.html", context)
    page = queries.listed(found, ask, request.user, today=today, added=added)
    if ask.filters.words:
        for row in page.rows:
            row["title"] = marked(row["title"], ask.filters.words)
    context |= {
        "page": page,
        "added_totals": _totals(request.GET, page.totals.added),
        "heads": _heads(request.GET, ask),
        "groups": _groups(page, ask, selectable=context["may_assign"]),
        "width": len(ask.columns) + context["may_assign"],
        "tree": tree_items(
            ((part.pk, part.name, part.depth, part.tasks) for part in page.tree),
            f"{links['section']}{'' if links['section'] == '?' else '&'}section=",
            page.section.pk if page.section else None,
        ),
    }
    if page.section:
        context["chips"] = [(page.section.name, address(request.GET, section=None)), *context["chips"]]
    return render(request, "plans/ledger/page.html", context)


@require_GET
@allowed("plans.read")
def export(request: SignedIn, pk: int, form: str) -> HttpResponse:
    """Hand out exactly the tasks that the address asks for, all of them, as a file."""
    today = timezone.localdate()
    found = _ledger(request, pk)
    ask, added = _asked(request.GET, found, today)
    whole = records(found, ask, request.user, today=today, added=added)
    if form == "csv":
        body = as_csv(whole)
    elif form == "json":
        body = as_json(whole, found, query=kept(request.GET), on=ask.on)
    else:
        said = filter_words(request.GET, ask, queries.choices(found, request.user), whole.sections, added)
        at = words.full_date(ask.on or today)
        subtitle = f"{at}的内容，共{len(whole.tasks)}项任务。{said}"
        body = as_xlsx(whole, found, subtitle=subtitle, today=today)
    response = HttpResponse(body, content_type=_TYPES[form])
    day = f"-{ask.on.isoformat()}" if ask.on else ""
    part = "-part" if ask.filters else ""
    name = f"{found.division.code}-{found.year}{day}{part}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@allowed("plans.save_view")
def save_view(request: SignedIn) -> HttpResponse:
    """Save what the ledger page asks for under a name."""
    query = kept(QueryDict(request.POST.get("query", "")))
    view = viewing.save_view(page="ledger", name=request.POST.get("name", ""), query=query, by=request.user)
    messages.success(request, f"视图“{view.name}”已保存。")
    return redirect(_back(request))


@require_POST
@allowed("plans.save_view")
def delete_view(request: SignedIn, pk: int) -> HttpResponse:
    """Delete one of the person's own views."""
    view = get_object_or_404(SavedView, pk=pk, person=request.user)
    viewing.delete_view(view=view, by=request.user)
    messages.success(request, f"视图“{view.name}”已删除。")
    return redirect(_back(request))


@require_http_methods(["GET", "POST"])
@allowed("plans.assign")
def assign(request: SignedIn, pk: int) -> HttpResponse:
    """Show who could be made to answer for the chosen tasks, and assign it; without tasks, go back to the ledger."""
    found = _ledger(request, pk)
    if request.method == "GET":
        return redirect("plans:ledger", pk=pk)
    tasks = [int(value) for value in request.POST.getlist("task") if value.isascii() and value.isdigit()]
    match request.POST.get("do"):
        case "sponsor":
            person = _chosen(Person, request.POST.get("sponsor"))
            count = assigning.assign_sponsor(ledger=found, tasks=tasks, sponsor=person, by=request.user)
            messages.success(
                request, f"{count}项任务的包保领导已改为{person}。" if person else f"{count}项任务不再有包保领导。"
            )
        case "person":
            unit_pk, _, person_pk = request.POST.get("person", "").partition(":")
            unit = get_object_or_404(Unit, pk=_number(unit_pk), division=found.division)
            person = _chosen(Person, person_pk)
            count = assigning.assign_person(ledger=found, tasks=tasks, unit=unit, person=person, by=request.user)
            messages.success(
                request,
                f"{count}项任务里{unit}的责任人已改为{person}。" if person else f"{count}项任务里{unit}不再有责任人。",
            )
        case _:
            offered = offers(found, tasks, request.user)
            if not offered.tasks:
                raise assigning.NothingChosen
            return render(
                request, "plans/ledger/assign.html", {"ledger": found, "offered": offered, "back": _back(request)}
            )
    return redirect(_safe(request, request.POST.get("back", "")) or reverse("plans:ledger", args=[pk]))


def _ledger(request: SignedIn, pk: int) -> Ledger:
    return get_object_or_404(Ledger.objects.visible_to(request.user).select_related("division"), pk=pk)


def _asked(query: QueryDict, ledger: Ledger, today: date) -> tuple[Asked, Added]:
    """Return what the address asks for, and what later apps say of the ledger's tasks on the day; what says nothing has no column."""
    ask = asked(query, today=today)
    added = added_to(ledger, ask.on or today)
    known = columns_known(added.labels)
    return replace(ask, columns=tuple(name for name in ask.columns if name in known)), added


def _offered(added: Added, ask: Asked) -> list[tuple[str, str, SafeString]]:
    """Return the filters of the columns that later apps added: name, label, choices."""
    asked_for = dict(ask.filters.added)
    return [
        (
            name,
            added.labels[name],
            options(
                [(one.code, f"{one.words}（{one.count}）") for one in choices],
                next(iter(asked_for.get(name, ())), None),
            ),
        )
        for name, choices in added.choices().items()
    ]


def _totals(query: QueryDict, found: dict[str, list[Choice]]) -> list[tuple[Choice, str]]:
    """Return the totals of the columns that later apps added, each with the address of the tasks it counts."""
    return [(one, address(query, **{name: one.code})) for name, choices in found.items() for one in choices]


def _chosen(model: type[Person], value: str | None) -> Person | None:
    return get_object_or_404(model, pk=_number(value)) if value else None


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 19 else 0


def _back(request: SignedIn) -> str:
    """Return the page that the request came from, or the list of ledgers."""
    return _safe(request, request.headers.get("Referer", "")) or reverse("plans:ledgers")


def _safe(request: SignedIn, address: str) -> str:
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}) else ""


def _links(query: QueryDict, ask: Asked) -> dict[str, str]:
    """Return the addresses that lead from this page: layouts, exports, pages, all rows, today."""
    return {
        "table": address(query, layout=None),
        "groups": address(query, layout="groups", sort=None),
        "units": address(query, layout="units", sort=None),
        "previous": address(query, page=ask.page - 1),
        "next": address(query, page=ask.page + 1),
        "whole": address(query, all=1),
        "paged": address(query, all=None),
        "today": address(query, on=None),
        "everything": address(QueryDict(), layout=query.get("layout"), on=query.get("on")),
        "section": address(query, section=None),
        "file": address(query, all=None, layout=None),
    }


def _heads(query: QueryDict, ask: Asked) -> list[dict[str, str]]:
    """Return the heads of the table's columns; one by which it can be ordered bears the address that does so."""
    heads, known = [], columns_known()
    for name in ask.columns:
        sorts = name in SORTS and ask.layout == "table"
        down = sorts and ask.sort == name and not ask.descending
        order = ("descending" if ask.descending else "ascending") if sorts and ask.sort == name else ""
        heads.append(
            {
                "name": name,
                "label": known[name],
                "href": address(query, sort=f"-{name}" if down else name) if sorts else "",
                "order": order,
                "mark": {"ascending": "↑", "descending": "↓"}.get(order, ""),
            }
        )
    return heads


def _groups(page: queries.Listed, ask: Asked, *, selectable: bool) -> list[dict[str, Any]]:
    """Return the rows as one group, or under their sections."""
    if ask.layout != "groups":
        return [{"name": "", "rows": _rows(page.rows, ask.columns, ask, selectable=selectable)}]
    parts = {part.pk: part for part in page.tree}
    groups = []
    for pk, rows in groupby(page.rows, key=lambda row: row["section_id"]):
        part = parts.get(pk)
        group = {"name": " › ".join(part.path) if part else "（未分章节）", "count": part.own if part else None}
        groups.append({**group, "rows": _rows(rows, ask.columns, ask, selectable=selectable)})
    return groups


def _rows(rows: Iterable[queries.Row], columns: Sequence[str], ask: Asked, *, selectable: bool = False) -> SafeString:
    query = f"?on={ask.on.isoformat()}" if ask.on else ""
    address = reverse("plans:task", args=[0]).removesuffix("0/")
    return task_rows(rows, columns, address=address, query=query, selectable=selectable)
