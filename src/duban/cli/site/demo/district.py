"""The district of the demo: divisions, groups, units, people and their posts."""

from __future__ import annotations

from typing import Any

from duban.accounts.actions import open_demo_accounts
from duban.audit.trail import SYSTEM
from duban.organisations import actions
from duban.organisations.models import Division, Person, Unit, UnitGroup

Row = dict[str, Any]


def load_district(district: Row, people: list[Row], password: str) -> None:
    """Load what ``district.toml`` and ``people.toml`` hold; all accounts get `password`."""
    divisions = _divisions(district["division"])
    home = divisions[district["district"]]
    groups = {row["code"]: _group(home, row) for row in district["group"]}
    units = _units(home, district["unit"], groups)
    made = [_person(row, district["district"], divisions, units) for row in people]
    open_demo_accounts(people=made, password=password, by=SYSTEM)


def _divisions(rows: list[Row]) -> dict[str, Division]:
    made: dict[str, Division] = {}
    # The upper levels stand first in the file.
    for row in rows:
        division = actions.add_division(
            code=row["code"],
            name=row["name"],
            full_name=row["full_name"],
            level=row["level"],
            office=row.get("office", ""),
            parent=made[row["parent"]] if "parent" in row else None,
            valid_from=row["valid_from"],
            by=SYSTEM,
        )
        if "valid_to" in row:
            actions.end_division(division=division, on=row["valid_to"], by=SYSTEM)
        made[row["code"]] = division
    return made


def _group(home: Division, row: Row) -> UnitGroup:
    group = actions.add_group(division=home, code=row["code"], name=row["name"], by=SYSTEM)
    for words in row.get("phrases", ()):
        actions.remember_group_name(group=group, name=words, by=SYSTEM)
    return group


def _units(home: Division, rows: list[Row], groups: dict[str, UnitGroup]) -> dict[str, Unit]:
    made: dict[str, Unit] = {}
    for row in rows:
        since = {"valid_from": row["valid_from"]} if "valid_from" in row else {}
        made[row["name"]] = actions.add_unit(
            division=home,
            name=row["name"],
            short_name=row.get("short_name", ""),
            group=groups[row["group"]],
            aliases=row.get("aliases", ()),
            by=SYSTEM,
            **since,
        )
    for row in rows:
        unit = made[row["name"]]
        if "parent" in row:
            actions.change_unit(unit=unit, parent=made[row["parent"]], by=SYSTEM)
        if "valid_to" in row:
            actions.end_unit(unit=unit, on=row["valid_to"], successor=made.get(row.get("successor", "")), by=SYSTEM)
    return made


def _person(row: Row, district: str, divisions: dict[str, Division], units: dict[str, Unit]) -> Person:
    posts = [
        {
            "division": divisions[post.get("division", district)],
            "unit": units[post["unit"]] if "unit" in post else None,
            "role": post["role"],
            "title": post["title"],
            "field": post.get("field", ""),
            "oversees": [units[name] for name in post.get("oversees", ())],
            "start": post["start"],
        }
        for post in row["posts"]
    ]
    person = actions.add_person(name=row["name"], username=row["username"], by=SYSTEM, **posts[0])
    if "end" in row["posts"][0]:
        actions.end_post(post=person.posts.get(), on=row["posts"][0]["end"], by=SYSTEM)
    for post, facts in zip(row["posts"][1:], posts[1:], strict=True):
        actions.appoint(person=person, end=post.get("end"), by=SYSTEM, **facts)
    return person
