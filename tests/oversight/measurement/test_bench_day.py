"""The day's comparison notices what it is there to notice; and a small day passes without anything to notice."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.oversight.measurement.bench.day import checks, sight
from anliegen.oversight.measurement.bench.day.deeds import Book, Deed
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Note, Ticket

REPOSITORY = Path(__file__).resolve().parents[3]
Run = Callable[[], int]


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    return tmp_path


def answer(ticket: Ticket, agent: Agent, token: str) -> Message:
    text = f"Guten Tag,\n\nwir haben nachgesehen ({token})."
    return actions.reply(ticket, Answer(text), actor=Actor.agent(agent.pk), at=clock.now())


def leave(message: Message, outbox: Path, *, times: int = 1) -> None:
    actions.mark_sent(message, actor=SYSTEM, at=clock.now())
    for each in range(times):
        words = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{message.text}\r\n"
        (outbox / f"{message.pk}-{each}.eml").write_text(words, encoding="utf-8")


def said(message: Message, agent: Agent, token: str, *, seen: int, outcome: str = "done") -> Deed:
    return Deed("reply", agent.pk, message.ticket_id, outcome, token, seen, message.pk)


@pytest.fixture
def wrong(outbox: Path, admin: Agent, run_pipeline: Run) -> Callable[..., list[str]]:
    def make(*deeds: Deed, mails: tuple[tuple[str, str], ...] = (), log: str = "") -> list[str]:
        run_pipeline()
        return checks.wrong(Book(list(deeds)), mails, outbox=outbox, log=log)

    return make


def test_an_answer_that_left_once_is_right(
    wrong: Callable[..., list[str]], outbox: Path, ticket: Ticket, mira: Agent
) -> None:
    message = answer(ticket, mira, "kennung1x1z")
    leave(message, outbox)
    assert wrong(said(message, mira, "kennung1x1z", seen=10**9)) == []


def test_an_answer_that_left_twice_is_noticed(
    wrong: Callable[..., list[str]], outbox: Path, ticket: Ticket, mira: Agent
) -> None:
    message = answer(ticket, mira, "kennung1x1z")
    leave(message, outbox, times=2)
    assert wrong(said(message, mira, "kennung1x1z", seen=10**9)) == [
        "answer kennung1x1z was sent once, and yet: ['sent'], 2 times in the outbox"
    ]


def test_an_answer_that_was_refused_and_left_all_the_same_is_noticed(
    wrong: Callable[..., list[str]], outbox: Path, ticket: Ticket, mira: Agent
) -> None:
    message = answer(ticket, mira, "kennung1x1z")
    leave(message, outbox)
    found = wrong(said(message, mira, "kennung1x1z", seen=10**9, outcome="told"))
    assert found[0] == "answer kennung1x1z was refused, and yet there it is: ['sent'], 1 times in the outbox"


def test_a_second_answer_past_an_unseen_one_is_noticed(
    wrong: Callable[..., list[str]], outbox: Path, ticket: Ticket, mira: Agent, admin: Agent
) -> None:
    first, second = answer(ticket, admin, "kennung2x1z"), answer(ticket, mira, "kennung1x2z")
    leave(first, outbox)
    leave(second, outbox)
    deeds = [said(first, admin, "kennung2x1z", seen=0), said(second, mira, "kennung1x2z", seen=0)]
    assert wrong(*deeds) == [f"answer kennung1x2z in ticket:{ticket.pk} went past one that its writer had not seen"]


def test_a_lost_note_and_a_lost_change_are_noticed(
    wrong: Callable[..., list[str]], ticket: Ticket, mira: Agent
) -> None:
    actions.write_note(ticket, text="(kennung1x1z)", actor=Actor.agent(mira.pk), at=clock.now())
    changed = actions.Change(subject="kennung1x2z")
    actions.change(ticket, changed, actor=Actor.agent(mira.pk), at=clock.now())
    deeds = [
        Deed("note", mira.pk, ticket.pk, "done", "kennung1x1z"),
        Deed("change", mira.pk, ticket.pk, "done", "kennung1x2z", seen=10**9, field="subject"),
    ]
    assert wrong(*deeds) == []
    Note.objects.all().delete()
    Ticket.objects.filter(pk=ticket.pk).update(subject="anders")
    assert wrong(*deeds) == [
        "note kennung1x1z is there 0 times",
        f"subject of ticket:{ticket.pk} is anders, and the last one to change it set kennung1x2z",
    ]


def test_a_change_over_one_that_was_not_seen_is_noticed(
    wrong: Callable[..., list[str]], ticket: Ticket, mira: Agent, admin: Agent
) -> None:
    for agent, words in ((admin, "kennung2x1z"), (mira, "kennung1x2z")):
        actions.change(ticket, actions.Change(subject=words), actor=Actor.agent(agent.pk), at=clock.now())
    deeds = [
        Deed("change", admin.pk, ticket.pk, "done", "kennung2x1z", seen=0, field="subject"),
        Deed("change", mira.pk, ticket.pk, "done", "kennung1x2z", seen=0, field="subject"),
    ]
    assert wrong(*deeds) == [
        f"subject of ticket:{ticket.pk}: kennung1x2z was set over a change that its writer had not seen"
    ]


def test_a_mail_that_is_nowhere_and_a_process_that_failed_are_noticed(
    wrong: Callable[..., list[str]], kim_address: Address
) -> None:
    found = wrong(mails=(("<weg@bench.example>", kim_address.value),), log="Traceback (most recent call last): x")
    assert found == [
        "mail <weg@bench.example> stands in 0 places",
        "1 mails were taken, and the ledger says {}",
        "a process said that it failed: Traceback (most recent call last): x",
    ]


def test_a_page_is_read_as_an_agent_reads_it() -> None:
    page = (
        '<form id="reply"><input type="hidden" name="version" value="3"><input type="hidden" name="seen" value="44">'
        '<input type="hidden" name="people" value="kim@example.org"></form>'
        '<form method="post"><input type="hidden" name="was" value="A &amp; B"><input name="subject"></form>'
    )
    sheet = sight.sheet(7, page)
    assert (sheet.version, sheet.seen, sheet.answer["people"]) == (3, 44, "kim@example.org")
    assert sheet.was == {"subject": "A & B"}
    assert sight.rows('<input name="ticket" value="12-3"><input name="ticket" value="13-1">') == [(12, 3), (13, 1)]


def test_an_agent_takes_back_their_own_answer_and_no_colleagues() -> None:
    card = (
        '<article class="entry message" id="m{0}" data-letter>({1})<form action="/workspace/messages/{0}/undo/"></form>'
    )
    page = card.format(4, "kennung1x1z") + card.format(5, "kennung2x2z")
    assert [sight.taken_back_by(token, page) for token in ("kennung1x1z", "kennung2x2z", "kennung3x3z")] == [4, 5, 0]


@pytest.mark.kill  # takes as long as those, and runs beside them: a whole product of its own
def test_a_small_day_on_the_running_product_leaves_nothing_to_say() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ANLIEGEN_", "DATABASE_"))}
    size = ["--agents", "3", "--tickets", "60", "--minutes", "0.2", "--pause", "0.2"]
    done = subprocess.run(
        [sys.executable, "-m", "anliegen", "bench", "day", *size, "--json"],
        env=clean | {"PYTHONPATH": str(REPOSITORY)}, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    told = json.loads(done.stdout)["figures"]
    assert told["wrong"] == []
    assert told["deeds"]["reply"]["done"] > 0 < told["mails"]
