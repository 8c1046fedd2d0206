"""The page of holidays."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from duban.dispatch.actions import holidays as actions
from duban.dispatch.forms.rounds import HolidayForm
from duban.dispatch.queries import holidays as queries
from duban.organisations.access import access_of
from duban.organisations.calendar import known_until
from duban.organisations.guard import SignedIn, allowed
from duban.organisations.models import Division, Holiday


def _division(request: SignedIn) -> Division:
    access = access_of(request.user)
    for post in access.posts:
        if access.may("dispatch.change_holidays", division=post.division):
            return post.division
    raise Http404


@require_GET
@allowed("dispatch.change_holidays")
def holidays(request: SignedIn) -> HttpResponse:
    """Show the national holidays of a year, until when they are known, and the division's own days."""
    division = _division(request)
    asked = request.GET.get("year", "")
    last = known_until().year
    year = int(asked) if asked.isdecimal() and 2004 <= int(asked[:4]) <= 2100 else timezone.localdate().year
    free, worked = queries.national(year)
    context = {
        "division": division,
        "year": year,
        "years": range(timezone.localdate().year - 1, max(last, timezone.localdate().year + 1) + 1),
        "free": free,
        "worked": worked,
        "known_until": known_until(),
        "own": Holiday.objects.filter(division=division).order_by("-day"),
        "form": HolidayForm(),
    }
    return render(request, "dispatch/holidays.html", context)


@require_POST
@allowed("dispatch.change_holidays")
def holiday_set(request: SignedIn) -> HttpResponse:
    """Enter a day, or change one that is entered."""
    form = HolidayForm(request.POST)
    if not form.is_valid():
        messages.error(request, "日期要写成 2026-10-01 的样子，没有保存。")
        return redirect("dispatch:holidays")
    day: date = form.cleaned_data["day"]
    works = form.cleaned_data["works"] == "1"
    actions.set_holiday(
        division=_division(request), day=day, works=works, name=form.cleaned_data["name"], by=request.user
    )
    messages.success(request, f"{day:%Y年%-m月%-d日}记为{'上班' if works else '休息'}，没有开始的轮次已按此重排。")
    return redirect("dispatch:holidays")


@require_POST
@allowed("dispatch.change_holidays")
def holiday_remove(request: SignedIn, pk: int) -> HttpResponse:
    """Take a day out again."""
    holiday = get_object_or_404(Holiday, pk=pk, division=_division(request))
    actions.remove_holiday(holiday=holiday, by=request.user)
    messages.success(request, f"{holiday.day:%Y年%-m月%-d日}恢复按国家安排。")
    return redirect("dispatch:holidays")
