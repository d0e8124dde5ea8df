"""Drafts: kept as they stand, never overwritten unseen, sent once; shared with a colleague, who approves or returns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer, File, Writing, Written
from anliegen.records.tickets.models import Draft, Message, Ticket

TEXT_FILE = File("a.txt", "text/plain", 1, "a" * 64)
WORDS = Writing(text="Guten Tag,\n\nwir prüfen das.", status="open")


@pytest.fixture
def miras(mira: Agent) -> Actor:
    return Actor.agent(mira.pk)


@pytest.fixture
def janas(admin: Agent) -> Actor:
    return Actor.agent(admin.pk)


@pytest.fixture
def draft(ticket: Ticket, miras: Actor, now: datetime) -> Draft:
    return actions.keep_draft(ticket, WORDS, actor=miras, at=now)


def told(ticket: Ticket) -> list[str]:
    """What the journal says of drafts."""
    happened = Event.objects.filter(subject=f"ticket:{ticket.pk}", verb__startswith="draft.").order_by("id")
    return list(happened.values_list("verb", flat=True))


def sent(draft: Draft, ticket: Ticket, actor: Actor, at: datetime, *files: int) -> Message:
    written = Written(draft.pk, draft.version, files)
    return actions.reply(ticket, Answer(draft.text), actor=actor, at=at, written=written)


def test_words_are_kept_and_say_nothing_to_the_journal(ticket: Ticket, draft: Draft) -> None:
    assert Draft.objects.get().writing == WORDS
    assert (draft.version, told(ticket)) == (1, [])


def test_the_same_once_more_changes_nothing(ticket: Ticket, draft: Draft, miras: Actor, now: datetime) -> None:
    again = actions.keep_draft(ticket, WORDS, draft=draft.pk, version=0, actor=miras, at=now + timedelta(minutes=1))
    assert (again.version, again.updated_at) == (1, now)


def test_what_was_kept_meanwhile_is_not_overwritten(ticket: Ticket, draft: Draft, miras: Actor, now: datetime) -> None:
    other = Writing(text="Etwas anderes")
    with pytest.raises(actions.Overwritten) as refused:
        actions.keep_draft(ticket, other, actor=miras, at=now)  # a second device that has not seen the first
    assert refused.value.draft == draft
    with pytest.raises(actions.Overwritten):
        actions.keep_draft(ticket, other, draft=draft.pk, version=0, actor=miras, at=now)
    kept = actions.keep_draft(ticket, other, draft=draft.pk, version=1, actor=miras, at=now)
    assert (kept.text, kept.version) == ("Etwas anderes", 2)


def test_a_sent_draft_is_gone_and_goes_once(ticket: Ticket, draft: Draft, miras: Actor, now: datetime) -> None:
    sent(draft, ticket, miras, now)
    with pytest.raises(actions.DraftGone):
        sent(draft, ticket, miras, now)
    with pytest.raises(actions.DraftGone):
        actions.keep_draft(ticket, WORDS, draft=draft.pk, version=1, actor=miras, at=now)
    assert Message.objects.filter(direction="out").count() == 1
    assert not Draft.objects.exists()


def test_what_its_writer_has_not_seen_is_not_sent(ticket: Ticket, draft: Draft, miras: Actor, now: datetime) -> None:
    file = actions.add_file(ticket, File("a.txt", "text/plain", 1, files.put(b"a")), actor=miras, at=now)
    with pytest.raises(actions.Overwritten):
        sent(draft, ticket, miras, now)  # without the file that another device has attached
    actions.keep_draft(ticket, Writing(text="Neuer"), draft=draft.pk, version=1, actor=miras, at=now)
    with pytest.raises(actions.Overwritten):
        sent(draft, ticket, miras, now, file.pk)
    assert not Message.objects.filter(direction="out").exists()


def test_a_file_begins_a_draft_whose_first_words_are_no_conflict(ticket: Ticket, miras: Actor, now: datetime) -> None:
    file = actions.add_file(ticket, File("a.txt", "text/plain", 1, files.put(b"a")), actor=miras, at=now)
    kept = actions.keep_draft(ticket, WORDS, actor=miras, at=now)
    assert (kept.pk, kept.version) == (file.draft_id, 1)


def test_discarding_is_told_and_emptying_is_not(ticket: Ticket, draft: Draft, miras: Actor, now: datetime) -> None:
    actions.clear_draft(draft, version=1)
    assert told(ticket) == []
    again = actions.keep_draft(ticket, WORDS, actor=miras, at=now)
    actions.discard_draft(again, actor=miras, at=now)
    actions.discard_draft(again, actor=miras, at=now)
    assert told(ticket) == ["draft.discarded"]
    assert not Draft.objects.exists()


def test_what_is_taken_back_is_a_draft_again(ticket: Ticket, draft: Draft, miras: Actor, now: datetime) -> None:
    file = actions.add_file(ticket, File("a.txt", "text/plain", 1, files.put(b"a")), actor=miras, at=now)
    answer = Answer(draft.text, cc=(("", "leo@example.net"),), files=(file.as_file(),))
    written = Written(draft.pk, draft.version, (file.pk,))
    message = actions.reply(ticket, answer, actor=miras, at=now, status="resolved", written=written)
    actions.cancel(message, actor=miras, at=now)
    again = Draft.objects.get()
    assert (again.text, again.to, again.cc) == (draft.text, "", "leo@example.net")
    assert [one.filename for one in again.attached.all()] == ["a.txt"]


def test_a_newer_draft_is_not_replaced_by_what_was_taken_back(
    ticket: Ticket, draft: Draft, miras: Actor, now: datetime
) -> None:
    message = sent(draft, ticket, miras, now)
    actions.keep_draft(ticket, Writing(text="Schon das Nächste"), actor=miras, at=now)
    actions.cancel(message, actor=miras, at=now)
    assert Draft.objects.get().text == "Schon das Nächste"


def test_drafts_go_along_when_tickets_are_joined(
    ticket: Ticket,
    draft: Draft,
    miras: Actor,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    now: datetime,
) -> None:
    other = open_ticket(kim_address, at=now)
    actions.keep_draft(other, Writing(text="Im anderen."), actor=miras, at=now)
    actions.keep_draft(ticket, Writing(text="Merken"), kind="note", actor=miras, at=now)
    actions.join(ticket, other, actor=SYSTEM, at=now)
    found = {one.kind: one.text for one in Draft.objects.filter(ticket=other)}
    assert found == {"reply": "Im anderen.\n\nGuten Tag,\n\nwir prüfen das.", "note": "Merken"}


def test_shared_it_waits_and_its_writer_cannot_send_it(
    ticket: Ticket, draft: Draft, admin: Agent, miras: Actor, now: datetime
) -> None:
    actions.share_draft(draft, to=admin, remark="Passt der Ton?", actor=miras, at=now)
    draft.refresh_from_db()
    assert (draft.review, draft.asks, draft.is_asked_of(admin)) == ("asked", "Jana Kowalski", True)
    with pytest.raises(actions.WaitsForApproval):
        sent(draft, ticket, miras, now)
    assert list(Draft.objects.awaiting(admin)) == [draft]
    assert told(ticket) == ["draft.shared"]


def test_a_team_is_asked_and_nobody_approves_their_own(
    draft: Draft, mira: Agent, billing: Team, miras: Actor, now: datetime
) -> None:
    actions.share_draft(draft, to=billing, actor=miras, at=now)
    draft.refresh_from_db()
    assert not draft.is_asked_of(mira)  # of the team, and the writer
    with pytest.raises(actions.NotAsked):
        actions.approve_draft(draft, version=draft.version, actor=miras, at=now)
    with pytest.raises(actions.NotToOneself):
        actions.share_draft(draft, to=mira, actor=miras, at=now)


def test_who_wrote_and_who_approved_stays_known(
    ticket: Ticket, draft: Draft, mira: Agent, admin: Agent, miras: Actor, janas: Actor, now: datetime
) -> None:
    actions.share_draft(draft, to=admin, actor=miras, at=now)
    approved = actions.approve_draft(draft, version=1, actor=janas, at=now)
    assert approved.review == "approved"
    message = sent(approved, ticket, miras, now)
    assert (message.agent, message.reviewed_by) == (mira, admin)
    assert told(ticket) == ["draft.shared", "draft.approved"]


def test_other_words_than_those_approved_need_a_new_approval(
    ticket: Ticket, draft: Draft, admin: Agent, miras: Actor, janas: Actor, now: datetime
) -> None:
    actions.share_draft(draft, to=admin, actor=miras, at=now)
    actions.approve_draft(draft, version=1, actor=janas, at=now)
    changed = actions.keep_draft(ticket, Writing(text="Ganz anders"), draft=draft.pk, version=1, actor=miras, at=now)
    assert (changed.review, changed.reviewed_by) == ("", None)
    assert sent(changed, ticket, miras, now).reviewed_by is None


def test_other_files_than_those_approved_need_a_new_approval(
    ticket: Ticket, draft: Draft, admin: Agent, miras: Actor, janas: Actor, now: datetime
) -> None:
    file = actions.add_file(ticket, TEXT_FILE, draft=draft.pk, actor=miras, at=now)
    for change in (
        lambda: actions.take_out(file),
        lambda: actions.add_file(ticket, TEXT_FILE, draft=draft.pk, actor=miras, at=now),
    ):
        actions.share_draft(draft, to=admin, actor=miras, at=now)
        actions.approve_draft(draft, version=1, actor=janas, at=now)
        change()
        draft.refresh_from_db()
        assert (draft.review, draft.reviewed_by) == ("", None)


def test_files_that_were_not_seen_are_not_approved(
    ticket: Ticket, draft: Draft, admin: Agent, miras: Actor, janas: Actor, now: datetime
) -> None:
    actions.share_draft(draft, to=admin, actor=miras, at=now)
    file = actions.add_file(ticket, TEXT_FILE, draft=draft.pk, actor=miras, at=now)
    with pytest.raises(actions.NotAsked):
        actions.approve_draft(draft, version=1, files=[], actor=janas, at=now)
    assert actions.approve_draft(draft, version=1, files=[file.pk], actor=janas, at=now).review == "approved"


@pytest.mark.parametrize(
    "other", [{"text": "Ganz anders"}, {"to": (("", "leo@example.net"),)}, {"cc": (("", "leo@example.net"),)}]
)
def test_what_goes_out_otherwise_than_approved_says_not_that_somebody_looked_at_it(
    ticket: Ticket, draft: Draft, admin: Agent, miras: Actor, janas: Actor, now: datetime, other: dict[str, Any]
) -> None:
    actions.share_draft(draft, to=admin, actor=miras, at=now)
    actions.approve_draft(draft, version=1, actor=janas, at=now)
    answer = replace(Answer(draft.text), **other)
    message = actions.reply(ticket, answer, actor=miras, at=now, written=Written(draft.pk, 1, ()))
    assert message.reviewed_by is None


def test_what_was_not_read_is_not_approved(
    ticket: Ticket, draft: Draft, admin: Agent, miras: Actor, janas: Actor, now: datetime
) -> None:
    actions.share_draft(draft, to=admin, actor=miras, at=now)
    actions.keep_draft(ticket, Writing(text="Noch schnell geändert"), draft=draft.pk, version=1, actor=miras, at=now)
    with pytest.raises(actions.NotAsked):
        actions.approve_draft(draft, version=1, actor=janas, at=now)


def test_who_looks_at_it_may_change_and_send_it_in_its_writer_s_name(
    ticket: Ticket, draft: Draft, mira: Agent, admin: Agent, miras: Actor, janas: Actor, now: datetime
) -> None:
    actions.share_draft(draft, to=admin, actor=miras, at=now)
    changed = actions.keep_draft(ticket, Writing(text="Freundlicher"), draft=draft.pk, version=1, actor=janas, at=now)
    assert changed.edited_by == admin
    message = sent(changed, ticket, janas, now)
    assert (message.agent, message.reviewed_by, message.text) == (mira, admin, "Freundlicher")


def test_sent_back_it_says_why_and_withdrawn_it_is_one_s_own_again(
    ticket: Ticket, draft: Draft, admin: Agent, miras: Actor, janas: Actor, now: datetime
) -> None:
    actions.share_draft(draft, to=admin, actor=miras, at=now)
    back = actions.return_draft(draft, remark="Bitte ohne Fachwörter.", version=1, actor=janas, at=now)
    assert (back.review, back.remark, back.reviewed_by) == ("returned", "Bitte ohne Fachwörter.", admin)
    actions.share_draft(draft, to=admin, actor=miras, at=now)
    actions.withdraw_draft(draft, actor=miras, at=now)
    assert sent(draft, ticket, miras, now).reviewed_by is None
    assert told(ticket) == ["draft.shared", "draft.returned", "draft.shared", "draft.withdrawn"]


def test_what_a_model_drafted_and_a_person_sent_says_both(ticket: Ticket, miras: Actor, now: datetime) -> None:
    draft = actions.keep_draft(ticket, WORDS, model="antwort@1", actor=miras, at=now)
    assert sent(draft, ticket, miras, now).model == "antwort@1"


@pytest.mark.parametrize("wrong", [{"review": "asked"}, {"review": "approved"}, {"reviewer": "mira"}])
def test_the_database_keeps_no_review_without_who_and_when(draft: Draft, mira: Agent, wrong: dict[str, str]) -> None:
    values = {name: mira if value == "mira" else value for name, value in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(**values)


def test_a_forward_answers_nobody_and_goes_to_others_than_the_customer(
    ticket: Ticket, mira: Agent, miras: Actor, now: datetime
) -> None:
    before = (ticket.waiting_since, ticket.first_answered_at, ticket.status)
    answer = Answer("Bitte ansehen.", to=(("", "werk@partner.example"),), said="Bitte ansehen.")
    message = actions.forward(ticket, answer, actor=miras, at=now + timedelta(minutes=3), status="waiting_internal")
    ticket.refresh_from_db()
    assert (ticket.waiting_since, ticket.first_answered_at, ticket.status) == (*before[:2], "waiting_internal")
    assert (message.is_forward, message.to) == (True, [{"name": "", "address": "werk@partner.example"}])
    assert message.subject.endswith(f"Abschlag [#{ticket.pk}]") and not message.subject.startswith("Re:")
    actions.cancel(message, actor=miras, at=now + timedelta(minutes=3))
    ticket.refresh_from_db()
    assert (ticket.waiting_since, ticket.status) == (before[0], "open")
    assert Draft.objects.get().kind == "forward"


def test_a_forward_that_fails_changes_nothing_about_who_waits(ticket: Ticket, miras: Actor, now: datetime) -> None:
    answered = actions.reply(ticket, Answer("Gern."), actor=miras, at=now)
    actions.mark_sent(answered, actor=SYSTEM, at=now)
    message = actions.forward(ticket, Answer("x", to=(("", "a@b.example"),)), actor=miras, at=now)
    actions.mark_failed(message, reason="5.1.1", actor=SYSTEM, at=now)
    ticket.refresh_from_db()
    assert (ticket.waiting_since, ticket.status) == (None, "waiting_customer")


def test_joined_with_other_words_an_approval_holds_no_longer(
    ticket: Ticket, draft: Draft, open_ticket: Callable[..., Ticket], kim_address: Address, admin: Agent,
    miras: Actor, janas: Actor, now: datetime,
) -> None:  # fmt: skip
    other = open_ticket(kim_address)
    actions.keep_draft(other, Writing(text="Das hat niemand gelesen."), actor=miras, at=now)
    actions.share_draft(draft, to=admin, actor=miras, at=now)
    actions.approve_draft(draft, version=1, actor=janas, at=now)
    actions.join(other, ticket, actor=miras, at=now)
    draft.refresh_from_db()
    assert "Das hat niemand gelesen." in draft.text
    assert (draft.review, draft.reviewed_by) == ("", None)


def test_parted_again_what_was_being_written_to_one_customer_does_not_stay_below_another(
    ticket: Ticket, open_ticket: Callable[..., Ticket], kim_address: Address, miras: Actor, janas: Actor, now: datetime
) -> None:
    other = open_ticket(kim_address)
    actions.keep_draft(other, Writing(text="An die eine."), actor=miras, at=now)
    own = actions.keep_draft(ticket, Writing(text="An die andere."), actor=janas, at=now)
    actions.keep_draft(other, Writing(text="Darunter."), actor=janas, at=now)
    actions.join(other, ticket, actor=miras, at=now)
    actions.part(other, actor=miras, at=now)
    assert [one.text for one in Draft.objects.filter(ticket=other)] == ["An die eine."]
    assert [(one.pk, one.text) for one in Draft.objects.filter(ticket=ticket)] == [
        (own.pk, "An die andere.\n\nDarunter.")
    ]
    assert not Draft.objects.exclude(came_to=None).exists()
