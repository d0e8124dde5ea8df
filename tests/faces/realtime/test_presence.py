"""Who is at which ticket, over several processes: from what was told to what others see."""

import json

from hypothesis import given
from hypothesis import strategies as st

from anliegen.faces.realtime.presence import FORGOTTEN_AFTER_S, TELLS_EVERY_S, Here, Presence, Seen, changes, content
from anliegen.ground.whisper import MOST_BYTES, encode
from anliegen.records.tickets.presence import WRITES_S

BILLING = (3, None)
MIRA = Here("agent:4", "Mira Yılmaz", 812, BILLING, "t1")
TOM = Here("agent:5", "Tom Richter", 812, BILLING, "t9")


def tell(speaker: Presence, listener: Presence, now: float) -> None:
    for telling in speaker.to_tell(now):
        listener.hear(json.loads(encode(telling)), now)


def writing(here: Here, seconds: float = WRITES_S) -> dict[str, list[object]]:
    return {"writes": [here.actor, here.tab, here.ticket, seconds]}


def seen(presence: Presence, now: float) -> list[tuple[str, bool]]:
    _place, there = presence.here(now).get(812, (BILLING, ()))
    return [(one.name, one.writes) for one in there]


def test_who_is_there_through_one_process_is_seen_through_another() -> None:
    one, other = Presence("one"), Presence("other")
    one.arrive("page", MIRA)
    tell(one, other, now=0)
    assert seen(other, now=1) == [("Mira Yılmaz", False)]
    assert other.here(1)[812][0] == BILLING


def test_who_leaves_is_gone_with_the_next_telling() -> None:
    one, other = Presence("one"), Presence("other")
    one.arrive("page", MIRA)
    tell(one, other, now=0)
    one.leave("page")
    tell(one, other, now=0.25)
    assert seen(other, now=0.5) == []


def test_of_two_tabs_one_stays_and_the_writing_goes_with_the_tab_that_wrote() -> None:
    presence = Presence("one")
    presence.arrive("first", MIRA)
    presence.arrive("second", Here(MIRA.actor, MIRA.name, 812, BILLING, "t2"))
    presence.hear(writing(MIRA), 0)
    assert seen(presence, now=1) == [("Mira Yılmaz", True)]
    presence.leave("first")
    assert seen(presence, now=1) == [("Mira Yılmaz", False)]
    presence.leave("second")
    assert seen(presence, now=1) == []


def test_writing_ends_when_nothing_more_is_typed_or_when_it_is_said() -> None:
    presence = Presence("one")
    presence.arrive("page", MIRA)
    presence.hear(writing(MIRA), 0)
    assert seen(presence, now=WRITES_S - 1) == [("Mira Yılmaz", True)]
    assert seen(presence, now=WRITES_S) == [("Mira Yılmaz", False)]
    presence.hear(writing(MIRA), 30)
    presence.hear(writing(MIRA, seconds=0), 31)
    assert seen(presence, now=31) == [("Mira Yılmaz", False)]


def test_nobody_writes_for_somebody_who_is_not_there() -> None:
    presence = Presence("one")
    presence.hear(writing(MIRA), 0)
    assert seen(presence, now=1) == []


def test_a_process_that_died_is_forgotten_with_those_who_were_there_through_it() -> None:
    one, other = Presence("one"), Presence("other")
    one.arrive("page", MIRA)
    tell(one, other, now=0)
    assert seen(other, now=FORGOTTEN_AFTER_S - 0.1) == [("Mira Yılmaz", False)]
    assert seen(other, now=FORGOTTEN_AFTER_S) == []


def test_a_process_tells_when_something_changed_and_as_a_sign_of_life_and_else_nothing() -> None:
    presence = Presence("one")
    assert presence.to_tell(0) == []
    presence.arrive("page", MIRA)
    assert len(presence.to_tell(0)) == 1
    assert presence.to_tell(TELLS_EVERY_S - 1) == []
    assert len(presence.to_tell(TELLS_EVERY_S)) == 1
    presence.leave("page")
    assert len(presence.to_tell(TELLS_EVERY_S + 1)) == 1
    assert presence.to_tell(TELLS_EVERY_S * 10) == []


def test_a_program_is_there_for_a_while() -> None:
    presence = Presence("one")
    presence.hear({"program": ["apitoken:7", "CRM", 812, [3, None], True, 30]}, 0)
    assert presence.here(1)[812] == (BILLING, (Seen("CRM", "apitoken:7", True),))
    assert presence.here(30) == {}


@given(st.integers(1, 400), st.integers(1, 60))
def test_however_many_there_are_each_part_fits_and_all_arrive(many: int, length: int) -> None:
    one, other = Presence("one"), Presence("other")
    for number in range(many):
        one.arrive(number, Here(f"agent:{number}", "ü" * length, number, BILLING, "tab"))
    tellings = one.to_tell(0)
    assert max(len(encode(telling).encode()) for telling in tellings) <= MOST_BYTES
    for telling in reversed(tellings):
        other.hear(json.loads(encode(telling)), 0)
    assert other.here(1) == one.here(1)


def test_half_a_telling_changes_nothing() -> None:
    one, other = Presence("one"), Presence("other")
    one.arrive("page", MIRA)
    tell(one, other, now=0)
    for number in range(400):
        one.arrive(number, Here(f"agent:{number}", "x" * 60, 900, BILLING, ""))
    first, *_rest = one.to_tell(1)
    other.hear(first, 1)
    assert seen(other, now=1) == [("Mira Yılmaz", False)]
    assert 900 not in other.here(1)


def test_only_what_changed_is_told_and_an_empty_ticket_once() -> None:
    before = {1: (BILLING, (Seen("Mira", "agent:4", False),)), 2: (BILLING, (Seen("Tom", "agent:5", False),))}
    now = {1: (BILLING, (Seen("Mira", "agent:4", True),)), 3: (BILLING, (Seen("Jana", "agent:1", False),))}
    assert changes(before, now) == {1: now[1], 3: now[3], 2: (BILLING, ())}
    assert changes(now, now) == {}


def test_nobody_is_told_of_themselves() -> None:
    there = {812: (Seen("Mira Yılmaz", "agent:4", True), Seen("Tom Richter", "agent:5", False))}
    assert json.loads(content(there, without="agent:4")) == {"812": [["Tom Richter", False, "agent"]]}


def test_a_ticket_that_moves_takes_its_readers_along() -> None:
    presence = Presence("one")
    presence.arrive("page", TOM)
    presence.moved(812, (8, None))
    assert presence.here(0)[812][0] == (8, None)
