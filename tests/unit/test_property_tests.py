"""What the property tests may rely on in a process that does other things too."""

import random
import threading

from hypothesis import given, settings
from hypothesis import strategies as st


def test_another_thread_may_draw_random_numbers_meanwhile() -> None:
    over = threading.Event()

    def draw() -> None:
        while not over.is_set():
            random.random()

    @settings(max_examples=200, deadline=None, database=None)
    @given(st.lists(st.integers(), max_size=30))
    def holds(numbers: list[int]) -> None:
        assert sorted(numbers)[:1] == ([min(numbers)] if numbers else [])

    thread = threading.Thread(target=draw)
    thread.start()
    try:
        holds()
    finally:
        over.set()
        thread.join()
