"""Pages of accounts that are ours; the others are allauth's, in our templates."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from duban.accounts import actions, first_run, queries
from duban.accounts.forms import ContactForm, FirstRunForm
from duban.organisations.access import access_of
from duban.organisations.guard import SignedIn, allowed, open_to_all
from duban.organisations.roles import Role


@allowed("account.own")
def home(request: SignedIn) -> HttpResponse:
    """Show who one is, how one signs in, and who did."""
    person = request.user
    form = ContactForm(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST" and form.is_valid():
        actions.change_contact(
            person=person, email=form.cleaned_data["email"], phone=form.cleaned_data["phone"], by=person
        )
        messages.success(request, "联系方式已保存。")
        return redirect("account_home")
    access = access_of(person)
    current = request.session.session_key or ""
    return render(
        request,
        "accounts/home.html",
        {
            "person": person,
            "posts": access.posts,
            "form": form,
            "factors": queries.factors(person),
            "factors_wanted": bool(access.roles & {Role(role) for role in settings.TWO_FACTOR_ROLES}),
            "sessions": queries.open_sessions(person, current),
            "sign_ins": queries.sign_ins(person),
        },
    )


@require_POST
@allowed("account.own")
def end_sessions(request: SignedIn) -> HttpResponse:
    """End all sessions but this one."""
    count = actions.end_other_sessions(person=request.user, current=request.session.session_key or "", by=request.user)
    messages.success(request, f"已退出其他{count}处登录。" if count else "没有其他登录。")
    return redirect("account_home")


@require_POST
@allowed("account.own")
def alive(request: SignedIn) -> HttpResponse:
    """Take the page's sign that somebody is working on it."""
    return HttpResponse(status=204)


@sensitive_post_parameters("password", "again", "code")
@open_to_all
def set_up(request: HttpRequest) -> HttpResponse:
    """Ask a new site's first questions, once; of somebody who sees the server's console."""
    if queries.somebody_can_sign_in():
        return redirect(settings.LOGIN_REDIRECT_URL if request.user.is_authenticated else settings.LOGIN_URL)
    first_run.code()
    form = FirstRunForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if first_run.is_code(data["code"]):
            actions.open_site(
                code=data["division_code"],
                name=data["name"],
                full_name=data["full_name"],
                level=data["level"],
                office=data["office"],
                person_name=data["person_name"],
                username=data["username"],
                password=data["password"],
            )
            first_run.forget()
            messages.success(request, "设置完成，请用刚才的管理员账号登录。")
            return redirect(settings.LOGIN_URL)
        form.add_error("code", "启动码不对，请核对启动服务的窗口里显示的那一个。")
    return render(request, "accounts/first_run.html", {"form": form})
