"""A finding that something is made of: an order, a matter."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from duban.organisations.guard import SignedIn
from duban.supervision.models import Finding


def finding_to_follow(request: SignedIn, pk: int) -> Finding:
    """Return a finding that the person sees, with the part it was made on. Raises `Http404`."""
    seen = Finding.objects.visible_to(request.user)
    related = ("part__inspection__division", "part__unit__successor__successor", "task__ledger")
    return get_object_or_404(seen.select_related(*related), pk=pk)
