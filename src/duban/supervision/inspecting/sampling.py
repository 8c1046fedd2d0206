"""Which tasks a check list holds: drawn from pools by a seed, so that anybody can draw the same again; pure."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

#: The ways in the order in which they draw: what points at trouble first, chance last.
WAYS = ("risk", "light", "never", "done", "random")


def pick(seed: int, pools: Mapping[str, Sequence[int]], asked: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return pairs of way and task: as many as `asked` of each way, each task once, fewer where a pool has no more.

    Each way draws from its own pool with a stream of its own, so that asking one way for more changes nothing in what
    the ways before it drew. The order within a pool does not matter.
    """
    picked: list[tuple[str, int]] = []
    taken: set[int] = set()
    for way in WAYS:
        wanted = asked.get(way, 0)
        # The whole pool is shuffled whatever is taken already: more of one way only adds to it.
        order = sorted(set(pools.get(way, ())))
        random.Random(f"{seed}:{way}").shuffle(order)
        chosen = [task for task in order if task not in taken][:wanted]
        taken.update(chosen)
        picked += [(way, task) for task in chosen]
    return picked
