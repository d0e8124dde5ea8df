"""The demo operator as data: equal for a seed, plausible in time, and in good German."""

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from anliegen.oversight.portability.demo import timing
from anliegen.oversight.portability.demo.chance import chance_of
from anliegen.oversight.portability.demo.compose import compose
from anliegen.oversight.portability.demo.scenes import all_scenes
from anliegen.oversight.portability.demo.shapes import PERSON, DemoOperator, Ticket, Turn
from anliegen.records.accounts.calendar import business_time_between, is_open

SUNDAY_NIGHT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
FRIDAY_EVENING = datetime(2026, 11, 27, 17, 1, 37, 887685, tzinfo=UTC)  # a scene's last turn lies just ahead
AFTER_THE_HOLIDAYS = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
STATUSES = {"new", "open", "waiting_customer", "waiting_internal", "resolved", "closed"}
CHANNELS = {"email", "form", "chat", "phone", "letter", "api"}
DU = re.compile(r"\b(du|dir|dich|dein(e[mnrs]?)?|euch|eure?[mnrs]?)\b", re.IGNORECASE)
STOCK_PHRASES = (
    "Unannehmlichkeiten", "schnellstmöglich", "zeitnah", "Rückfragen stehen", "zur Verfügung", "diesbezüglich",
    "bitten um Verständnis", "bedauern", "selbstverständlich", "umgehend", "Ticket",
)  # fmt: skip


@cache
def demo(seed: int = 1, now: datetime = SUNDAY_NIGHT) -> DemoOperator:
    return compose(seed, now)


def status_of(ticket: Ticket) -> str:
    status = "new"
    for turn in ticket.turns:
        taken_on = turn.kind == "assign" and status == "new" and turn.by == turn.to
        goes_on = turn.kind == "message" and status in ("waiting_customer", "resolved", "closed")
        status = turn.status or ("open" if taken_on or goes_on else status)
    return status


def opening(ticket: Ticket) -> str:
    return next(turn.text for turn in ticket.turns if turn.kind == "message")


def answers(ticket: Ticket) -> list[Turn]:
    return [turn for turn in ticket.turns if turn.kind in ("reply", "call")]


def test_the_same_seed_gives_the_same_data() -> None:
    first, second = compose(7, SUNDAY_NIGHT), compose(7, SUNDAY_NIGHT)
    assert hashlib.sha256(repr(first).encode()).digest() == hashlib.sha256(repr(second).encode()).digest()


def test_another_seed_gives_other_conversations() -> None:
    assert {opening(one) for one in demo(1).tickets} != {opening(one) for one in demo(2).tickets}


@pytest.mark.parametrize("now", [SUNDAY_NIGHT, SUMMER, AFTER_THE_HOLIDAYS])
@pytest.mark.parametrize("seed", [1, 2])
def test_there_are_enough_concerns_in_every_state_and_by_every_way(seed: int, now: datetime) -> None:
    tickets = demo(seed, now).tickets
    states = Counter(status_of(one) for one in tickets)
    assert len(tickets) >= 380
    assert set(states) == STATUSES
    assert {one.channel for one in tickets} == CHANNELS
    assert 80 <= sum(states[one] for one in ("new", "open", "waiting_customer", "waiting_internal")) <= 110
    assert 150 <= len(demo(seed, now).people) <= 200


@pytest.mark.parametrize("now", [SUNDAY_NIGHT, SUMMER, AFTER_THE_HOLIDAYS])
def test_the_inbox_is_alive(now: datetime) -> None:
    unassigned = [one for one in demo(1, now).tickets if not any(turn.kind == "assign" for turn in one.turns)]
    waiting = [one for one in unassigned if not answers(one)]
    assert 8 <= len(waiting) <= 14
    assert all(now - one.turns[0].at < timedelta(hours=16) for one in waiting)
    assert now - max(one.turns[-1].at for one in demo(1, now).tickets) < timedelta(hours=8)


@pytest.mark.parametrize("now", [SUNDAY_NIGHT, SUMMER])
def test_nothing_happens_in_the_future_or_before_what_it_answers(now: datetime) -> None:
    for ticket in demo(1, now).tickets:
        moments = [turn.at for turn in ticket.turns]
        assert moments == sorted(moments)
        assert now - timedelta(days=60) < moments[0] <= moments[-1] <= now
        assert ticket.turns[0].kind == "message"
        assert ticket.verdict is None or moments[-1] < ticket.verdict.at <= now or ticket.turns[-1].status == "closed"


@pytest.mark.parametrize("now", [SUNDAY_NIGHT, SUMMER, FRIDAY_EVENING])
def test_only_what_is_settled_is_judged(now: datetime) -> None:
    assert [ticket.subject for ticket in demo(1, now).tickets if ticket.verdict and ticket.turns[-1].by == PERSON] == []


def test_agents_write_while_the_office_is_open_except_in_emergencies() -> None:
    emergencies = {scene.id for scene in all_scenes() if scene.is_emergency}
    late = [
        (ticket.key, turn.at)
        for ticket in demo().tickets
        if ticket.key.partition("/")[0] not in emergencies and ticket.channel != "chat"
        for turn in answers(ticket)
        if not is_open(timing.HOURS, turn.at) and turn.at.astimezone(timing.ZONE).hour != 22
    ]
    assert late == []


def test_every_team_has_enough_answers_to_measure_and_they_are_plausible() -> None:
    waits: dict[str, list[timedelta]] = {}
    for ticket in demo().tickets:
        if answers(ticket):
            wait = business_time_between(timing.HOURS, ticket.turns[0].at, answers(ticket)[0].at)
            waits.setdefault(ticket.team, []).append(wait)
    assert set(waits) == {"vertrag", "abrechnung", "netz", "waerme"}
    for measured in waits.values():
        assert len(measured) >= 30
        assert sorted(measured)[len(measured) * 8 // 10] < timedelta(hours=20)  # two working days


def test_no_slot_is_left_open() -> None:
    for ticket in demo().tickets:
        for text in (ticket.subject, *(turn.text for turn in ticket.turns)):
            assert not re.search(r"[{}<>|]", text.replace("Uac > max", "")), (ticket.key, text)


def test_no_two_concerns_begin_with_the_same_words() -> None:
    openings = Counter(opening(one) for one in demo().tickets)
    assert [text for text, times in openings.items() if times > 1] == []


def test_of_twenty_random_concerns_none_sounds_like_another() -> None:
    """Beyond being different: hardly any two share a sentence of eight words."""
    chance = chance_of("reading")
    for _reading in range(20):
        seen: Counter[str] = Counter()
        for ticket in chance.sample(demo().tickets, 20):
            words = opening(ticket).split()
            seen.update({" ".join(words[place : place + 8]) for place in range(len(words) - 7)})
        assert sum(times > 1 for times in seen.values()) <= 12


def test_the_open_ones_all_tell_different_stories() -> None:
    scenes = [one.key.partition("/")[0] for one in demo().tickets if status_of(one) in ("new", "open")]
    assert max(Counter(scenes).values()) <= 2


def test_agents_say_sie_and_no_empty_phrases() -> None:
    for ticket in demo().tickets:
        for turn in ticket.turns:
            if turn.kind == "reply" and ticket.language == "de":
                assert not DU.search(turn.text), turn.text
                assert not [phrase for phrase in STOCK_PHRASES if phrase.lower() in turn.text.lower()], turn.text


def test_nobody_is_addressed_by_a_guess() -> None:
    people = {person.key: person for person in demo().people}
    for ticket in demo().tickets:
        person = people[ticket.person]
        for turn in ticket.turns:
            if turn.kind != "reply" or turn.channel == "chat" or ticket.language != "de":
                continue
            first_line = turn.text.splitlines()[0]
            assert first_line.endswith(","), first_line
            stated = {"frau": "Frau ", "herr": "Herr "}.get(person.form)
            assert (stated in first_line) if stated else first_line == f"Guten Tag {person.name},"


def test_people_come_back_with_other_concerns() -> None:
    by_person: dict[str, list[str]] = {}
    for ticket in demo().tickets:
        by_person.setdefault(ticket.person, []).append(ticket.key.partition("/")[0])
    private = [scenes for key, scenes in by_person.items() if "/" not in key]
    assert sum(len(scenes) > 1 for scenes in private) >= 60
    assert max(len(scenes) for scenes in private) <= 6
    assert sum(len(scenes) != len(set(scenes)) for scenes in private) == 0


def test_nobody_real_can_be_reached_by_accident() -> None:
    for person in demo().people:
        assert person.email == "" or person.email.endswith(".example")
        assert re.fullmatch(r"0171 39200\d\d|0176 040690\d\d", person.phone)
    assert all(agent.email.endswith("@stadtwerke-lindenau.example") for agent in demo().agents)


def test_a_broken_promise_is_admitted() -> None:
    admitted = [
        turn.text for ticket in demo().tickets for turn in ticket.turns if "habe das nicht gehalten" in turn.text
    ]
    assert len(admitted) >= 1


def test_the_customer_speaks_first_and_files_come_with_words() -> None:
    attached = [turn for ticket in demo().tickets for turn in ticket.turns if turn.files]
    assert len(attached) >= 120
    assert {file.content_type for turn in attached for file in turn.files} == {
        "application/pdf",
        "image/png",
        "text/calendar",
        "text/csv",
        "text/plain",
    }
    assert all(ticket.turns[0].by == PERSON or ticket.channel in ("phone", "letter") for ticket in demo().tickets)
