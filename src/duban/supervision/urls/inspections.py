"""Inspections: the list, plans, one by its stages, units' parts, reviews, the phone on the spot."""

from __future__ import annotations

from django.urls import URLPattern, path

from duban.supervision.views import inspection_parts as parts
from duban.supervision.views import inspection_spot as spot
from duban.supervision.views import inspections

urlpatterns: list[URLPattern] = [
    path("inspections/", inspections.inspections, name="inspections"),
    path("inspections/new/", inspections.inspection_new, name="inspection_new"),
    path("inspections/how-often/", inspections.how_often, name="how_often"),
    path("inspections/<int:pk>/", inspections.inspection, name="inspection"),
    path("inspections/<int:pk>/edit/", inspections.inspection_edit, name="inspection_edit"),
    path("inspections/<int:pk>/draw/", inspections.draw, name="inspection_draw"),
    path("inspections/<int:pk>/do/<slug:do>/", inspections.inspection_do, name="inspection_do"),
    path("inspections/drop/<slug:what>/<int:pk>/", inspections.drop, name="inspection_drop"),
    path("inspections/members/<int:pk>/step-back/", inspections.member_step_back, name="member_step_back"),
    path("inspections/findings/<int:pk>/rectify/", parts.rectify, name="finding_rectify"),
    path("inspections/findings/<int:pk>/<slug:do>/", inspections.finding_do, name="finding_do"),
    path("inspections/proposals/<int:pk>/<slug:do>/", inspections.proposal_do, name="proposal_do"),
    path("inspections/leads/<int:pk>/answer/", inspections.lead_answer, name="lead_answer"),
    path("inspections/parts/<int:pk>/", parts.part, name="part"),
    path("inspections/parts/<int:pk>/feed-back/", inspections.feed_back, name="part_feed_back"),
    path("inspections/parts/<int:pk>/receive/", parts.receive, name="part_receive"),
    path("inspections/parts/<int:pk>/review/", parts.ask_review, name="part_review"),
    path("reviews/<int:pk>/", parts.review, name="review"),
    path("reviews/<int:pk>/name/", parts.name_reviewer, name="review_name"),
    path("reviews/<int:pk>/decide/", parts.decide_review, name="review_decide"),
    path("reviews/<int:pk>/withdraw/", parts.withdraw_review, name="review_withdraw"),
    path("spot/", spot.spot, name="spot"),
    path("spot/worker.js", spot.worker, name="spot_worker"),
    path("spot/visits/<int:pk>/", spot.spot_visit, name="spot_visit"),
    path("spot/items/<int:pk>/enter/", spot.enter, name="spot_enter"),
    path("spot/items/<int:pk>/photo/", spot.photo, name="spot_photo"),
    path("spot/items/<int:pk>/voice/", spot.voice, name="spot_voice"),
    path("spot/voices/<int:pk>/", spot.voice_play, name="spot_voice_play"),
    path("spot/photos/<int:pk>/", spot.photo_preview, name="spot_photo_preview"),
]
