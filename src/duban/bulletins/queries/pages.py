"""The page of a paper: its blocks as they will print, each bound value with its source, each change beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe

from duban.bulletins.composing import blocks as made_of
from duban.bulletins.composing.blocks import Block, Change, Piece
from duban.bulletins.composing.figures import Book, Figure, Source, UnknownFigure
from duban.bulletins.models import Bulletin, BulletinVersion, SignOff
from duban.bulletins.papers import chart_of, not_in_fonts, paper_of
from duban.bulletins.queries.drafts import Draft, latest
from duban.bulletins.queries.lists import first_waiting
from duban.bulletins.states import EDITABLE, ISSUED, BulletinState
from duban.organisations.access import access_of
from duban.organisations.models import Person, Post, Unit
from duban.organisations.roles import MAY
from duban.writing.official import Paper
from duban.writing.official.charts import as_svg


@dataclass(frozen=True)
class Shown:
    """A piece as the page shows it: words, and of a bound value its source, what it is, and what it would be now."""

    text: str
    name: str = ""
    url: str = ""
    title: str = ""
    now: str = ""
    gone: bool = False
    number: bool = False
    note: list[Shown] = field(default_factory=list)


@dataclass(frozen=True)
class ShownBlock:
    """A block as the page shows it; `before` is its number, `changes` are where the data have moved on."""

    id: str
    type: str
    level: int
    before: str
    pieces: list[Shown]
    title: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[list[Shown]]] = field(default_factory=list)
    drawing: SafeString | str = ""
    landscape: bool = False
    edited: bool = False
    own: bool = False
    changes: list[Change] = field(default_factory=list)

    @property
    def words(self) -> bool:
        """Say whether a person may edit it."""
        return self.type in made_of.WORDS


def url_of(source: Source | None) -> str:
    """Return the address of a figure's source; empty where the site has no such page."""
    if source is None:
        return ""
    try:
        return f"{reverse(source.page, args=source.args)}{source.asked}"
    except NoReverseMatch:
        return ""


class Shower:
    """Turns blocks into what the page shows, with the sources of their values where the person may open them."""

    def __init__(self, book: Book | None, changes: Iterable[Change] = (), *, links: bool = True) -> None:
        self._book = book
        self._links = links
        self._changes: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            self._changes[change.block].append(change)

    def blocks(self, blocks: Iterable[Block]) -> list[ShownBlock]:
        """Return all blocks."""
        return [self.block(block, before) for block, before in made_of.numbered(blocks)]

    def block(self, block: Block, before: str) -> ShownBlock:
        """Return one block with its number."""
        changes = self._changes.get(block["id"], [])
        moved = {change.name: change for change in changes if change.kind in ("figure", "gone")}
        drawing: SafeString | str = ""
        if block["type"] == "chart":
            # The ink of the sheet, which is white in the dark too.
            drawing = mark_safe(as_svg(chart_of(block)))
        return ShownBlock(
            id=block["id"],
            type=block["type"],
            level=block.get("level", 0),
            before=before,
            pieces=self._pieces(block.get("parts", ()), moved),
            title=block.get("title", ""),
            head=block.get("head", []),
            rows=[[self._pieces(cell, {}) for cell in row] for row in block.get("rows", ())] or self._of_chart(block),
            drawing=drawing,
            landscape=block.get("landscape", False),
            edited=made_of.is_edited(block),
            own=not block.get("key"),
            changes=changes,
        )

    def _of_chart(self, block: Block) -> list[list[list[Shown]]]:
        """Return the values of a chart as rows: the table beside the picture."""
        if block["type"] != "chart":
            return []
        return [
            [self._pieces([label], {}), *(self._pieces([one["values"][n]], {}) for one in block["series"])]
            for n, label in enumerate(block["labels"])
        ]

    def _pieces(self, parts: Iterable[Piece], moved: dict[str, Change]) -> list[Shown]:
        return [self._piece(part, moved) for part in parts]

    def _piece(self, part: Piece, moved: dict[str, Change]) -> Shown:
        if isinstance(part, str):
            return Shown(part)
        if "n" in part:
            return Shown("", note=self._pieces(part["n"], moved))
        name, value = part["f"], str(part["v"])
        if self._book is None:
            # To whoever reads the paper it is a word like others.
            return Shown(value)
        figure = self._figure(name)
        change = moved.get(name)
        return Shown(
            text=value,
            name=name,
            url=url_of(figure.source) if figure and self._links else "",
            title=told(figure) if figure else "这个数的来源已经不在台账里",
            now=change.new if change and change.kind == "figure" else "",
            gone=change is not None and change.kind == "gone",
            number=figure.is_number if figure else False,
        )

    def _figure(self, name: str) -> Figure | None:
        if self._book is None:
            return None
        try:
            return self._book.figure(name)
        except UnknownFigure:
            return None


def told(figure: Figure) -> str:
    """Return in words what a bound value is: its label, its unit, its name."""
    return f"{figure.label}{f'（{figure.unit}）' if figure.unit else ''} · {figure.name}"


@dataclass(frozen=True)
class PaperPage:
    """All that the page of a paper shows."""

    bulletin: Bulletin
    version: BulletinVersion
    blocks: list[ShownBlock]
    changes: list[Change]
    fresh: list[Change]
    signs: list[SignOff]
    edited: int
    bound: int
    office: bool
    edits: bool
    mine: SignOff | None
    fonts: str

    @property
    def issued(self) -> bool:
        """Say whether it was issued."""
        return self.bulletin.state in ISSUED

    @cached_property
    def _cut(self) -> int:
        return next((at for at, block in enumerate(self.blocks) if block.type == "annex"), len(self.blocks))

    @property
    def main(self) -> list[ShownBlock]:
        """The blocks before the signature."""
        return self.blocks[: self._cut]

    @property
    def annexed(self) -> list[ShownBlock]:
        """The blocks of the annexes, which follow the signature."""
        return self.blocks[self._cut :]

    @property
    def annex_lines(self) -> list[str]:
        """The annexes as they are listed before the signature."""
        titles = [block.title for block in self.annexed if block.type == "annex"]
        return Paper("", (), annexes=tuple(titles)).annex_lines


def page_of(bulletin: Bulletin, person: Person) -> PaperPage:
    """Return the page of a paper for a person; a draft is worked out anew from the data, an issued one is as it was."""
    access = access_of(person)
    office = access.may("bulletins.write", division=bulletin.division)
    version = latest(bulletin)
    inside = office or access.may("bulletins.sign", division=bulletin.division)
    draft = Draft.of(bulletin, version) if inside else None
    # An issued paper stays as it was: what changed since is for whoever may put it right.
    found = draft.changes if draft and (bulletin.state not in ISSUED or office) else []
    book = draft.composer.book if draft else None
    blocks = Shower(book, found, links=inside).blocks(version.body["blocks"])
    signs = list(bulletin.signs.select_related("person", "version").order_by("-round", "place"))
    waiting = first_waiting(signs)
    edits = office and bulletin.state in EDITABLE
    return PaperPage(
        bulletin=bulletin,
        version=version,
        blocks=blocks,
        changes=found,
        fresh=[change for change in found if change.kind == "new"],
        signs=signs,
        edited=sum(block.edited for block in blocks),
        bound=sum(1 for block in version.body["blocks"] for _ in made_of.bound_of(block)),
        office=office,
        edits=edits,
        mine=waiting
        if waiting and waiting.person_id == person.pk and bulletin.state == BulletinState.SIGNING
        else None,
        fonts=not_in_fonts(paper_of(bulletin, version.body)) if edits else "",
    )


@dataclass(frozen=True)
class Different:
    """A block that a person changed: what was composed, what stands, as a difference."""

    id: str
    title: str
    runs: list[made_of.Run]


def differences(version: BulletinVersion) -> list[Different]:
    """Return what people changed of what the rules wrote; what was written by hand, and what was taken out, too."""
    found = []
    for block, before in made_of.numbered(version.body["blocks"]):
        if not made_of.is_edited(block):
            continue
        title = "手写的一段" if not block.get("key") else "改过的一段"
        if block["type"] == "heading":
            title = f"标题 {before}"
        found.append(Different(block["id"], title, made_of.difference(block.get("composed", ()), block["parts"])))
    return found


@dataclass(frozen=True)
class Bound:
    """A bound value of a paper with its query: what stands, what it is now, where it comes from."""

    name: str
    shown: str
    now: str
    label: str
    unit: str
    query: str
    parameters: str
    url: str
    block: str
    number: bool


def figures_of(bulletin: Bulletin) -> list[Bound]:
    """Return every bound value of a paper, each once, in the order in which they stand."""
    version = latest(bulletin)
    book = Draft.of(bulletin, version).composer.book
    found: dict[str, Bound] = {}
    for block in version.body["blocks"]:
        for one in made_of.bound_of(block):
            name = one["f"]
            if name in found:
                continue
            try:
                figure = book.figure(name)
            except UnknownFigure:
                found[name] = Bound(name, str(one["v"]), "（已不在）", "", "", "", "", "", block["id"], False)
                continue
            parameters = "，".join(f"{key}={value}" for key, value in figure.parameters)
            found[name] = Bound(
                name, str(one["v"]), figure.shown, figure.label, figure.unit, figure.query, parameters,
                url_of(figure.source), block["id"], figure.is_number,
            )  # fmt: skip
    return list(found.values())


def signers(bulletin: Bulletin, today: Any) -> list[Post]:
    """Return the posts whose holders may sign the paper, leaders after the office, as their order says."""
    roles = list(MAY["bulletins.sign"])
    held = Post.objects.held(today).filter(division=bulletin.division_id, role__in=roles, person__is_active=True)
    return list(held.select_related("person").order_by("-role", "order", "pk"))


def units_for(bulletin: Bulletin, today: Any) -> tuple[list[Unit], set[int]]:
    """Return the units that a paper may be sent to, and those to whom papers of its kind go."""
    every = list(
        Unit.objects.filter(division=bulletin.division_id)
        .exclude(valid_to__lte=today)
        .select_related("group")
        .order_by("group__order", "order", "pk")
    )
    if bulletin.kind == "unit":
        chosen = {bulletin.unit_id or 0}
    elif bulletin.kind in ("monthly", "year"):
        chosen = {unit.pk for unit in every}
    elif bulletin.kind in ("section", "livelihood", "projects"):
        draft = Draft.of(bulletin, latest(bulletin))
        chosen = {unit for task in draft.composer.facts.tasks for unit in task.units}
    else:
        chosen = set()
    return every, chosen
