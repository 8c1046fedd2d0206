"""The one way in which reading fails."""

from __future__ import annotations

from functools import partial


class UnreadableSource(Exception):  # noqa: N818 - says what the source is, as all callers print it
    """A source that cannot be read. `message` tells the clerk in Chinese what is wrong, where, and what to do.

    `code` is stable and machine-readable ("empty", "encrypted", "broken" …); `name` is the source as the user named it.
    """

    def __init__(self, message: str, *, code: str, name: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.name = name

    def __str__(self) -> str:
        return f"{self.name}：{self.message}"

    def __reduce__(self) -> tuple[object, ...]:
        # Workers of a pool hand their errors back pickled, and pickling forgets keyword arguments.
        return partial(UnreadableSource, self.message, code=self.code, name=self.name), ()
