"""Pages take turns: few at once, whoever came first goes first, and nobody waits for a slow one."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from anliegen.config.turns import Turns


class House:
    """An application whose pages stay open until they are let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.gates: dict[str, threading.Event] = {}
        self._heard = threading.Condition()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        with self._heard:
            self.begun.append(path)
            self._heard.notify_all()
        assert self.gates.setdefault(path, threading.Event()).wait(10)
        if path == "broken":
            raise ValueError(path)
        return [path.encode()]

    def has_begun(self, *paths: str, within: float = 10) -> bool:
        with self._heard:
            return self._heard.wait_for(lambda: self.begun == list(paths), within)

    def let_go(self, path: str) -> None:
        self.gates.setdefault(path, threading.Event()).set()


@pytest.fixture
def house() -> House:
    return House()


def ask(pages: Turns, path: str) -> threading.Thread:
    def run() -> None:
        try:
            assert list(pages({"PATH_INFO": path}, print)) == [path.encode()]
        except ValueError:
            assert path == "broken"

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_two_are_worked_on_and_the_third_begins_when_one_is_ready(house: House) -> None:
    pages = Turns(house, at_once=2, patience=30)
    threads = []
    for number, path in enumerate(("first", "second"), 1):
        threads.append(ask(pages, path))
        assert house.has_begun(*("first", "second")[:number])
    threads.append(ask(pages, "third"))
    assert not house.has_begun("first", "second", "third", within=0.2)
    house.let_go("second")
    assert house.has_begun("first", "second", "third")
    house.let_go("first")
    house.let_go("third")
    for thread in threads:
        thread.join(10)


def test_nobody_waits_for_ever_for_slow_ones(house: House) -> None:
    pages = Turns(house, at_once=1, patience=0.05)
    slow = ask(pages, "slow")
    assert house.has_begun("slow")
    quick = ask(pages, "quick")
    assert house.has_begun("slow", "quick")
    house.let_go("quick")
    quick.join(10)
    house.let_go("slow")
    slow.join(10)
    after = ask(Turns(house, at_once=1), "after")  # and who went without a turn has taken none away
    house.let_go("after")
    after.join(10)


@pytest.mark.parametrize("patience", [30, 0.01])
def test_a_turn_comes_back_also_from_a_page_that_fails(house: House, patience: float) -> None:
    pages = Turns(house, at_once=1, patience=patience)
    for _round in range(3):
        house.let_go("broken")
        ask(pages, "broken").join(10)
    house.let_go("whole")
    ask(pages, "whole").join(10)
    assert house.begun == ["broken"] * 3 + ["whole"]


def test_what_is_streamed_needs_no_turn() -> None:
    pages = Turns(lambda environ, start: (environ["PATH_INFO"] for _piece in range(2)), at_once=1, patience=30)
    first, second = pages({"PATH_INFO": b"a"}, print), pages({"PATH_INFO": b"b"}, print)
    assert [list(first), list(second)] == [[b"a", b"a"], [b"b", b"b"]]
