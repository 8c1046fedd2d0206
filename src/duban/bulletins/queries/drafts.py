"""A paper as it stands, beside what the data say now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from duban.bulletins.composing.blocks import Block, Change, changes
from duban.bulletins.composing.composer import Composer
from duban.bulletins.models import Bulletin, BulletinVersion
from duban.bulletins.recomposing import composer_for


def latest(bulletin: Bulletin) -> BulletinVersion:
    """Return the newest version of a paper."""
    return bulletin.versions.order_by("-number")[:1].get()


@dataclass(frozen=True)
class Draft:
    """What a paper says, what the rules would write now, and where they have gone apart."""

    bulletin: Bulletin
    version: BulletinVersion
    composer: Composer
    fresh: list[Block]

    @classmethod
    def of(cls, bulletin: Bulletin, version: BulletinVersion) -> Draft:
        """Return the draft of a version."""
        composer = composer_for(bulletin)
        return cls(bulletin, version, composer, composer.compose().blocks)

    @cached_property
    def body(self) -> dict[str, Any]:
        """What it says."""
        body: dict[str, Any] = self.version.body
        return body

    @cached_property
    def changes(self) -> list[Change]:
        """Where it and the data have gone apart."""
        return changes(self.body, self.fresh, self.composer.book)
