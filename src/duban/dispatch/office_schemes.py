"""How offices keep schemes of their own, whatever the kind: a shelf for what they say, a model for their versions.

Each app enters its kinds here (`OfficeShelf`); the action that keeps a version, the queries and the pages (list, one scheme,
a text that is being written) work on that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from duban.audit.refusals import Refusal
from duban.dispatch.models.schemes import OfficeScheme
from duban.dispatch.schemes.shelf import S, Shelf


class SchemeUnproved(Refusal):
    """A scheme whose own examples do not come out may not take effect."""

    status = 422

    def __init__(self, title: str, problems: Sequence[object]) -> None:
        listed = "；".join(str(problem) for problem in problems[:5])
        super().__init__(f"{title}没有保存，算例对不上：{listed}")


class NoDay(Refusal):
    """A scheme is adopted from a day on; none was given."""

    status = 422

    def __init__(self) -> None:
        super().__init__("没有写从哪一天起采用。请填生效日期。")


@dataclass(frozen=True)
class OfficeShelf(Generic[S]):
    """A kind of scheme and how offices keep theirs.

    `permission` is what changing one takes and `event` what a new version leaves in the audit trail. `pages` begins the
    names of its addresses: ``dispatch:scheme`` for ``dispatch:schemes``, ``dispatch:scheme`` and ``dispatch:scheme_edit``.
    """

    shelf: Shelf[S]
    model: type[OfficeScheme]
    permission: str
    event: str
    pages: str

    @property
    def title(self) -> str:
        """What the kind is called."""
        return self.shelf.kind.title

    @property
    def list_page(self) -> str:
        """The name of the address of the list."""
        return f"{self.pages}s"

    @property
    def edit_page(self) -> str:
        """The name of the address where a text is written."""
        return f"{self.pages}_edit"

    @property
    def adopt_page(self) -> str:
        """The name of the address that adopts a scheme."""
        return f"{self.pages}_adopt"
