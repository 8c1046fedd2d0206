"""What the ledger tells later apps, which it may not import."""

from __future__ import annotations

from django.dispatch import Signal

#: Sent inside the action when tasks in force were issued, amended, broken down or assigned: their new versions are kept.
#: `tasks` holds the ledger of each by the task's number.
changed = Signal()
