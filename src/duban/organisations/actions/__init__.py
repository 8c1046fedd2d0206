"""What is done with divisions, units and people; each leaves an event."""

from duban.organisations.actions.divisions import add_division, change_division, end_division, restore_division
from duban.organisations.actions.groups import add_group, change_group, remove_group
from duban.organisations.actions.importing import (
    import_people,
    import_units,
    note_export,
    preview_people,
    preview_units,
)
from duban.organisations.actions.naming import forget_alias, forget_group_name, remember_alias, remember_group_name
from duban.organisations.actions.people import (
    activate,
    add_person,
    appoint,
    change_person,
    change_post,
    deactivate,
    end_post,
    set_initial_password,
)
from duban.organisations.actions.units import add_unit, change_unit, end_unit, merge_units, remove_unit, restore_unit
from duban.organisations.refusals import NameTaken

__all__ = [
    "NameTaken",
    "activate",
    "add_division",
    "add_group",
    "add_person",
    "add_unit",
    "appoint",
    "change_division",
    "change_group",
    "change_person",
    "change_post",
    "change_unit",
    "deactivate",
    "end_division",
    "end_post",
    "end_unit",
    "forget_alias",
    "forget_group_name",
    "import_people",
    "import_units",
    "merge_units",
    "note_export",
    "preview_people",
    "preview_units",
    "remember_alias",
    "remember_group_name",
    "remove_group",
    "remove_unit",
    "restore_division",
    "restore_unit",
    "set_initial_password",
]
