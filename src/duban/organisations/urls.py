"""Addresses of divisions, units and people."""

from __future__ import annotations

from django.urls import path

from duban.organisations.views import divisions, groups, importing, people, units

app_name = "organisations"
urlpatterns = [
    path("units/", units.units, name="units"),
    path("units/new/", units.add_unit, name="add_unit"),
    path("units/merge/", units.merge_units, name="merge_units"),
    path("units/import/", importing.import_units, name="import_units"),
    path("units/template.xlsx", importing.units_template, name="units_template"),
    path("units/export.xlsx", importing.export_units, name="export_units"),
    path("units/<int:pk>/", units.unit, name="unit"),
    path("units/<int:pk>/edit/", units.change_unit, name="change_unit"),
    path("units/<int:pk>/end/", units.end_unit, name="end_unit"),
    path("units/<int:pk>/restore/", units.restore_unit, name="restore_unit"),
    path("units/<int:pk>/remove/", units.remove_unit, name="remove_unit"),
    path("units/<int:pk>/aliases/new/", units.add_alias, name="add_alias"),
    path("units/<int:pk>/aliases/forget/", units.forget_alias, name="forget_alias"),
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.add_group, name="add_group"),
    path("groups/<int:pk>/", groups.change_group, name="change_group"),
    path("groups/<int:pk>/remove/", groups.remove_group, name="remove_group"),
    path("people/", people.people, name="people"),
    path("people/new/", people.add_person, name="add_person"),
    path("people/import/", importing.import_people, name="import_people"),
    path("people/template.xlsx", importing.people_template, name="people_template"),
    path("people/export.xlsx", importing.export_people, name="export_people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/edit/", people.change_person, name="change_person"),
    path("people/<int:pk>/appoint/", people.appoint, name="appoint"),
    path("people/<int:pk>/password/", people.initial_password, name="initial_password"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:pk>/activate/", people.activate, name="activate"),
    path("posts/<int:pk>/edit/", people.change_post, name="change_post"),
    path("posts/<int:pk>/end/", people.end_post, name="end_post"),
    path("divisions/", divisions.divisions, name="divisions"),
    path("divisions/new/", divisions.add_division, name="add_division"),
    path("divisions/<int:pk>/edit/", divisions.change_division, name="change_division"),
    path("divisions/<int:pk>/end/", divisions.end_division, name="end_division"),
    path("divisions/<int:pk>/restore/", divisions.restore_division, name="restore_division"),
]
