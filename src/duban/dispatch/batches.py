"""Work on a year at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Put the search for cyclic garbage off until the end: also a decorator.

    A batch keeps a year's objects until it is done. They are freed without the search, which would walk through them again
    and again to find nothing: a quarter of the time.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
