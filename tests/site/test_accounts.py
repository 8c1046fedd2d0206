"""Signing in and what stands around it, as people meet it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from duban.accounts import first_run
from duban.accounts.queries import browser
from duban.audit.models import Event
from duban.organisations.models import Division, Person, Post
from duban.organisations.roles import Role
from factories.site import DivisionFactory, person_as

pytestmark = pytest.mark.django_db

SIGN_IN, CHANGE, ME = reverse("account_login"), reverse("account_change_password"), reverse("account_home")
PASSWORD, NEW = "Lanqiao-2026", "Liuxi#4471"
FIRST_RUN = {
    "division_code": "990102",
    "full_name": "江临市兰桥区",
    "name": "兰桥区",
    "level": "county",
    "office": "兰桥区人民政府督查室",
    "person_name": "纪书言",
    "username": "jishuyan",
    "password": NEW,
    "again": NEW,
}


@pytest.fixture
def clerk() -> Person:
    return person_as(Role.SUPERVISION_OFFICE, DivisionFactory(), username="qiaoanlan", name="乔安澜")


def sign_in(client: Client, login: str = "qiaoanlan", password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(SIGN_IN, {"login": login, "password": password}, **extra)


def events(what: str) -> list[Event]:
    return list(Event.objects.filter(action=f"account.{what}"))


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def secret_of(client: Client) -> str:
    """Prove who one is once more, and return the secret that the page of the app shows."""
    activate = reverse("mfa_activate_totp")
    asked = client.get(activate)["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    assert "密码不对" in client.post(asked, {"password": "Wrong-2026"}).content.decode()
    assert client.post(asked, {"password": PASSWORD})["Location"] == activate
    secret: str = client.get(activate).context["form"].secret
    return secret


def test_a_clerk_signs_in_by_name_or_address_and_out_again(client: Client, clerk: Person) -> None:
    clerk.email = "qiao@lanqiao.example"
    clerk.save()
    assert sign_in(client)["Location"] == "/"
    client.post(reverse("account_logout"))
    assert sign_in(client, "QIAO@lanqiao.example")["Location"] == "/"
    assert [event.actor_name for event in events("signed_in")] == ["乔安澜", "乔安澜"]
    [out] = events("signed_out")
    assert (out.actor_id, out.division, out.origin) == (clerk.pk, "990102", "127.0.0.1")


def test_nobody_signs_up_and_nothing_offers_it(client: Client, clerk: Person) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    page = client.get(SIGN_IN).content.decode()
    assert "联系" in page
    assert "signup" not in page


def test_a_wrong_password_is_refused_in_words_and_leaves_an_event(client: Client, clerk: Person) -> None:
    page = sign_in(client, password="Wrong-2026").content.decode()
    assert "用户名或密码不对" in page
    sign_in(client, login="my-secret-password-in-the-wrong-box")
    known, unknown = events("sign_in_failed")
    assert known.subject == f"organisations.person:{clerk.pk}"
    assert unknown.subject_name == "不存在的用户名"
    assert "secret" not in str(vars(unknown))


def test_five_failures_lock_the_account_and_the_page_says_until_when(client: Client, clerk: Person) -> None:
    for written in ("qiaoanlan", "QIAOANLAN", " qiaoanlan ", "Qiaoanlan"):
        assert sign_in(client, written, "Wrong-2026").status_code == 200
    locked = sign_in(client, password="Wrong-2026")
    assert locked.status_code == 429
    until = timezone.localtime(AccessAttempt.objects.get().attempt_time + timedelta(minutes=30))
    assert f"{until:%H:%M}" in locked.content.decode()
    again = sign_in(client)
    assert again.status_code == 429, "the right password opens nothing while it lasts"
    assert f"{until:%H:%M}" in again.content.decode(), "trying again does not push the time out"
    assert len(events("locked_out")) == 1
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=31))
    assert sign_in(client).status_code == 302


def test_an_initial_password_must_be_changed_before_anything_else(client: Client, clerk: Person) -> None:
    clerk.must_change_password = True
    clerk.save()
    sign_in(client)
    assert client.get(ME)["Location"] == CHANGE
    asked = client.get(ME, headers={"Accept": "application/json"})
    assert (asked.status_code, asked.json()["title"]) == (403, "DutyFirst")
    page = client.get(CHANGE).content.decode()
    assert "初始密码" in page
    same = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": PASSWORD, "password2": PASSWORD})
    assert "不能与现在的密码相同" in same.content.decode()
    weak = client.post(CHANGE, {"oldpassword": PASSWORD, "password1": "lanqiaoqu", "password2": "lanqiaoqu"})
    assert "四类中至少要有三类" in weak.content.decode()
    assert client.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})["Location"] == ME
    assert client.get(ME).status_code == 200, "still signed in"
    clerk.refresh_from_db()
    assert not clerk.must_change_password
    assert clerk.password_changed_at
    assert len(events("changed_password")) == 1


def test_a_password_ages_where_the_office_says_so(client: Client, clerk: Person, settings: Any) -> None:
    settings.PASSWORD_DAYS = 90
    Person.objects.update(password_changed_at=timezone.now() - timedelta(days=91))
    sign_in(client)
    page = client.get(ME, follow=True)
    assert page.redirect_chain == [(CHANGE, 302)]
    assert "超过90天" in " ".join(map(str, page.context["messages"]))


def test_an_idle_session_ends_and_says_so(client: Client, clerk: Person, settings: Any) -> None:
    settings.SESSION_IDLE = 60 * 60
    sign_in(client)
    client.get(ME)
    session = client.session
    session["seen"] = time.time() - 61 * 60
    session.save()
    asked = client.get(ME, headers={"Accept": "application/json"})
    assert (asked.status_code, asked.json()["title"]) == (401, "SignedOut")
    page = client.get(ME, follow=True)
    assert page.redirect_chain[-1][0].startswith(SIGN_IN)
    assert len(events("timed_out")) == 1


def test_what_a_script_asks_for_on_its_own_keeps_nobody_signed_in(client: Client, clerk: Person) -> None:
    sign_in(client)
    client.get(ME)
    session = client.session
    before = session["seen"] = time.time() - 600
    session.save()
    client.get(ME, headers={"Sec-Fetch-Mode": "cors"})
    assert client.session["seen"] == before
    assert client.post(reverse("account_alive"), headers={"Sec-Fetch-Mode": "cors"}).status_code == 204
    assert client.session["seen"] > before


def test_a_second_factor_by_app_and_by_recovery_code(
    client: Client, clerk: Person, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in(client)
    activate = reverse("mfa_activate_totp")
    secret = secret_of(client)
    assert client.post(activate, {"code": "000000"}).context["form"].errors["code"]
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(activate, {"code": code_now(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    assert codes[0] in client.get(reverse("mfa_download_recovery_codes")).content.decode()
    client.post(reverse("account_logout"))

    second = sign_in(client)["Location"]
    assert second == reverse("mfa_authenticate")
    assert client.get(ME).status_code == 302, "not in yet"
    assert "验证码不对" in client.post(second, {"code": "123"}).content.decode()
    assert client.post(second, {"code": codes[0]})["Location"] == "/"
    client.post(reverse("account_logout"))
    sign_in(client)
    assert client.post(second, {"code": codes[0]}).status_code == 200, "a recovery code works once"
    assert [event.after["factor"] for event in events("added_factor")] == ["动态验证码", "恢复码"]
    assert len(events("second_factor_failed")) == 2


def test_a_role_must_set_a_second_factor_up_where_the_office_says_so(
    client: Client, clerk: Person, settings: Any
) -> None:
    settings.TWO_FACTOR_ROLES = frozenset({"supervision_office"})
    sign_in(client)
    assert client.get(ME)["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    activate = reverse("mfa_activate_totp")
    secret = secret_of(client)
    client.post(activate, {"code": code_now(secret)})
    assert client.get(ME).status_code == 200
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get(ME)["Location"] == reverse("mfa_index"), "who takes it away sets another up"


def test_the_own_page_tells_of_sign_ins_and_ends_other_sessions(client: Client, clerk: Person) -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
    sign_in(client, password="Wrong-2026", headers={"User-Agent": firefox})
    sign_in(client, headers={"User-Agent": firefox})
    other = Client()
    sign_in(other)
    assert other.get(ME).status_code == 200
    page = client.get(ME)
    assert [(entry.outcome, entry.browser) for entry in page.context["sign_ins"]] == [
        ("成功", "其他程序"),
        ("成功", "Firefox，Linux"),
        ("失败", "Firefox，Linux"),
    ]
    assert len(page.context["sessions"]) == 2
    client.post(reverse("account_end_sessions"))
    assert other.get(ME).status_code == 302
    assert len(client.get(ME).context["sessions"]) == 1
    assert [event.after for event in events("ended_sessions")] == [{"sessions": 1}]


def test_a_person_keeps_their_own_address_but_not_anothers(client: Client, clerk: Person) -> None:
    person_as(Role.LEADER, clerk.posts.get().division, email="han@lanqiao.example")
    sign_in(client)
    taken = client.post(ME, {"email": "HAN@lanqiao.example", "phone": ""})
    assert "另一个人名下" in taken.content.decode()
    client.post(ME, {"email": "qiao@lanqiao.example", "phone": "0571-0000"})
    clerk.refresh_from_db()
    assert (clerk.email, clerk.phone) == ("qiao@lanqiao.example", "0571-0000")
    assert len(events("changed_contact")) == 1


def test_a_person_who_left_cannot_sign_in(client: Client, clerk: Person) -> None:
    Person.objects.update(is_active=False)
    assert sign_in(client, password=PASSWORD)["Location"] == reverse("account_inactive")
    assert "停用" in client.get(reverse("account_inactive")).content.decode()


class TestFirstRun:
    def test_everything_leads_to_the_first_run_until_somebody_can_sign_in(self, client: Client) -> None:
        for address in ("/", SIGN_IN, ME):
            assert client.get(address)["Location"] == reverse("first_run")

    def test_a_stranger_without_the_code_gets_nowhere(self, client: Client) -> None:
        answer = client.post(reverse("first_run"), {**FIRST_RUN, "code": "AAAA-BBBB-CCCC"})
        assert "启动码不对" in answer.content.decode()
        assert not Person.objects.exists()

    def test_whoever_has_the_code_sets_up_and_signs_in_once_only(self, client: Client) -> None:
        code = first_run.code().lower().replace("-", " ")
        assert client.post(reverse("first_run"), {**FIRST_RUN, "code": code})["Location"] == SIGN_IN
        assert sign_in(client, "jishuyan", NEW)["Location"] == "/"
        assert Division.objects.get().full_name == "江临市兰桥区"
        assert Post.objects.get().role == Role.ADMINISTRATOR
        assert len(events("opened_site")) == 1
        late = Client().post(reverse("first_run"), {**FIRST_RUN, "username": "other", "code": code})
        assert late["Location"] == SIGN_IN
        assert Person.objects.count() == 1

    def test_a_weak_password_and_a_wrong_code_of_a_division_are_told(self, client: Client) -> None:
        weak = {**FIRST_RUN, "division_code": "12345", "password": "jishuyan", "again": "other"}
        page = client.post(reverse("first_run"), {**weak, "code": first_run.code()}).content.decode()
        assert "6、9或12位数字" in page
        assert "四类中至少要有三类" in page
        assert "两次输入的密码不一样" in page


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge，Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605 Version/17.5 Safari/604",
            "Safari，iPhone",
        ),
        ("curl/8.5", "其他程序"),
        ("", "其他程序"),
    ],
)
def test_browsers_are_named_as_people_know_them(agent: str, name: str) -> None:
    assert browser(agent) == name
