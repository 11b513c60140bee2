"""Group commit: what many threads bring at once is written in few batches, each item once, each told truly."""
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from core.base.db import make_engine
from core.base.direct import Direct, Together


def test_who_comes_meanwhile_is_in_the_next_batch() -> None:
    """Eight come while one is written: two batches; odd ones are not taken, and each hears of its own."""
    begun, go_on, batches = Event(), Event(), list[Sequence[int]]()

    def write(batch: Sequence[int]) -> list[bool]:
        batches.append(batch)
        begun.set()
        assert go_on.wait(10)
        return [number % 2 == 0 for number in batch]

    together = Together(write)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(together.add, 0)
        assert begun.wait(10)
        rest = [pool.submit(together.add, number) for number in range(1, 9)]
        while len(together._waiting) < 8:
            threading.Event().wait(0.001)
        go_on.set()
        assert first.result(10) and [one.result(10) for one in rest] == [number % 2 == 0 for number in range(1, 9)]
    assert [len(batch) for batch in batches] == [1, 8]


def test_a_batch_that_fails_holds_nobody_up() -> None:
    """Nobody of it is taken, and the next one is written."""
    def write(batch: Sequence[int]) -> list[bool]:
        if 3 in batch:
            raise RuntimeError("the disk is full")
        return [True] * len(batch)

    together = Together(write)
    assert [together.add(number) for number in (1, 3, 5)] == [True, False, True]
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(together.add, range(10, 500)))


def test_a_forked_child_opens_a_connection_of_its_own(tmp_path: Path) -> None:
    """O10: what the parent opened before the fork is the parent's, and goes on working there."""
    engine = make_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    direct = Direct(lambda: engine)
    opened = direct.connection()
    child = os.fork()
    if child == 0:
        os._exit(0 if direct.connection() is not opened else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert direct.connection() is opened and opened.execute("SELECT 1").fetchone() == (1,)
    direct.drop()
    assert direct.connection() is not opened
    direct.drop()
    engine.dispose()
