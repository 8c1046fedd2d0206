"""Schemes of any kind on disk: those that come with the product, and an office's own.

A kind of scheme is told by the `kind` at the head of its file. Each app enters its kinds where it uses them; the command
line puts the shelves of all of them together.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from duban.dispatch.schemes.problems import Problem, Reader, WrongScheme


class Scheme(Protocol):
    """What schemes of every kind have."""

    @property
    def name(self) -> str:
        """The name by which it is chosen."""
        ...

    @property
    def version(self) -> str:
        """Its version."""
        ...

    @property
    def title(self) -> str:
        """What it is called."""
        ...

    @property
    def source(self) -> str:
        """Where its rules come from."""
        ...

    @property
    def file(self) -> str:
        """The file it was read from."""
        ...


S = TypeVar("S", bound=Scheme)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TITLE = 100


@dataclass(frozen=True)
class Kind(Generic[S]):
    """A kind of scheme: how it is called and read, in which package its presets lie, what proves it, how it is told.

    `default` is the preset that stands first. `check` returns what does not hold, `unproved` what no worked example comes
    to, `examples` how many of them there are.
    """

    name: str
    title: str
    package: str
    read: Callable[[Reader], S]
    check: Callable[[S], list[Problem]]
    unproved: Callable[[S], list[str]]
    described: Callable[[S], Iterator[tuple[str, list[str]]]]
    examples: Callable[[S], int]
    default: str = ""


class Shelf(Generic[S]):
    """The schemes of one kind."""

    def __init__(self, kind: Kind[S]) -> None:
        self.kind = kind

    @property
    def _folder(self) -> Traversable:
        return resources.files(self.kind.package) / "presets"

    @cached_property
    def _presets(self) -> Mapping[str, S]:
        files = [file for file in self._folder.iterdir() if file.name.endswith(".toml")]
        found = [self.read(file.read_text("utf-8"), file.name) for file in files]
        return {one.name: one for one in sorted(found, key=lambda one: (one.name != self.kind.default, one.name))}

    def presets(self) -> Mapping[str, S]:
        """Return the schemes that come with the product, by name; the default first."""
        return self._presets

    def read(self, text: str, file: str) -> S:
        """Return the scheme in the text of a file called `file`. Raises `WrongScheme` with everything that is wrong."""
        reader = Reader(file, parsed(text, file))
        if reader.choice("kind", [self.kind.name]) != self.kind.name or reader.problems:
            raise WrongScheme(reader.problems)
        scheme = self.kind.read(reader)
        if reader.problems:
            raise WrongScheme(reader.problems)
        return scheme

    def load(self, path: Path) -> S:
        """Return the scheme in a file. Raises `WrongScheme` where it cannot be read or used."""
        return self.read(text_in(path), str(path))

    def find(self, name: str) -> S:
        """Return the preset called `name`, or the scheme in the file of that path. Raises `WrongScheme`."""
        presets = self.presets()
        return presets[name] if name in presets else self.load(path_of(name, presets))

    def text_of(self, name: str) -> str:
        """Return the file of a scheme as it stands; `name` as for :meth:`find`."""
        presets = self.presets()
        if name in presets:
            return (self._folder / presets[name].file).read_text("utf-8")
        return text_in(path_of(name, presets))

    def of_office(self, scheme: S) -> list[Problem]:
        """Return what an office's own scheme may not be called: like a preset, so that nobody could tell them apart.

        Its name stands in addresses and beside whatever is decided by it.
        """
        found = []
        if scheme.name in self.presets():
            do = "另起一个名称，以免分不清是按哪个办法办的"
            found.append(Problem(scheme.file, "name", f"“{scheme.name}”是自带办法的名称", do))
        elif not _NAME.fullmatch(scheme.name):
            do = '只用小写字母、数字和连字符，最多40个，如 name = "lanqiao"；中文写在 title'
            found.append(Problem(scheme.file, "name", f"“{scheme.name}”不能作名称", do))
        if len(scheme.title) > _TITLE:
            found.append(Problem(scheme.file, "title", f"标题有{len(scheme.title)}个字", f"缩短到{_TITLE}个字以内"))
        return found


def parsed(text: str, file: str) -> Mapping[str, object]:
    """Return the TOML of a file. Raises `WrongScheme` with the place where it is none."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"第{place[1]}行第{place[2]}列" if place else "末尾"
        raise WrongScheme(
            [Problem(file, where, "不合 TOML 的写法", "看这一处的引号、括号、等号是否成对，文字要加双引号")]
        ) from error


def text_in(path: Path) -> str:
    """Return the text of a scheme's file. Raises `WrongScheme` where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise WrongScheme([Problem(str(path), "", "打不开", "请核对路径和权限")]) from error
    except UnicodeDecodeError as error:
        raise WrongScheme([Problem(str(path), "", "不是 UTF-8 编码", "用记事本另存为 UTF-8")]) from error


def path_of(name: str, presets: Iterable[str]) -> Path:
    """Return the path that a name that is no preset stands for. Raises `WrongScheme` where it is neither."""
    path = Path(name)
    if path.suffix != ".toml" and not path.exists():
        raise WrongScheme([Problem(name, "", "没有这个办法", f"自带的有 {'、'.join(presets)}；自己的写文件路径")])
    return path
