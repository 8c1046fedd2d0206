"""The fonts of printed papers: those of an office's folder, then those of the system, then what comes nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

from duban.writing.official.paper import FANGSONG, HEITI, KAITI, SONGTI, XIAOBIAOSONG

#: What each font goes by, the nearest first; the last ones are free.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    XIAOBIAOSONG: (XIAOBIAOSONG, "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋_GBK", "Noto Serif CJK SC"),
    FANGSONG: (FANGSONG, "FangSong_GB2312", "仿宋", "FangSong", "STFangsong", "Noto Serif CJK SC"),
    HEITI: (HEITI, "SimHei", "STHeiti", "Noto Sans CJK SC"),
    KAITI: (KAITI, "KaiTi_GB2312", "楷体", "KaiTi", "STKaiti", "Noto Serif CJK SC"),
    SONGTI: (SONGTI, "SimSun", "STSong", "Noto Serif CJK SC"),
}
_ENDINGS = (".ttf", ".otf")
#: Names of the family in a font's own table: the plain one, and the one that groups weights.
_NAMES = (1, 16)


def css_family(font: str) -> str:
    """Return the families of a font as CSS lists them."""
    return ", ".join(f'"{name}"' for name in FAMILIES[font]) + ", serif"


def faces(folder: Path) -> Iterator[tuple[str, Path]]:
    """Return the family names of each font file in a folder, with the file."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in _ENDINGS:
            for name in _names(path, path.stat().st_mtime_ns):
                yield name, path


@cache
def _names(path: Path, changed: int) -> tuple[str, ...]:
    """Return what a font file calls itself, in all its languages; none for a file that is no font."""
    try:
        with TTFont(path, lazy=True) as font:
            found = {record.toUnicode() for record in font["name"].names if record.nameID in _NAMES}
    except (TTLibError, OSError, KeyError, UnicodeDecodeError):
        return ()
    return tuple(sorted(found))


def lacking(words: str, folder: Path | None) -> tuple[str, ...]:
    """Return the characters of `words` that no font of the folder has: they would be set in another look, or as boxes.

    Without a folder of fonts nothing can be said: whoever opens the file has fonts of their own.
    """
    paths = {path for _, path in faces(folder)} if folder and folder.is_dir() else set()
    if not paths:
        return ()
    known = frozenset[int]().union(*(_characters(path, path.stat().st_mtime_ns) for path in paths))
    return tuple(sorted({character for character in words if not character.isspace() and ord(character) not in known}))


@cache
def _characters(path: Path, changed: int) -> frozenset[int]:
    """Return the characters that a font file can set."""
    try:
        with TTFont(path, lazy=True) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError, KeyError):
        return frozenset()
