"""Addresses of accounts: what allauth offers that an office needs, and our own pages."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import include, path

from duban.accounts import views

urlpatterns = [
    path("first-run/", views.set_up, name="first_run"),
    path("accounts/me/", views.home, name="account_home"),
    path("accounts/me/sessions/end/", views.end_sessions, name="account_end_sessions"),
    path("accounts/alive/", views.alive, name="account_alive"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
