"""What may follow from a finding beside its own rectification, and when: only what the unit has been told."""

from __future__ import annotations

from duban.supervision.inspecting.refusals import FindingNotTold
from duban.supervision.models import Finding
from duban.supervision.states.inspections import FindingState

#: The unit was told of it and has to put it right.
TOLD = (FindingState.DEMANDED, FindingState.RECTIFIED)


def told(finding: Finding) -> Finding:
    """Return a finding on which an order or a matter may be made: fed back, and not put right yet.

    Before that the unit knows nothing of an unannounced visit (article 16: the part on a unit is fed back to it). Raises
    `FindingNotTold`.
    """
    if finding.state not in TOLD:
        raise FindingNotTold(finding.get_state_display())
    return finding
