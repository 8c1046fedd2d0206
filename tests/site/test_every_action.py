"""What writes is an action, every action leaves an event, and what reads does not write: swept over the whole program."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import duban

ROOT = Path(duban.__file__).parent
WRITES = {
    *("save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"),
    *("aupdate", "asave", "acreate", "adelete", "create_user", "set_password"),
}
#: Modules beside actions that write, each with its reason.
WRITERS = {
    "audit/trail.py": "writes the events themselves",
    "dispatch/keeping.py": "versions of reports and what follows from them, within the action that makes one",
    "dispatch/photos.py": "a preview, into memory",
    "plans/snapshots.py": "versions of tasks, within the action that makes one",
    "organisations/models/people.py": "the manager that actions make people with",
    "accounts/adapter.py": "allauth changes a password through it, and its signal leaves the event",
    "accounts/middleware.py": "notes when a session was last seen, which is no deed of anybody",
    "dispatch/nightly.py": "enters the nightly job of lights in the schedule after migrations",
    "dispatch/regular.py": "enters the regular jobs in the schedule after migrations",
    "supervision/nightly.py": "enters the nightly job of clocks in the schedule after migrations",
    "supervision/regular.py": "enters the regular job of orders in the schedule after migrations",
    "plans/broker.py": "notes how often a job was begun, which is no deed of anybody",
    "plans/nightly.py": "enters the nightly job in the schedule after migrations",
}
#: Functions that take by= and are no actions themselves.
NO_ACTIONS = {
    "plans/actions/breaking_down.py:save_all": "a preview too, which is rolled back; each of its saves is an action",
    "dispatch/actions/reports.py:save_all": "a preview too, which is rolled back; each of its saves is an action",
    "dispatch/actions/visits.py:visited": "counts the minutes of a visit, which is no deed of anybody",
    "plans/actions/checking.py:stand": "notes where somebody stands in the check, which changes nothing",
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def modules() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if "migrations" not in path.parts)


def is_of_actions(name: str) -> bool:
    parts = Path(name).parts
    return "actions" in parts or parts[-1].startswith("actions")


ACTIONS = [name for name in modules() if is_of_actions(name) and not name.endswith("__init__.py")]


def functions(name: str) -> Iterator[ast.FunctionDef]:
    """Give the public functions of a module."""
    for node in parsed(ROOT / name).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def decorators(function: ast.FunctionDef) -> set[str]:
    return {getattr(node, "id", getattr(node, "attr", "")) for node in function.decorator_list}


def takes_by(function: ast.FunctionDef) -> bool:
    return any(argument.arg == "by" for argument in (*function.args.args, *function.args.kwonlyargs))


def calls(tree: ast.AST) -> set[str]:
    """Return the names of what is called within."""
    return {
        getattr(node.func, "id", getattr(node.func, "attr", ""))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }


@cache
def leaving() -> frozenset[str]:
    """Return the names of the functions in modules of actions that leave an event, by themselves or through another."""
    bodies = {
        node.name: calls(node)
        for name in ACTIONS
        for node in ast.walk(parsed(ROOT / name))
        if isinstance(node, ast.FunctionDef)
    }
    found = {"record"}
    while more := {name for name, called in bodies.items() if name not in found and called & found}:
        found |= more
    return frozenset(found)


PUBLIC = [
    pytest.param(name, function, id=f"{name}:{function.name}") for name in ACTIONS for function in functions(name)
]


def test_there_are_actions() -> None:
    assert len([1 for param in PUBLIC if "action" in decorators(param.values[1])]) > 50  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "function"), PUBLIC)
def test_whoever_acts_does_so_in_an_action(name: str, function: ast.FunctionDef) -> None:
    writing = function.name in leaving() or calls(function) & WRITES
    if takes_by(function) and writing and "contextmanager" not in decorators(function):
        if f"{name}:{function.name}" in NO_ACTIONS:
            return
        assert "action" in decorators(function), f"{name}: {function.name} takes by= and is no action"


@pytest.mark.parametrize(("name", "function"), PUBLIC)
def test_an_action_leaves_an_event(name: str, function: ast.FunctionDef) -> None:
    if "action" in decorators(function):
        assert function.name in leaving(), f"{name}: {function.name} records nothing"
        positional = [argument.arg for argument in function.args.args]
        assert positional in ([], ["what"]), f"{name}: {function.name} is a sentence: its arguments have names"


def writes(name: str) -> list[str]:
    """Return where a module writes: the line and the call."""
    found = []
    for node in ast.walk(parsed(ROOT / name)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            continue
        # A queryset is updated by keywords; dictionaries, sets and digests are not.
        if node.func.attr == "update" and not node.keywords:
            continue
        found.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
    return found


def reads_only(name: str) -> bool:
    top = Path(name).parts[0]
    return top not in ("core", "cli", "writing") and not is_of_actions(name) and name not in WRITERS


@pytest.mark.parametrize("name", [name for name in modules() if reads_only(name)])
def test_nothing_but_actions_writes(name: str) -> None:
    assert writes(name) == []


def test_no_view_acts_as_the_system() -> None:
    """The system may do everything, so that no request may be taken for it."""
    for name in modules():
        parts = Path(name).parts
        if "views" in parts or parts[-1] in ("views.py", "forms.py", "middleware.py") or "forms" in parts:
            names = {node.id for node in ast.walk(parsed(ROOT / name)) if isinstance(node, ast.Name)}
            assert "SYSTEM" not in names, name
