"""Pages of people and their posts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from duban.organisations import actions, passwords
from duban.organisations.access import access_of
from duban.organisations.forms.people import EndPostForm, NewPersonForm, PersonForm, PostForm
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Person, Post, Unit
from duban.organisations.names import units_in_use
from duban.organisations.queries import people as queries
from duban.organisations.views.common import around, asking, done, place_of


def _person(request: SignedIn, pk: int, action: str = "organisations.change_people") -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user, action), pk=pk)


def _post(request: SignedIn, pk: int) -> Post:
    found = Post.objects.visible_to(request.user, "organisations.change_people")
    return get_object_or_404(found.select_related("division", "unit", "person"), pk=pk)


def _crumbs(person: Person) -> list[tuple[str, str]]:
    return [("人员", reverse("organisations:people")), (person.name, reverse("organisations:person", args=[person.pk]))]


@allowed("organisations.read")
@require_GET
def people(request: SignedIn) -> HttpResponse:
    """Show the people of a division, filtered."""
    place, filters, today = place_of(request), queries.Filters.of(request.GET), timezone.localdate()
    units = units_in_use(place, today)
    if filters.unit and int(filters.unit) not in {unit.pk for unit in units}:
        units += list(Unit.objects.filter(division=place, pk=int(filters.unit)))
    context = {
        "filters": filters,
        "page": queries.page(place, filters, today, request.GET.get("page", "")),
        "units": units,
        "roles": queries.ROLES,
        "states": queries.STATES,
        "today": today,
    }
    return render(request, "organisations/people.html", {**around(request, place), **context})


@allowed("organisations.read")
@require_GET
def person(request: SignedIn, pk: int) -> HttpResponse:
    """Show a person with all posts over time."""
    found = _person(request, pk, "organisations.read")
    access = access_of(request.user)
    terms = queries.terms(found, timezone.localdate())
    may = Person.objects.visible_to(request.user, "organisations.change_people").filter(pk=pk).exists()
    context = {
        "person": found,
        "terms": [
            (term, may and access.may("organisations.change_people", division=term.post.division)) for term in terms
        ],
        "may_people": may,
        "oneself": found.pk == request.user.pk,
    }
    return render(request, "organisations/person.html", context)


@allowed("organisations.change_people")
@require_http_methods(["GET", "POST"])
def add_person(request: SignedIn) -> HttpResponse:
    """Add a person with a first post."""
    place = place_of(request, "organisations.change_people")
    form = NewPersonForm(request.POST if request.method == "POST" else None, division=place)
    made: list[Person] = []
    if done(form, lambda: made.append(actions.add_person(division=place, by=request.user, **form.facts()))):
        messages.success(request, f"已添加{made[0].name}。要让本人登录，请在这里发初始密码。")
        return redirect("organisations:person", pk=made[0].pk)
    back = reverse("organisations:people")
    return asking(request, form, title="添加人员", save="添加", back=back, crumbs=[("人员", back)], place=place)


@allowed("organisations.change_people")
@require_http_methods(["GET", "POST"])
def change_person(request: SignedIn, pk: int) -> HttpResponse:
    """Change a person's name, user name and how they are reached."""
    person = _person(request, pk)
    form = PersonForm(request.POST if request.method == "POST" else None, person=person)
    if done(form, lambda: actions.change_person(person=person, by=request.user, **form.facts())):
        messages.success(request, "已保存。")
        return redirect("organisations:person", pk=pk)
    return asking(
        request,
        form,
        title="修改人员",
        save="保存",
        back=reverse("organisations:person", args=[pk]),
        crumbs=_crumbs(person),
    )


@allowed("organisations.change_people")
@require_http_methods(["GET", "POST"])
def appoint(request: SignedIn, pk: int) -> HttpResponse:
    """Give a person another post."""
    person, place = _person(request, pk), place_of(request, "organisations.change_people")
    form = PostForm(request.POST if request.method == "POST" else None, division=place)
    if done(form, lambda: actions.appoint(person=person, division=place, by=request.user, **form.facts())):
        messages.success(request, "任职已添加。")
        return redirect("organisations:person", pk=pk)
    return asking(
        request,
        form,
        title="添加任职",
        save="添加",
        back=reverse("organisations:person", args=[pk]),
        crumbs=_crumbs(person),
        place=place,
    )


@allowed("organisations.change_people")
@require_http_methods(["GET", "POST"])
def change_post(request: SignedIn, pk: int) -> HttpResponse:
    """Change what is said of a post."""
    post = _post(request, pk)
    form = PostForm(request.POST if request.method == "POST" else None, division=post.division, post=post)
    if done(form, lambda: actions.change_post(post=post, by=request.user, **form.facts())):
        messages.success(request, "任职已保存。")
        return redirect("organisations:person", pk=post.person_id)
    where = " ".join(filter(None, (post.unit.name if post.unit else "", post.get_role_display())))
    return asking(
        request,
        form,
        title=f"修改任职：{where}",
        save="保存",
        back=reverse("organisations:person", args=[post.person_id]),
        crumbs=_crumbs(post.person),
        words="换单位或换角色的，请让原任职离任，再添加新的任职。",
    )


@allowed("organisations.change_people")
@require_http_methods(["GET", "POST"])
def end_post(request: SignedIn, pk: int) -> HttpResponse:
    """End a post."""
    post = _post(request, pk)
    form = EndPostForm(request.POST if request.method == "POST" else None)
    if done(form, lambda: actions.end_post(post=post, on=form.cleaned_data["on"], by=request.user)):
        messages.success(request, "离任日期已写下。")
        return redirect("organisations:person", pk=post.person_id)
    where = " ".join(filter(None, (post.unit.name if post.unit else "", post.get_role_display())))
    return asking(
        request,
        form,
        title=f"离任：{where}",
        save="离任",
        back=reverse("organisations:person", args=[post.person_id]),
        crumbs=_crumbs(post.person),
        words="从离任日期起，这个任职的权限自动取消；已经办的事都留着。",
    )


@never_cache
@allowed("organisations.change_people")
@require_POST
def initial_password(request: SignedIn, pk: int) -> HttpResponse:
    """Give a person an initial password and show it, this once."""
    person = _person(request, pk)
    made = passwords.random()
    actions.set_initial_password(person=person, password=made, by=request.user)
    return render(request, "organisations/password.html", {"person": person, "password": made})


@allowed("organisations.change_people")
@require_POST
def deactivate(request: SignedIn, pk: int) -> HttpResponse:
    """Take away a person's access."""
    person = _person(request, pk)
    actions.deactivate(person=person, by=request.user)
    messages.success(request, f"{person.name}的账号已停用，打开的登录已全部退出。")
    return redirect("organisations:person", pk=pk)


@allowed("organisations.change_people")
@require_POST
def activate(request: SignedIn, pk: int) -> HttpResponse:
    """Give a person access again."""
    person = _person(request, pk)
    actions.activate(person=person, by=request.user)
    messages.success(request, f"{person.name}的账号已恢复。")
    return redirect("organisations:person", pk=pk)
