"""How well annotated documents are read, and what a change has gained and lost (`make accuracy`).

Reads each annotated document, scores the ledgers with ../shared/tools/score.py and compares them with the record in
accuracy.json. The repository holds no text of real documents: of their entries the record holds digests, which are
turned back into words from the annotations at hand. Leaves with 1 where a floor is missed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from texts import BUILD, INVENTED, SHARED, read

from duban.core import parse
from duban.core.ledger import dumps

# F1 over all real documents.
FLOORS = {
    "tasks": 0.99,
    "titles": 0.98,
    "units": 0.99,
    "deadlines": 0.98,
    "indicators": 0.97,
    "strict": 0.90,
    "projects": 0.90,
    "meta": 0.95,
    "traced": 1.0,
}
KINDS = tuple(FLOORS)
RECORD = Path(__file__).with_name("accuracy.json")
# The words of digests that were seen on this machine: a false alarm that is gone stands in no annotation.
SEEN = BUILD / "accuracy-words.json"

Rates = dict[str, list[float] | None]


@dataclass
class Group:
    """The readings of one kind of documents; `faults` are the names of what is missed, wrong or false in each."""

    secret: bool
    rates: dict[str, Rates] = field(default_factory=dict)
    faults: dict[str, Counter[str]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def name(self, document: str, what: str, kind: str, label: str) -> str:
        """Return the name that a fault has in the record: in words, or where they are secret by their digest."""
        if not self.secret:
            return f"{what} {kind} {label}"
        digest = hashlib.sha256(f"{document} {kind} {label}".encode()).hexdigest()[:12]
        return f"{what} {kind} {digest}"


def scorer() -> ModuleType:
    """Return ../shared/tools/score.py as a module."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "tools/score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measured(score: ModuleType, corpus: Path, annotations: Path, *, secret: bool) -> Group:
    """Read and score the documents of `corpus` that have annotations."""
    group, total = Group(secret), score.Tally()
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(annotations.glob("*.json")):
            document = path.stem
            if not (corpus / f"{document}.txt").exists():
                continue
            written = Path(folder, path.name)
            written.write_text(dumps(parse(corpus / f"{document}.txt")), "utf-8")
            gold, tally = json.loads(path.read_text("utf-8")), score.Tally()
            score.score(gold, json.loads(written.read_text("utf-8")), read(corpus / f"{document}.txt"), tally)
            total.add(tally)
            group.rates[document] = rates(tally)
            names = group.faults[document] = Counter()
            for what, kind, told in tally.log:
                name = group.name(document, what, kind, label(what, kind, told))
                names[name] += 1
                group.words[name] = told
            for what, kind, told in annotated(gold, score.squeeze):
                group.words.setdefault(group.name(document, what, kind, told), told)
    group.rates["all"] = rates(total)
    return group


def rates(tally: Any) -> Rates:
    """Return F1, precision and recall of each kind, None where nothing of it is annotated."""
    found = {kind: tally.rates(kind) for kind in KINDS}
    return {kind: [rate[2], rate[0], rate[1]] if rate else None for kind, rate in found.items()}


def label(what: str, kind: str, told: str) -> str:
    """Return what of a line of the scorer's log names the entry: not how it was read wrongly, that may change."""
    if what == "field":
        head, mark, _ = told.partition("]: ")
        return head + mark[:1]
    if kind == "titles":
        return told.rpartition(" != ")[0]
    if kind == "meta":
        return f"{told.partition(':')[0]}: {told.rpartition(' for ')[2]}"
    return told


def annotated(gold: dict[str, Any], squeeze: Any) -> Iterator[tuple[str, str, str]]:
    """Yield what the log would call each annotated entry if it were missed, or wrong in a field."""
    for task in gold["tasks"]:
        yield "miss", "tasks", task["title"] or task["head"]
        yield "miss", "titles", str(task["title"])
        for unit in task["units"]:
            yield "miss", "units", f"{task['title']}: {(squeeze(unit['name']), unit['role'])}"
        for limit in task["deadlines"]:
            yield "miss", "deadlines", f"{task['title']}: {(squeeze(limit['quote']), limit['due'])}"
    for kind in ("indicators", "projects"):
        for entry in gold[kind]:
            told = f"{entry['quote']} [{entry['name']} {entry['value']}{entry['unit']}]"
            yield "miss", kind, told
            yield "field", kind, told
    for key, value in gold["meta"].items():
        yield "miss", "meta", f"{key}: {value!r}"


def changes(before: dict[str, list[str]], now: dict[str, Counter[str]]) -> tuple[list[str], list[str]]:
    """Return the faults that are gone and those that are new, each as its document and its name."""
    gained, lost = [], []
    for document in sorted({*before, *now}):
        old, new = Counter(before.get(document, ())), now.get(document, Counter())
        gained += [f"{document} {name}" for name in sorted((old - new).elements())]
        lost += [f"{document} {name}" for name in sorted((new - old).elements())]
    return gained, lost


def below(found: Rates) -> list[str]:
    """Return the floors that are missed, in words."""
    return [
        f"{kind} {rate[0]:.4f} < {floor}" for kind, floor in FLOORS.items() if (rate := found[kind]) and rate[0] < floor
    ]


def show(title: str, group: Group, before: dict[str, Any]) -> None:
    """Print the table of a group and what has changed since the record."""
    print(f"{title}: F1 precision recall, in per cent\n{'':24}" + "".join(f"{kind:>16}" for kind in KINDS))
    for document, row in group.rates.items():
        cells = (" ".join(_percent(rate) for rate in row[kind] or ()) or "-" for kind in KINDS)
        print(f"{document:24}" + "".join(f"{cell:>16}" for cell in cells))
    if not before:
        print("nothing recorded to compare with\n")
        return
    for document, row in group.rates.items():
        old = before["rates"].get(document, {})
        moved = [
            f"{kind} {100 * was[0]:.1f} -> {100 * rate[0]:.1f}"
            for kind, rate in row.items()
            if rate and (was := old.get(kind)) and was[0] != rate[0]
        ]
        if moved:
            print(f"F1 of {document}: {', '.join(moved)}")
    gained, lost = changes(before["faults"], group.faults)
    for sign, told, names in (("+", "gained", gained), ("-", "lost", lost)):
        print(f"{told}: {len(names)}")
        for entry in names:
            document, _, name = entry.partition(" ")
            what, kind, _ = name.split(" ", 2)
            print(f"  {sign} {document} {what} {kind}: {group.words.get(name, name.split(' ', 2)[2])}")
    print()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true", help="write accuracy.json anew")
    record = parser.parse_args(arguments).record
    if not (SHARED / "tools/score.py").exists():
        print("There is no ../shared beside this repository, neither its documents nor its scorer: nothing is scored.")
        return 0
    score = scorer()
    groups = {
        "real": measured(score, SHARED / "corpus", SHARED / "gold", secret=True),
        "invented": measured(score, INVENTED, INVENTED, secret=False),
    }
    before = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    seen = json.loads(SEEN.read_text("utf-8")) if SEEN.exists() else {}
    groups["real"].words = {**seen, **groups["real"].words}
    SEEN.parent.mkdir(exist_ok=True)
    SEEN.write_text(json.dumps(groups["real"].words, ensure_ascii=False), "utf-8")
    for title, group in groups.items():
        show(f"{title} documents", group, before.get(title, {}))
    if record:
        RECORD.write_text(as_json(groups), "utf-8")
        print(f"recorded in {RECORD.name}")
    missed = below(groups["real"].rates["all"])
    print("below the floors: " + "; ".join(missed) if missed else "every floor is kept")
    return 1 if missed else 0


def as_json(groups: dict[str, Group]) -> str:
    """Return the record, a line for each rate and fault, so that two records can be compared line by line."""
    parts = []
    for title, group in groups.items():
        found = ",\n".join(f"   {_line(document)}: {_line(row)}" for document, row in group.rates.items())
        faults = ",\n".join(
            f"   {_line(document)}: [" + ",".join(f"\n    {_line(name)}" for name in sorted(names.elements())) + "]"
            for document, names in group.faults.items()
        )
        parts.append(f' {_line(title)}: {{\n  "rates": {{\n{found}\n  }},\n  "faults": {{\n{faults}\n  }}\n }}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _percent(rate: float) -> str:
    return "100" if rate == 1 else f"{100 * rate:.1f}"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
