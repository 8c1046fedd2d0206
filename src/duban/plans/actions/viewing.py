"""Views of a list that a person saves under a name."""

from __future__ import annotations

from duban.audit.refusals import Refusal
from duban.audit.trail import action, record
from duban.organisations.access import require
from duban.organisations.models import Person
from duban.plans.models import SavedView

#: How many views a person may keep for a page: a menu, not an archive.
MOST = 30


class UnusableName(Refusal):
    """A view is to be saved under a name that cannot be one."""

    status = 422


class TooManyViews(Refusal):
    """The person keeps as many views as a menu can show."""

    def __init__(self) -> None:
        super().__init__(f"最多保存{MOST}个视图。请先删除不用的，再保存。")


@action
def save_view(*, page: str, name: str, query: str, by: Person) -> SavedView:
    """Save what a list of `page` asks for (`query`) under `name`; the person's view of that name is replaced.

    Raises `UnusableName`, `TooManyViews`, `NotAllowed`.
    """
    require(by, "plans.save_view")
    name = " ".join(name.split())
    if not name or len(name) > 50:
        raise UnusableName("请给视图起个名字，最多50个字。")
    if len(query) > 2000:
        raise UnusableName("筛选条件太长，存不下。请减少条件后再保存。")
    # Two tabs may save at once: the person's row is the lock.
    Person.objects.select_for_update().get(pk=by.pk)
    views = SavedView.objects.filter(person=by, page=page)
    old = views.filter(name=name).first()
    if old is None and views.count() >= MOST:
        raise TooManyViews
    before = {"query": old.query} if old else None
    view = old or SavedView(person=by, page=page, name=name)
    view.query = query
    view.save()
    record("plans.save_view", by=by, subject=view, before=before, after={"query": query})
    return view


@action
def delete_view(*, view: SavedView, by: Person) -> None:
    """Delete a view of the person's own."""
    require(by, "plans.save_view")
    record("plans.delete_view", by=by, subject=view, before={"query": view.query})
    view.delete()
