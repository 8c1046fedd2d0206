"""Papers: upload, reading, check."""

from __future__ import annotations

from django.urls import path

from duban.plans.views import checking, papers

urlpatterns = [
    path("papers/", papers.papers, name="papers"),
    path("papers/new/", papers.upload, name="upload"),
    path("papers/<int:pk>/", papers.paper, name="paper"),
    path("papers/<int:pk>/state", papers.paper_state, name="paper_state"),
    path("papers/<int:pk>/original", papers.paper_original, name="paper_original"),
    path("papers/<int:pk>/answer", papers.paper_answer, name="paper_answer"),
    path("papers/<int:pk>/withdraw", papers.paper_withdraw, name="paper_withdraw"),
    path("papers/<int:pk>/read", papers.paper_read_again, name="paper_read_again"),
    path("papers/<int:pk>/check/", checking.check, name="check"),
    path("papers/<int:pk>/check/changes", checking.check_changes, name="check_changes"),
    path("papers/<int:pk>/check/candidates", checking.check_candidates, name="check_candidates"),
    path("papers/<int:pk>/check/do", checking.check_do, name="check_do"),
    path("papers/<int:pk>/check/finish", checking.check_finish, name="check_finish"),
    path("papers/<int:pk>/check/form", checking.check_form, name="check_form"),
]
