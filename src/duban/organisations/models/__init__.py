"""Divisions, units, people and posts."""

from duban.organisations.models.divisions import Division, Holiday
from duban.organisations.models.people import Person, Post
from duban.organisations.models.units import GroupName, Unit, UnitAlias, UnitGroup

__all__ = ["Division", "GroupName", "Holiday", "Person", "Post", "Unit", "UnitAlias", "UnitGroup"]
