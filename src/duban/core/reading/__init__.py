"""From a file, a folder, an archive or standard input to a :class:`~duban.core.types.Source`.

The content decides what a file is, never its name. Each format is one module with
``read(data: bytes, *, name: str, sha256: str) -> Source``.
"""

from duban.core.reading.dispatch import read_bytes, read_path
from duban.core.reading.errors import UnreadableSource
from duban.core.reading.inputs import Input, expand

__all__ = ["Input", "UnreadableSource", "expand", "read_bytes", "read_path"]
