"""What holds of every draw of a check list: it can be made again, takes each task once, and asking for more only adds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from duban.supervision.inspecting.sampling import WAYS, pick

LAW = settings(max_examples=200, deadline=None)
seeds = st.integers(0, 2**31 - 1)
pools = st.dictionaries(st.sampled_from(WAYS), st.lists(st.integers(1, 60), max_size=40))
counts = st.dictionaries(st.sampled_from(WAYS), st.integers(0, 30))


@LAW
@given(seeds, pools, counts, st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same_whatever_the_order_of_the_pools(seed, pools, counts, shuffle) -> None:  # type: ignore[no-untyped-def]
    drawn = pick(seed, pools, counts)
    mixed = {way: shuffle.sample(tasks, len(tasks)) for way, tasks in pools.items()}
    assert pick(seed, mixed, counts) == drawn


@LAW
@given(seeds, pools, counts)
def test_each_task_is_drawn_once_from_the_pool_of_its_way_and_no_more_than_asked(seed, pools, counts) -> None:  # type: ignore[no-untyped-def]
    drawn = pick(seed, pools, counts)
    tasks = [task for _, task in drawn]
    assert len(tasks) == len(set(tasks))
    for way in WAYS:
        of_way = [task for one, task in drawn if one == way]
        assert set(of_way) <= set(pools.get(way, ()))
        assert len(of_way) <= counts.get(way, 0)


@LAW
@given(seeds, pools, counts, st.integers(1, 10))
def test_asking_the_last_way_for_more_only_adds(seed, pools, counts, more) -> None:  # type: ignore[no-untyped-def]
    drawn = pick(seed, pools, counts)
    grown = pick(seed, pools, {**counts, WAYS[-1]: counts.get(WAYS[-1], 0) + more})
    assert grown[: len(drawn)] == drawn
