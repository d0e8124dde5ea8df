"""Translations: records of their own beside a message that stays as it is, version by version."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.db import IntegrityError
from django.forms.models import model_to_dict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Message, SearchRow, Ticket, Translation, TranslationDraft
from anliegen.records.tickets.search import search

LATER = timedelta(hours=1)


@pytest.fixture
def message(ticket: Ticket) -> Message:
    found = ticket.messages.get()
    Message.objects.filter(pk=found.pk).update(
        text="Merhaba,\n\nsayaç bozuk.\n\n> eski", reply_text="Merhaba,\n\nsayaç bozuk.", language="tr"
    )
    found.refresh_from_db()
    return found


def kept(message: Message, agent: Agent, *paragraphs: str, at: datetime, **more) -> Translation:
    return actions.translate(message, paragraphs, language="de", actor=Actor.agent(agent.pk), at=at, **more)


def told(message: Message) -> list[dict]:
    events = Event.objects.filter(subject=f"ticket:{message.ticket_id}", verb="message.translated").order_by("pk")
    return [event.data for event in events]


def test_a_translation_says_by_whom_and_tells_the_journal_ids_and_codes_only(
    message: Message, mira: Agent, now: datetime
) -> None:
    made = kept(message, mira, "Hallo,", "der Zähler ist kaputt.", at=now)
    assert (made.text, made.kind, made.agent, made.model, made.version) == (
        "Hallo,\n\nder Zähler ist kaputt.",
        "person",
        mira,
        "",
        1,
    )
    assert told(message) == [
        {"message": f"message:{message.pk}", "translation": f"translation:{made.pk}", "into": "de"}
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    written=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1, max_size=4)
)
def test_the_original_is_the_same_to_the_byte_afterwards(
    message: Message, mira: Agent, now: datetime, written: list[str]
) -> None:
    before = model_to_dict(message), message.text.encode(), message.reply_text.encode()
    with suppress(actions.NothingSaid):
        kept(message, mira, *written, at=now)
    message.refresh_from_db()
    assert (model_to_dict(message), message.text.encode(), message.reply_text.encode()) == before


def test_a_correction_is_a_new_version_and_the_one_before_is_kept(
    message: Message, mira: Agent, admin: Agent, now: datetime
) -> None:
    kept(message, mira, "Hallo", at=now)
    kept(message, admin, "Guten Tag", at=now + LATER, begun_on=1)
    rows = Translation.objects.filter(message=message).order_by("version")
    assert list(rows.values_list("version", "text", "agent", "is_newest")) == [
        (1, "Hallo", mira.pk, False),
        (2, "Guten Tag", admin.pk, True),
    ]


def test_the_same_words_again_are_no_new_version(message: Message, mira: Agent, admin: Agent, now: datetime) -> None:
    first = kept(message, mira, "Hallo", at=now)
    assert kept(message, admin, "Hallo", at=now + LATER) == first
    assert len(told(message)) == 1


def test_who_was_overtaken_hears_of_it_and_nothing_is_overwritten(
    message: Message, mira: Agent, admin: Agent, now: datetime
) -> None:
    first = kept(message, mira, "Hallo", at=now)
    with pytest.raises(actions.TranslatedMeanwhile) as overtaken:
        kept(message, admin, "Moin", at=now, begun_on=0)
    assert overtaken.value.newest == first
    assert Translation.objects.count() == 1


def test_nothing_is_no_translation(message: Message, mira: Agent, now: datetime) -> None:
    with pytest.raises(actions.NothingSaid):
        kept(message, mira, " ", "\n", at=now)
    assert told(message) == []


def test_what_a_model_translated_is_never_a_persons(message: Message, mira: Agent, now: datetime) -> None:
    made = kept(message, mira, "Hallo", at=now, model="small@1")
    assert (made.kind, made.agent, made.model) == ("model", None, "small@1")
    with pytest.raises(IntegrityError):
        Translation.objects.filter(pk=made.pk).update(agent=mira)


def test_it_goes_with_its_message(message: Message, mira: Agent, now: datetime) -> None:
    kept(message, mira, "Hallo", at=now)
    SearchRow.objects.all().delete()
    Message.objects.filter(pk=message.pk).delete()
    assert Translation.objects.count() == 0


def test_it_goes_along_when_its_message_goes_to_another_ticket(
    message: Message, mira: Agent, open_ticket: Callable[..., Ticket], kim_address, now: datetime
) -> None:
    made = kept(message, mira, "Hallo", at=now)
    other = open_ticket(kim_address, at=now - LATER)
    actions.join(message.ticket, other, actor=Actor.agent(mira.pk), at=now + LATER)
    made.refresh_from_db()
    assert made.message.ticket_id == other.pk


def test_search_finds_the_words_of_a_translation_and_of_the_original(
    message: Message, mira: Agent, run_pipeline: Callable[[], int], now: datetime
) -> None:
    kept(message, mira, "Hallo,", "die Zähleranlage ist kaputt.", at=now)
    run_pipeline()  # the row is made by the reader, with what was translated before
    assert [found.ticket.pk for found in search(mira, "Zähleranlagen").items] == [message.ticket_id]
    kept(message, mira, "Hallo,", "das Messgerät ist kaputt.", at=now + LATER)
    assert [found.ticket.pk for found in search(mira, "Messgeräte").items] == [message.ticket_id]
    assert [found.ticket.pk for found in search(mira, "bozuk").items] == [message.ticket_id]
    assert search(mira, "Zähleranlage").items == []


def draft(message: Message, agent: Agent, *paragraphs: str, version: int = 0, begun_on: int = 0, at: datetime):
    return actions.keep_translation_draft(
        message, agent, paragraphs, language="de", version=version, begun_on=begun_on, at=at
    )


def test_what_somebody_is_at_is_kept_until_it_is_a_translation(message: Message, mira: Agent, now: datetime) -> None:
    draft(message, mira, "Hal", at=now)
    draft(message, mira, "Hallo", "", version=1, at=now)
    assert list(TranslationDraft.objects.values_list("text", "version")) == [("Hallo", 2)]
    kept(message, mira, "Hallo", at=now)
    assert TranslationDraft.objects.count() == 0


def test_what_was_left_longest_ago_gives_way_to_a_further_one(
    message: Message,
    mira: Agent,
    admin: Agent,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(import_module("anliegen.records.tickets.actions.translate"), "MOST_BEGUN", 2)
    second, third = (open_ticket(kim_address).messages.get() for _number in range(2))
    draft(message, admin, "Von Jana", at=now)
    for minute, each in enumerate((message, second)):
        draft(each, mira, "Begonnen", at=now + timedelta(minutes=minute))
    draft(message, mira, "Weiter", version=1, at=now + timedelta(minutes=5))
    draft(
        third, mira, "Neu", at=now - timedelta(days=1)
    )  # the clock was set back: what is begun now stays all the same
    of_mira = TranslationDraft.objects.filter(agent=mira).order_by("message")
    assert list(of_mira.values_list("message", "text")) == [(message.pk, "Weiter"), (third.pk, "Neu")]
    assert TranslationDraft.objects.filter(agent=admin).count() == 1


def test_two_devices_do_not_overwrite_each_other(message: Message, mira: Agent, now: datetime) -> None:
    draft(message, mira, "Hallo", at=now)
    with pytest.raises(actions.DraftedElsewhere) as elsewhere:
        draft(message, mira, "Moin", at=now)
    assert elsewhere.value.draft.text == "Hallo"


def test_words_that_come_late_begin_no_draft_anew(message: Message, mira: Agent, now: datetime) -> None:
    kept(message, mira, "Hallo", at=now)
    with pytest.raises(actions.TranslatedMeanwhile):
        draft(message, mira, "Hall", at=now)
    assert TranslationDraft.objects.count() == 0


def test_a_draft_that_is_thrown_away_leaves_what_was_kept(message: Message, mira: Agent, now: datetime) -> None:
    kept(message, mira, "Hallo", at=now)
    draft(message, mira, "Halloo", begun_on=1, at=now)
    actions.discard_translation_draft(message, mira, language="de")
    assert (TranslationDraft.objects.count(), Translation.objects.count()) == (0, 1)


def test_the_system_keeps_none_as_a_person(message: Message, now: datetime) -> None:
    with pytest.raises(IntegrityError):
        actions.translate(message, ["Hallo"], language="de", actor=SYSTEM, at=now)
