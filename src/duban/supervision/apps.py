"""The app supervision."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SupervisionConfig(AppConfig):
    """Registers the app with Django."""

    name = "duban.supervision"
    label = "supervision"
    verbose_name = "督办督查"

    def ready(self) -> None:
        """Show on the pages of the ledger and on the workbench what supervision follows, and have its clocks run."""
        # What it imports needs the models, which are there from here on.
        from duban.dispatch.burdens import Asked, add_asked
        from duban.dispatch.demands import add_demands
        from duban.dispatch.extensions import ReportPanel, add_report_panel
        from duban.dispatch.reminders.sources import add_source
        from duban.plans import extensions
        from duban.plans.queries.gates import add_gate
        from duban.supervision import listening, nightly, order_reminding, regular, reminding
        from duban.supervision.inspecting import reminding as inspection_reminding
        from duban.supervision.loop import reminding as loop
        from duban.supervision.queries import (
            close_outs,
            conferences,
            gates,
            inspections,
            issues,
            leading,
            matters_elsewhere,
            orders,
            talks,
            whistles,
        )

        extensions.add_panel(
            extensions.Panel("supervision/issues/panel.html", issues.panel, ("supervision.Issue.task",))
        )
        add_report_panel(ReportPanel("supervision/issues/report_panel.html", issues.report_panel))
        extensions.add_panel(
            extensions.Panel(
                "supervision/inspections/panel.html",
                inspections.panel,
                ("supervision.CheckItem.task", "supervision.Finding.task"),
            )
        )
        add_report_panel(ReportPanel("supervision/inspections/report_panel.html", inspections.report_panel))
        for source in inspection_reminding.SOURCES:
            add_source(source)
        for kind, rows in gates.KINDS.items():
            add_gate(kind, rows)
        extensions.add_waiting("supervision.inspections", inspections.waiting)
        extensions.add_waiting("supervision.issues", issues.waiting)
        extensions.add_waiting("supervision.whistles", whistles.waiting)
        extensions.add_waiting("supervision.conferences", conferences.waiting)
        extensions.add_landing(extensions.Landing("supervision/leading.html", leading.page))
        add_source(reminding.SOURCE)
        add_source(loop.ISSUES)
        add_source(loop.CALLS)
        listening.listen()
        post_migrate.connect(nightly.schedule, sender=self, dispatch_uid=nightly.NAME)
        extensions.add_panel(
            extensions.Panel(
                "supervision/task_matters.html",
                matters_elsewhere.of_task,
                ("supervision.Matter.task",),
                matters_elsewhere.of_no_matter,
            )
        )
        extensions.add_waiting("supervision.matters", matters_elsewhere.waiting)
        extensions.add_panel(
            extensions.Panel(
                "supervision/task_orders.html", orders.of_task, ("supervision.Order.task",), orders.of_no_order
            )
        )
        extensions.add_waiting("supervision.orders", orders.waiting)
        extensions.add_waiting("supervision.talks", talks.waiting)
        extensions.add_bulk(
            extensions.Bulk("给勾选的任务发督办单", "gavel", "supervision:orders_bulk", "supervision.run")
        )
        add_demands("supervision.orders", orders.demands)
        add_asked("supervision.inspections", Asked("接受督查（次）", inspections.asked))
        add_source(order_reminding.SOURCE)
        post_migrate.connect(regular.schedule, sender=self, dispatch_uid=regular.NAME)
        extensions.add_panel(
            extensions.Panel(
                "supervision/close_outs/panel.html",
                close_outs.panel,
                ("supervision.CloseOut.task",),
                close_outs.of_none,
            )
        )
        extensions.add_waiting("supervision.close_outs", close_outs.waiting)
