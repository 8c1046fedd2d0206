"""The channels by which people are told: in the site, by e-mail, and what an office's own settings name through apprise.

Nothing goes out unless a setting says where to (docs/settings.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from urllib.parse import quote

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from duban.organisations.calendar import Calendar
from duban.organisations.models import Person

SITE = "site"
EMAIL = "email"
WORDS = {SITE: "站内", EMAIL: "电子邮件", "wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书", "sms": "短信"}


class NotDelivered(Exception):  # noqa: N818 — it says what became of a message
    """A channel did not take a message; the text says why, as far as it knows."""


def channels() -> list[str]:
    """Return the channels that are set up; the site itself always is."""
    found = [SITE]
    if settings.EMAIL_HOST:
        found.append(EMAIL)
    return [*found, *(name for name, url in settings.REMINDER_URLS.items() if url)]


def reaches(channel: str, person: Person) -> bool:
    """Say whether a channel can reach a person: it needs the address or the number that its setting asks for."""
    if channel == SITE:
        return bool(person.username)
    if channel == EMAIL:
        return bool(person.email)
    url = settings.REMINDER_URLS.get(channel, "")
    return ("{phone}" not in url or bool(person.phone)) and ("{email}" not in url or bool(person.email))


def deliver(channel: str, person: Person, subject: str, lines: Sequence[str]) -> None:
    """Send one message. Raises `NotDelivered`."""
    if channel == EMAIL:
        try:
            send_mail(subject, "\n".join(lines), settings.DEFAULT_FROM_EMAIL, [person.email])
        except OSError as problem:
            raise NotDelivered(str(problem)) from problem
        return
    # Only an office that set it up needs it.
    from apprise import Apprise, NotifyFormat

    url = settings.REMINDER_URLS[channel].format(
        phone=quote(person.phone, safe=""), email=quote(person.email, safe=""), name=quote(person.name, safe="")
    )
    gateway = Apprise()
    if not gateway.add(url):
        raise NotDelivered(f"{WORDS.get(channel, channel)}的地址写得不对，请核对设置。")
    if not gateway.notify(title=subject, body="\n".join((f"{person.name}：", *lines)), body_format=NotifyFormat.TEXT):
        raise NotDelivered(f"{WORDS.get(channel, channel)}没有收下这条消息。")


def not_before(now: datetime, calendar: Calendar) -> datetime:
    """Return when a message made at `now` may go out: at once, or when the quiet hours and the free days are over."""
    local = timezone.localtime(now)
    start, end = settings.QUIET_FROM, settings.QUIET_UNTIL
    day = local.date()
    if start != end and local.hour >= start:
        day += timedelta(days=1)
    elif calendar.is_working_day(day) and (start == end or local.hour >= end):
        return now
    return timezone.make_aware(datetime.combine(calendar.on_or_after(day), time(end % 24)))
