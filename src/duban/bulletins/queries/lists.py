"""The list of papers, and what waits of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from duban.bulletins.composing.wording import KINDS
from duban.bulletins.models import Bulletin, Delivery, SignOff
from duban.bulletins.states import ISSUED, BulletinState
from duban.organisations.access import access_of
from duban.organisations.models import Person
from duban.plans.queries.desk import SHOWN, Item, Part, address

#: By what the list can be ordered, by the name in the address.
SORTS = {"month": "month", "kind": "kind", "title": "title", "state": "state", "issued": "issued_at", "number": "seq"}


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to and ordered by, as the address has it."""

    kind: str = ""
    state: str = ""
    year: str = ""
    month: str = ""
    q: str = ""
    sort: str = "-month"

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Asked:
        """Return the filters of an address; what is no value is left out."""
        digits = {
            name: value if (value := asked.get(name, "")).isascii() and value.isdigit() and len(value) <= 4 else ""
            for name in ("year", "month")
        }
        state, sort = asked.get("state", ""), asked.get("sort", "")
        return cls(
            kind=asked.get("kind", "") if asked.get("kind", "") in KINDS else "",
            state=state if state in (*BulletinState.values, "issued") else "",
            q=asked.get("q", "").strip()[:100],
            sort=sort if sort.removeprefix("-") in SORTS else "-month",
            **digits,
        )

    def narrow(self, found: QuerySet[Bulletin]) -> QuerySet[Bulletin]:
        """Return those that the filters let through, in order."""
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.state == "issued":
            found = found.filter(state__in=ISSUED)
        elif self.state:
            found = found.filter(state=self.state)
        else:
            found = found.exclude(state=BulletinState.DISCARDED)
        if self.year:
            found = found.filter(month__year=int(self.year))
        if self.month:
            found = found.filter(month__month=int(self.month))
        if self.q:
            found = found.filter(Q(title__icontains=self.q) | Q(addressee__icontains=self.q))
        field = SORTS[self.sort.removeprefix("-")]
        return found.order_by(f"-{field}" if self.sort.startswith("-") else field, "-pk")


def listed(person: Person, asked: Asked) -> QuerySet[Bulletin]:
    """Return the papers that a person sees, as asked."""
    seen = Bulletin.objects.visible_to(person).select_related("ledger", "section", "unit", "corrects")
    return asked.narrow(seen).annotate(
        sent=Count("deliveries", distinct=True),
        opened=Count("deliveries", filter=Q(deliveries__opened_at__isnull=False), distinct=True),
    )


def years(person: Person) -> list[int]:
    """Return the years of which there are papers, the newest first."""
    found = Bulletin.objects.visible_to(person).order_by().values_list("month__year", flat=True).distinct()
    return sorted(found, reverse=True)


def waiting(person: Person, today: date) -> list[Part]:
    """Return what waits for the person: papers to sign, returned ones, signed ones to issue, papers that came to the unit.

    One statement, and one more for the signatures where there are papers.
    """
    access = access_of(person)
    wanted = Q(pk__in=())
    if access.may("bulletins.sign"):
        mine = SignOff.objects.filter(person=person, verdict=SignOff.Verdict.WAITING)
        wanted |= Q(state=BulletinState.SIGNING, pk__in=mine.values("bulletin_id"))
    if access.may("bulletins.write"):
        office = access.reach("bulletins.write").of_division()
        wanted |= office & Q(state__in=(BulletinState.RETURNED, BulletinState.SIGNED))
    if units := access.reach("bulletins.read").units:
        unopened = Delivery.objects.filter(unit__in=units, opened_at=None)
        wanted |= Q(state__in=ISSUED, pk__in=unopened.values("bulletin_id"))
    if not wanted.children:
        return []
    found: dict[str, list[Item]] = {title: [] for title in _WAITS}
    rows = Bulletin.objects.filter(wanted).defer("wording").order_by("month", "pk")
    for one in rows.prefetch_related("signs"):
        if one.state == BulletinState.SIGNING:
            step = first_waiting(one.signs.all())
            if step and step.person_id == person.pk:
                found["等您审签的通报"].append(Item(str(one), address("bulletins:sign", one.pk), "审签"))
            continue
        title, verb = _NEXT.get(one.state, ("新收到的通报", "阅读"))
        found[title].append(Item(str(one), address("bulletins:paper", one.pk), verb, one.number))
    return [Part(title, items[:SHOWN], len(items)) for title, items in found.items() if items]


_NEXT = {
    BulletinState.RETURNED.value: ("退回修改的通报", "修改"),
    BulletinState.SIGNED.value: ("已审签、待印发的通报", "印发"),
}
_WAITS = ("等您审签的通报", *(title for title, _ in _NEXT.values()), "新收到的通报")


def first_waiting(signs: Iterable[SignOff]) -> SignOff | None:
    """Return the step that waits now: the first of the newest round that nobody has decided."""
    waiting = [one for one in signs if one.verdict == SignOff.Verdict.WAITING]
    return min(waiting, key=lambda one: (one.round, one.place), default=None)
