"""The one way in which reading fails."""

from __future__ import annotations


class UnreadableSource(Exception):
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
        # Workers of a pool hand their errors back pickled; keyword arguments would get lost on the way.
        return _again, (self.message, self.code, self.name)


def _again(message: str, code: str, name: str) -> UnreadableSource:
    return UnreadableSource(message, code=code, name=name)
