"""Matters, and the files of supervision."""

from __future__ import annotations

from django.urls import URLPattern, path

from duban.supervision.views import clock_schemes, files, matter_list, matters

urlpatterns: list[URLPattern] = [
    path("matters/", matters.matters, name="matters"),
    path("matters/new/", matters.matter_new, name="matter_new"),
    path("matters/import/", matter_list.matters_import, name="matters_import"),
    path("matters/import/template.xlsx", matter_list.matters_template, name="matters_template"),
    path("matters/calendar/", matters.matter_calendar, name="matter_calendar"),
    path("matters/export.<str:form>", matters.matters_export, name="matters_export"),
    path("matters/schemes/", clock_schemes.clock_schemes, name="clock_schemes"),
    path("matters/schemes/edit/", clock_schemes.clock_scheme_edit, name="clock_scheme_edit"),
    path("matters/schemes/of/<slug:name>/", clock_schemes.clock_scheme, name="clock_scheme"),
    path("matters/schemes/of/<slug:name>/adopt/", clock_schemes.clock_scheme_adopt, name="clock_scheme_adopt"),
    path("matters/<int:pk>/", matters.matter, name="matter"),
    path("matters/<int:pk>/approve/", matters.matter_approve, name="matter_approve"),
    path("matters/<int:pk>/reject/", matters.matter_reject, name="matter_reject"),
    path("matters/<int:pk>/assign/", matters.matter_assign, name="matter_assign"),
    path("matters/<int:pk>/turn-down/", matters.matter_turn_down, name="matter_turn_down"),
    path("matters/<int:pk>/answer/", matters.matter_answer, name="matter_answer"),
    path("matters/<int:pk>/return/", matters.matter_return, name="matter_return"),
    path("matters/<int:pk>/finish/", matters.matter_finish, name="matter_finish"),
    path("matters/<int:pk>/cancel/", matters.matter_cancel, name="matter_cancel"),
    path("matters/<int:pk>/pause/", matters.matter_pause, name="matter_pause"),
    path("matters/<int:pk>/resume/", matters.matter_resume, name="matter_resume"),
    path("matters/<int:pk>/extend/", matters.matter_extend, name="matter_extend"),
    path("matters/<int:pk>/rate/", matters.matter_rate, name="matter_rate"),
    path("matters/steps/<int:pk>/", matters.matter_step, name="matter_step"),
    path("matters/extensions/<int:pk>/", matters.extension_decide, name="extension_decide"),
    path("matters/<int:pk>/files/", matters.matter_attach, name="matter_attach"),
    path("supervision/files/<int:pk>/", files.file, name="file"),
    path("supervision/files/<int:pk>/preview", files.preview, name="file_preview"),
]
