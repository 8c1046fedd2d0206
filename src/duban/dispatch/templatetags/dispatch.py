"""Template tags of dispatch: links to reports, what an indicator promises."""

from __future__ import annotations

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from duban.dispatch.goals import said
from duban.dispatch.models import Report
from duban.plans.models import Indicator

register = template.Library()


@register.simple_tag
def report_link(report: Report) -> SafeString:
    """Link to a report (with its round and unit): 2026年9月 区发展改革局."""
    try:
        address = reverse("dispatch:report", args=[report.pk])
    except NoReverseMatch:
        return format_html("{} {}", report.round, report.unit)
    return format_html('<a href="{}">{} {}</a>', address, report.round, report.unit)


@register.filter
def promise(indicator: Indicator) -> str:
    """Say what an indicator promises: 不低于52个."""
    return said(indicator)
