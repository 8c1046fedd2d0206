"""Two hundred liaisons who file at once, for locust; started by dispatch.py, which says who they are and what they have."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path

from dispatch import typed
from locust import HttpUser, between, task
from locust.exception import StopUser

PEOPLE = json.loads(Path(os.environ["DUBAN_BENCH_PEOPLE"]).read_text("utf-8"))
TURN = count()
DONE = count(1)


class Liaison(HttpUser):
    """Opens the grid, fills it in cell by cell as fast as a person types, submits, leaves."""

    wait_time = between(5, 15)

    def on_start(self) -> None:
        """Take the next person's place, who is signed in."""
        number = next(TURN)
        if number >= len(PEOPLE):
            raise StopUser
        self.me = PEOPLE[number]
        self.client.cookies.set("sessionid", self.me["session"])

    @task
    def file(self) -> None:
        """File all reports of the unit, once."""
        self.client.get(self.me["grid"], name="打开填报表")
        token = {"X-CSRFToken": self.client.cookies["csrftoken"], "Accept": "application/json"}
        for report in self.me["reports"]:
            for cell in (*report["cells"], "progress"):
                self.wait()
                told = {
                    "person": self.me["person"],
                    "changes": [{"cell": cell, "was": "", "now": typed(report["pk"], cell)}],
                }
                self.client.post(f"/reports/{report['pk']}/save", json=told, headers=token, name="自动保存一格")
        self.wait()
        sent = {"do": "submit", "csrfmiddlewaretoken": self.client.cookies["csrftoken"]}
        for report in self.me["reports"]:
            for cell in (*report["cells"], "progress"):
                # The page's script keeps what was saved as what was there.
                sent[f"{report['pk']}-{cell}"] = sent[f"was-{report['pk']}-{cell}"] = typed(report["pk"], cell)
        self.client.post(self.me["grid"], sent, name="提交")
        if next(DONE) == len(PEOPLE):
            self.environment.runner.quit()
        raise StopUser
