"""What a photo says of itself (EXIF), and a small preview of it; pure."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

PREVIEW_SIDE = 480
# A phone's photo has up to 50 million pixels; more is made to explode.
_MAX_PIXELS = 120_000_000


class NotAPicture(ValueError):  # noqa: N818 — a refusal is named for what it says
    """The bytes are no picture that can be opened, or one that is too large to open."""


@dataclass(frozen=True)
class Photo:
    """When and where a photo says it was taken (local time without zone, degrees), and its preview as JPEG."""

    taken_at: datetime | None
    latitude: float | None
    longitude: float | None
    preview: bytes


def read(data: bytes) -> Photo:
    """Read a photo. Raises `NotAPicture`."""
    try:
        picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > _MAX_PIXELS:
            raise NotAPicture(f"图片有{picture.width}×{picture.height}个像素，太大了")
        exif = picture.getexif()
        # A JPEG is decoded at a fraction of its size where that is enough for a preview.
        picture.draft("RGB", (PREVIEW_SIDE * 2, PREVIEW_SIDE * 2))
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        upright.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
        out = io.BytesIO()
        upright.save(out, "JPEG", quality=80)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotAPicture("图片打不开，可能已损坏") from error
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    return Photo(
        taken_at=_time(exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal)),
        latitude=_degrees(place.get(ExifTags.GPS.GPSLatitude), place.get(ExifTags.GPS.GPSLatitudeRef), "S", 90),
        longitude=_degrees(place.get(ExifTags.GPS.GPSLongitude), place.get(ExifTags.GPS.GPSLongitudeRef), "W", 180),
        preview=out.getvalue(),
    )


def _time(value: Any) -> datetime | None:
    try:
        return datetime.strptime(str(value), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None


def _degrees(value: Any, side: Any, negative: str, limit: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    whole = degrees + minutes / 60 + seconds / 3600
    if not 0 <= whole <= limit:
        return None
    return -whole if side == negative else whole
