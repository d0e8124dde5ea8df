import asyncio

from anliegen.faces.realtime.line import MOST_WAITING, Line
from anliegen.faces.realtime.notices import reset
from anliegen.faces.realtime.viewers import CustomerViewer


def line() -> Line:
    return Line(CustomerViewer(1, "token"))


def test_what_waits_leaves_together_and_in_order():
    async def story() -> bytes:
        page = line()
        page.say(b"one ", position=1)
        page.say(b"two", position=2)
        return await page.take()

    assert asyncio.run(story()) == b"one two"


def test_a_slow_page_keeps_only_one_reset_of_all_it_missed():
    async def story() -> bytes:
        page = line()
        for position in range(MOST_WAITING + 1):
            page.say(b"x" * 80, position=position)
        return await page.take()

    assert asyncio.run(story()) == reset(MOST_WAITING)


def test_what_comes_after_a_reset_is_told_again():
    async def story() -> bytes:
        page = line()
        for position in range(MOST_WAITING + 1):
            page.say(b"x", position=position)
        page.say(b"newer", position=MOST_WAITING + 1)
        return await page.take()

    assert asyncio.run(story()) == reset(MOST_WAITING) + b"newer"


def test_a_closed_line_says_what_waits_and_then_ends():
    async def story() -> list[bytes]:
        page = line()
        page.say(b"last", position=1)
        page.close()
        return [await page.take(), await page.take()]

    assert asyncio.run(story()) == [b"last", b""]
