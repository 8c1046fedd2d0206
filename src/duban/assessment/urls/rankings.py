"""Addresses of rankings and of what is decided on them."""

from __future__ import annotations

from django.urls import path

from duban.assessment.views import commendations, distinctions, files, forgiveness, objections, rankings

urlpatterns = [
    path("rankings/", rankings.rankings, name="rankings"),
    path("rankings/compute/", rankings.compute, name="ranking_compute"),
    path("rankings/<int:pk>/", rankings.ranking, name="ranking"),
    path("rankings/<int:pk>/act/", rankings.act, name="ranking_act"),
    path("rankings/<int:pk>/scheme/", rankings.scheme, name="ranking_scheme"),
    path("rankings/<int:pk>/verify/", rankings.verify, name="ranking_verify"),
    path("rankings/<int:pk>/compare/", rankings.compare, name="ranking_compare"),
    path("rankings/<int:pk>/distinctions/", distinctions.distinctions, name="distinctions"),
    path("rankings/<int:pk>/export.<str:form>", rankings.export, name="ranking_export"),
    path("rankings/rows/<int:pk>/", rankings.row, name="row"),
    path("rankings/rows/<int:pk>/object/", objections.object_to, name="object"),
    path("rankings/rows/<int:pk>/forgive/", forgiveness.ask, name="forgive"),
    path("rankings/units/<int:pk>/", rankings.trend, name="trend"),
    path("rankings/objections/", objections.objections, name="objections"),
    path("rankings/objections/<int:pk>/answer/", objections.answer, name="objection_answer"),
    path("rankings/objections/<int:pk>/take-back/", objections.take_back, name="objection_take_back"),
    path("rankings/distinctions/<int:pk>/", distinctions.decide, name="distinction_decide"),
    path("rankings/forgiveness/", forgiveness.forgiveness, name="forgiveness"),
    path("rankings/forgiveness/<int:pk>/", forgiveness.decide, name="forgiveness_decide"),
    path("rankings/commendations/", commendations.commendations, name="commendations"),
    path("rankings/commendations/<int:pk>/", commendations.commendation, name="commendation"),
    path("rankings/files/<int:pk>/", files.file, name="score_file"),
]
