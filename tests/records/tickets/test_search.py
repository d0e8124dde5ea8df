from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.search import ANALYSER_VERSION
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions, indexing
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.jobs import index_again
from anliegen.records.tickets.models import SearchRow, Ticket
from anliegen.records.tickets.search import FoundPage, search

Open = Callable[..., Ticket]
Run = Callable[[], int]


def numbers(page: FoundPage) -> list[int]:
    return [found.ticket.pk for found in page.items]


def test_all_words_must_occur_and_each_ticket_comes_once(
    mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
):
    both = open_ticket(kim_address, text="Der Zähler ist kaputt.")
    actions.write_note(both, text="Der kaputte Zähler ist der alte.", actor=SYSTEM, at=now + timedelta(minutes=1))
    open_ticket(kim_address, text="Der Zähler fehlt.")
    run_pipeline()
    page = search(mira, "zaehler kaputt")
    assert numbers(page) == [both.pk]
    assert "".join(text for text, _match in page.items[0].passage) == "Der kaputte Zähler ist der alte."


def test_an_unfinished_word_finds_while_typing(mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run):
    wanted = open_ticket(kim_address, text="Abschlagszahlung")
    run_pipeline()
    assert numbers(search(mira, "Abschlagsz")) == []
    assert numbers(search(mira, "Abschlagsz", unfinished=True)) == [wanted.pk]


def test_an_agent_finds_only_what_they_may_see(
    mira: Agent, tom: Agent, admin: Agent, ticket: Ticket, run_pipeline: Run, now: datetime
):
    run_pipeline()
    assert [numbers(search(agent, "Abschlag")) for agent in (mira, tom, admin)] == [[ticket.pk], [], [ticket.pk]]
    mira.role = accounts.change(mira.role, actor=SYSTEM, at=now, permissions=["ticket.reply"])
    assert numbers(search(mira, "Abschlag")) == []


def test_a_number_names_its_ticket_first(mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run):
    named = open_ticket(kim_address, text="Hallo")
    mentions = open_ticket(kim_address, text=f"Ich meine {named.pk}.")
    run_pipeline()
    assert numbers(search(mira, str(named.pk))) == [named.pk, mentions.pk]
    assert numbers(search(mira, f"#{named.pk}"))[0] == named.pk


def test_pages_join_without_gap_or_double(
    mira: Agent, open_ticket: Open, kim_address: Address, run_pipeline: Run, now: datetime
):
    made = [
        open_ticket(kim_address, text="Rechnung", at=now + timedelta(minutes=number // 2)).pk for number in range(7)
    ]
    run_pipeline()
    cursor, seen = None, []
    while True:
        page = search(mira, "Rechnung", limit=3, cursor=cursor)
        seen += numbers(page)
        if (cursor := page.older) is None:
            break
    assert seen == made[::-1]


@pytest.mark.parametrize("cursor", ["", "x", "1~2~3", "nan~1", "inf~1", "1~-1", f"1~{2**63}", "1e300~1"])
def test_a_broken_cursor_starts_anew(mira: Agent, ticket: Ticket, run_pipeline: Run, cursor: str):
    run_pipeline()
    assert numbers(search(mira, "Abschlag", cursor=cursor)) == [ticket.pk]


@pytest.mark.parametrize("text", ["", "  ", "und", "'", "!!", "\\"])
def test_nothing_is_found_for_nothing(mira: Agent, ticket: Ticket, run_pipeline: Run, text: str):
    run_pipeline()
    assert search(mira, text) == FoundPage([], None)


def test_rows_of_an_older_analyser_are_made_anew_and_those_of_rules_go(
    ticket: Ticket, run_pipeline: Run, now: datetime
):
    run_pipeline()
    ours = actions.acknowledge(
        ticket, Answer("Ihr Abschlag ist angekommen."), rule="acknowledge", actor=Actor.rule("acknowledge"), at=now
    )
    row = indexing.of_message(ours)  # as earlier versions made one
    row.save()
    SearchRow.objects.update(version=ANALYSER_VERSION - 1)
    index_again(0)
    left = SearchRow.objects.values_list("message__direction", "version")
    assert list(left) == [("in", ANALYSER_VERSION)]
