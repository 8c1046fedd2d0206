"""What several actions check, and how two that would take one name wait for each other."""

from __future__ import annotations

from datetime import date

from duban.organisations.models import Division
from duban.organisations.refusals import Invalid, WrongDay


def locked(division: Division) -> None:
    """Hold the division's row until the end of the action: names are unique within it, and of two one comes first."""
    Division.objects.select_for_update().only("pk").get(pk=division.pk)


def words_of(value: str, what: str, most: int, *, least: int = 1) -> str:
    """Return `value` without white space around it. Raises `Invalid` where it is shorter or longer than it may be."""
    value = value.strip()
    if not value and least:
        raise Invalid(f"{what}没有填。请填写后再保存。")
    if not least <= len(value) <= most:
        raise Invalid(f"{what}“{value[:20]}”应有 {least} 到 {most} 个字，现有 {len(value)} 个。")
    return value


def ends_after(start: date, end: date | None, what: str) -> None:
    """Raise `WrongDay` where `end` is not after `start`."""
    if end is not None and end <= start:
        raise WrongDay(f"“{what}”的停用日期{end:%Y年%-m月%-d日}应晚于启用日期{start:%Y年%-m月%-d日}。请改正日期。")
