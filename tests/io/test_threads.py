"""A map that works ahead: order, errors, bounds."""

from __future__ import annotations

import threading
import time

import pytest

from xent_cli.io.threads import available_cpus, map_ahead


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_order_is_kept(jobs):
    def slow_at_first(item: int) -> int:
        time.sleep(0.02 if item == 0 else 0)
        return -item

    assert list(map_ahead(slow_at_first, range(50), jobs)) == [-i for i in range(50)]


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_first_error_in_order_is_raised(jobs):
    def fail(item: int) -> int:
        if item == 3:
            time.sleep(0.05)
        if item in (3, 4):
            raise ValueError(str(item))
        return item

    seen = []
    with pytest.raises(ValueError, match="3"):
        seen.extend(map_ahead(fail, range(10), jobs))
    assert set(seen) <= {0, 1, 2}


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_error_of_the_items_comes_after_those_before_it(jobs):
    def items():
        yield 1
        yield 2
        raise KeyError("items")

    def fail(item: int) -> int:
        time.sleep(0.02)
        if item == 2:
            raise ValueError("work")
        return item

    with pytest.raises(ValueError, match="work"):
        list(map_ahead(fail, items(), jobs))
    with pytest.raises(KeyError, match="items"):
        list(map_ahead(abs, items(), jobs))


def test_it_does_not_run_far_ahead():
    taken = []

    def items():
        for i in range(100):
            taken.append(i)
            yield i

    results = map_ahead(abs, items(), jobs=2)
    next(results)
    assert len(taken) <= 4
    results.close()
    assert len(taken) <= 4


def test_threads_end_with_the_map():
    before = threading.active_count()
    results = map_ahead(abs, range(100), jobs=4)
    next(results)
    results.close()
    assert threading.active_count() == before


@pytest.mark.parametrize("allowed", [0, 1, 2, 3])
def test_fewer_threads_than_were_asked_for(allowed, monkeypatch):
    """As under ulimit: what there is does the work, each item once."""
    start, before = threading.Thread.start, threading.active_count()

    def start_some(thread: threading.Thread) -> None:
        if threading.active_count() >= before + allowed:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_some)
    done = []
    assert list(map_ahead(lambda i: done.append(i) or -i, range(30), 3)) == [-i for i in range(30)]
    assert sorted(done) == list(range(30))
    assert threading.active_count() == before


def test_at_least_one_processor():
    assert available_cpus() >= 1
