"""What later apps show on the page of a report, which may not import them; entered when they are ready."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from duban.dispatch.models import Report
from duban.organisations.models import Person


@dataclass(frozen=True)
class ReportPanel:
    """A panel on a report's page: a template, and what it is rendered with; None where there is nothing to show."""

    template: str
    context: Callable[[Report, Person], dict[str, Any] | None]


#: What has been entered, by the template.
REPORT_PANELS: dict[str, ReportPanel] = {}


def add_report_panel(panel: ReportPanel) -> None:
    """Enter a panel; entered again with its template it is replaced."""
    REPORT_PANELS[panel.template] = panel


def panels_of(report: Report, person: Person) -> list[tuple[str, dict[str, Any]]]:
    """Return the panels that have something to show of a report: their templates, and what each is rendered with."""
    return [
        (panel.template, more)
        for panel in REPORT_PANELS.values()
        if (more := panel.context(report, person)) is not None
    ]
