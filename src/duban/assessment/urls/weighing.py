"""The address of what schemes weigh by."""

from __future__ import annotations

from django.urls import path

from duban.assessment.views import weighing

urlpatterns = [path("rankings/weights/", weighing.weights, name="weights")]
