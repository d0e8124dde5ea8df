"""What a message says in other languages, for programs."""

from datetime import datetime

from anliegen.records.accounts.models import Agent
from anliegen.records.tickets.models import Message, Ticket, Translation


def path(ticket: Ticket, message: int | None = None) -> str:
    return f"/tickets/{ticket.pk}/messages/{message or ticket.messages.get().pk}/translations"


def test_a_translation_is_kept_and_read_with_its_versions(program, mira: Agent, ticket: Ticket, now: datetime):
    before = Message.objects.values().get()
    first = program(mira).post(path(ticket), {"language": "en", "text": "Hello,\n\n\nthe meter is broken."})
    program(mira).post(path(ticket), {"language": "en", "text": "Hi", "model": "small@1"})
    newest, oldest = Translation.objects.order_by("-version")
    assert (first.status_code, first.json()) == (201, {"id": f"translation:{oldest.pk}", "version": 1})
    read = program(mira).get(path(ticket)).json()
    assert [(one["version"], one["is_newest"], one["kind"], one["text"]) for one in read] == [
        (2, True, "model", "Hi"),
        (1, False, "person", "Hello,\n\nthe meter is broken."),
    ]
    assert (read[0]["author"], read[0]["model"]) == (None, "small@1")
    assert read[1]["author"] == {"kind": "agent", "id": f"agent:{mira.pk}", "name": "Mira Yılmaz"}
    assert newest.agent is None
    assert Message.objects.values().get() == before


def test_the_same_request_with_its_key_takes_effect_once(program, mira: Agent, ticket: Ticket):
    asked = {"language": "en", "text": "Hello"}
    answers = [program(mira).post(path(ticket), asked, headers={"Idempotency-Key": "a"}).json() for _turn in range(2)]
    assert answers[0] == answers[1]
    assert Translation.objects.count() == 1


def test_another_teams_message_does_not_exist(program, problem, tom: Agent, mira: Agent, ticket: Ticket, billing):
    Ticket.objects.filter(pk=ticket.pk).update(team=billing)
    assert problem(program(tom).get(path(ticket)))[:2] == (404, "not-found")
    assert problem(program(tom).post(path(ticket), {"language": "en", "text": "Hi"}))[:2] == (404, "not-found")
    assert problem(program(mira).get(path(ticket, 10**9)))[:2] == (404, "not-found")


def test_writing_one_needs_the_right_to_write_notes(program, problem, mira: Agent, ticket: Ticket):
    mira.role.permissions = [code for code in mira.role.permissions if code != "ticket.note"]
    mira.role.save()
    assert problem(program(mira).post(path(ticket), {"language": "en", "text": "Hi"}))[:2] == (403, "not-allowed")
    assert Translation.objects.count() == 0


def test_a_language_that_is_none_is_refused(program, problem, mira: Agent, ticket: Ticket):
    answer = program(mira).post(path(ticket), {"language": "Deutsch!", "text": "Hi"})
    assert problem(answer) == (422, "invalid", ["language"])
