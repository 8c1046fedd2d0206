"""A batch puts off the search for garbage, and leaves it as it was."""

import gc

import pytest

from duban.dispatch.batches import uncollected


def test_the_search_is_off_within_and_on_again_after_even_where_the_work_fails() -> None:
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled(), "the inner one does not end it"
    assert gc.isenabled()
    with pytest.raises(ValueError, match="work"), uncollected():
        raise ValueError("work")
    assert gc.isenabled()


def test_as_a_decorator_it_holds_for_each_call() -> None:
    seen = []

    @uncollected()
    def work(number: int) -> int:
        seen.append(gc.isenabled())
        return number + 1

    assert [work(1), work(2)] == [2, 3]
    assert seen == [False, False]
    assert gc.isenabled()
