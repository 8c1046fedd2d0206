"""Which clock schemes a division has to choose from, and which one the matters of a source usually follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from duban.dispatch.office_schemes import OfficeShelf
from duban.organisations.models import Division
from duban.supervision.clocks import files
from duban.supervision.clocks.scheme import ClockScheme as Rules
from duban.supervision.matter_refusals import UnknownScheme
from duban.supervision.models import ClockScheme, SourceClock

#: How offices keep clock schemes.
OFFICE_CLOCKS: OfficeShelf[Rules] = OfficeShelf(
    files.CLOCKS,
    ClockScheme,
    "supervision.change_schemes",
    "supervision.save_clock_scheme",
    "supervision:clock_scheme",
)


def usual(division: Division, source: str, day: date) -> str:
    """Return what the matters of a source follow that are assigned on a day: a preset's name, or name and version."""
    uses = SourceClock.objects.filter(division=division, source=source, valid_from__lte=day).select_related("scheme")
    use = uses.order_by("-valid_from").first()
    return use.key if use else files.sources()[source].scheme


def chosen(division: Division, key: str) -> tuple[str, str]:
    """Return name and version of a scheme, and its text; without a version it is the latest. Raises `UnknownScheme`."""
    if key in files.presets():
        return files.presets()[key].id, files.text_of(key)
    name, _, version = key.partition("@")
    rows = ClockScheme.objects.filter(division=division, name=name).order_by("-version")
    row = (rows.filter(version=version) if version.isdecimal() else rows).first()
    if row is None:
        raise UnknownScheme(key)
    return row.key, row.text


def offered(division: Division, also: str) -> Mapping[str, Rules]:
    """Return the presets, the division's own schemes in their latest versions, and the one named `also`, by what chooses them."""
    found = dict(files.presets())
    rows = ClockScheme.objects.filter(division=division).order_by("name", "version")
    by_key = {row.key: row for row in rows}
    last = {row.name: row.key for row in rows}
    for key in dict.fromkeys([*last.values(), also]):
        if key in by_key:
            found[key] = files.read(by_key[key].text, by_key[key].name)
    return found
