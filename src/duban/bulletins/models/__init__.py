"""Papers of the office, their versions, sign-off, archive and deliveries; the office's own words and templates."""

from duban.bulletins.models.archive import ArchivedFile
from duban.bulletins.models.papers import Bulletin, BulletinVersion, Delivery, SignOff
from duban.bulletins.models.words import BulletinTemplate, BulletinWording

__all__ = [
    "ArchivedFile",
    "Bulletin",
    "BulletinTemplate",
    "BulletinVersion",
    "BulletinWording",
    "Delivery",
    "SignOff",
]
