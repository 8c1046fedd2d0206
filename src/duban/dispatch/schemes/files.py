"""Light schemes on disk: those that come with the product, and an office's own."""

from __future__ import annotations

from duban.dispatch.schemes.lights import reading
from duban.dispatch.schemes.lights.checking import check, unproved
from duban.dispatch.schemes.lights.scheme import LightScheme
from duban.dispatch.schemes.lights.wording import described
from duban.dispatch.schemes.shelf import Kind, Shelf

DEFAULT = "default"
#: The kind of schemes by which lights are given, and those there are.
LIGHTS: Shelf[LightScheme] = Shelf(
    Kind(
        name=reading.KIND,
        title="亮灯办法",
        package="duban.dispatch.schemes",
        read=reading.read,
        check=check,
        unproved=unproved,
        described=described,
        examples=lambda scheme: len(scheme.examples),
        default=DEFAULT,
    )
)

presets = LIGHTS.presets
read = LIGHTS.read
load = LIGHTS.load
find = LIGHTS.find
text_of = LIGHTS.text_of
