"""Issue, amendments, versions and break-down."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from duban.plans.views import amending, breaking_down, issuing

urlpatterns: list[URLPattern] = [
    path("ledgers/<int:pk>/issue/", issuing.issue, name="issue"),
    path("ledgers/<int:pk>/close/", issuing.close_year, name="close_year"),
    path("ledgers/<int:pk>/versions/", issuing.versions, name="versions"),
    path("ledgers/<int:pk>/versions/<int:number>/", issuing.version, name="version"),
    re_path(
        r"^ledgers/(?P<pk>\d+)/versions/(?P<number>\d+)\.(?P<form>json|xlsx)$",
        issuing.version_file,
        name="version_file",
    ),
    path("ledgers/<int:pk>/compare/", amending.compare, name="compare"),
    path("ledgers/<int:pk>/compare.xlsx", amending.compare_file, name="compare_file"),
    path("ledgers/<int:pk>/amendments/new/", amending.amendment_add, name="amendment_add"),
    path("amendments/", amending.amendments, name="amendments"),
    path("amendments/<int:pk>/", amending.amendment, name="amendment"),
    path("amendments/<int:pk>/decide/", amending.decide, name="amendment_decide"),
    path("amendments/<int:pk>/cancel/", amending.amendment_cancel, name="amendment_cancel"),
    path("amendments/<int:pk>/attachment", amending.amendment_attachment, name="amendment_attachment"),
    path("tasks/<int:pk>/amend/", amending.amendment_new, name="amendment_new"),
    path("tasks/<int:pk>/break-down/", breaking_down.break_down, name="break_down"),
    path("units/<int:pk>/break-down/", breaking_down.unit_break_down, name="unit_break_down"),
    path("units/<int:pk>/break-down.xlsx", breaking_down.unit_workbook, name="break_down_xlsx"),
]
