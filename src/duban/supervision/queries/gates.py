"""What waits on few days only: the rows without which a part of the workbench is empty (`duban.plans.queries.gates`)."""

from __future__ import annotations

from duban.plans.queries.gates import Rows
from duban.supervision.models import (
    CloseOut,
    Conference,
    OrderExtension,
    Review,
    Talk,
    Visit,
    WhistleCall,
)
from duban.supervision.states.close_outs import WAITING, CloseOutState
from duban.supervision.states.conferences import ConferenceState
from duban.supervision.states.inspections import InspectionState, ReviewState
from duban.supervision.states.orders import ExtensionState, TalkState
from duban.supervision.states.whistles import CallState

KINDS: dict[str, Rows] = {
    "supervision.talks": lambda: Talk.objects.filter(state=TalkState.PLANNED),
    "supervision.conferences": lambda: Conference.objects.filter(state=ConferenceState.PLANNED),
    "supervision.visits": lambda: Visit.objects.filter(inspection__state=InspectionState.ON_SITE),
    "supervision.reviews": lambda: Review.objects.filter(state=ReviewState.REQUESTED),
    "supervision.extensions": lambda: OrderExtension.objects.filter(state=ExtensionState.ASKED),
    "supervision.calls": lambda: WhistleCall.objects.filter(state__in=(CallState.CALLED, CallState.ANSWERED)),
    "supervision.close_outs": lambda: CloseOut.objects.filter(state__in=(*WAITING, CloseOutState.RETURNED)),
}
