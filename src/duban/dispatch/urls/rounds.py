"""Rounds, verification, the overview, reminders, jobs, holidays."""

from __future__ import annotations

from django.urls import URLPattern, path

from duban.dispatch.views import holidays, jobs, notices, overview, rounds, verifying

urlpatterns: list[URLPattern] = [
    path("rounds/", rounds.rounds, name="rounds"),
    path("ledgers/<int:pk>/schedules/new/", rounds.schedule_new, name="schedule_new"),
    path("schedules/<int:pk>/", rounds.schedule, name="schedule"),
    path("rounds/<int:pk>/", rounds.round, name="round"),
    path("rounds/<int:pk>/export.xlsx", rounds.round_export, name="round_export"),
    path("rounds/<int:pk>/open/", rounds.round_open, name="round_open"),
    path("rounds/<int:pk>/close/", rounds.round_close, name="round_close"),
    path("rounds/<int:pk>/reopen/", rounds.round_reopen, name="round_reopen"),
    path("rounds/<int:pk>/verify/", verifying.verify, name="verify"),
    path("rounds/<int:pk>/sample/", verifying.sample, name="sample"),
    path("rounds/<int:pk>/move/", rounds.round_move, name="round_move"),
    path("ledgers/<int:pk>/overview/", overview.overview, name="overview"),
    path("ledgers/<int:pk>/burden/", overview.burden, name="burden"),
    path("holidays/", holidays.holidays, name="holidays"),
    path("holidays/set/", holidays.holiday_set, name="holiday_set"),
    path("holidays/<int:pk>/remove/", holidays.holiday_remove, name="holiday_remove"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.notices_read, name="notices_read"),
    path("notices/log/", notices.notice_log, name="notice_log"),
    path("notices/<int:pk>/again/", notices.notice_again, name="notice_again"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<str:pk>/", jobs.job_decide, name="job_decide"),
    path("reports/<int:pk>/verify/", verifying.decide, name="decide"),
]
