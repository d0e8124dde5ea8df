from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError

from anliegen.faces.api.models import KeptAnswer
from anliegen.faces.api.problems import LARGEST_BODY
from anliegen.flow.channels.models import Intake
from anliegen.ground import files
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand, Mailbox, Team
from anliegen.records.customers.models import Address, Person
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Answer
from anliegen.records.tickets.models import Message, Note, Ticket

NEW = {
    "subject": "Zählerstand",
    "text": "Mein Zähler zeigt 4711.",
    "requester": {"name": "Kim Berger", "email": "kim@example.org"},
}


def test_opening_a_ticket_answers_with_its_number(program, mira: Agent, brand: Brand):
    response = program(mira).post("/tickets", NEW)
    ticket = Ticket.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "number": ticket.pk,
        "status": "new",
        "created_at": ticket.created_at.isoformat(),
        "url": f"/api/v1/tickets/{ticket.pk}",
    }
    assert response.headers["Location"] == f"/api/v1/tickets/{ticket.pk}"


def test_an_opened_ticket_holds_what_was_said_and_by_whom(program, mira: Agent, brand: Brand):
    program(mira).post("/tickets", NEW)
    ticket = Ticket.objects.get()
    message = ticket.messages.get()
    assert (ticket.subject, ticket.channel, ticket.brand, ticket.person.name) == (
        "Zählerstand",
        "api",
        brand,
        "Kim Berger",
    )
    assert (message.text, message.direction, message.from_address) == (
        "Mein Zähler zeigt 4711.",
        "in",
        "kim@example.org",
    )
    assert set(Event.objects.filter(subject=f"ticket:{ticket.pk}").values_list("verb", "actor")) == {
        ("ticket.opened", f"agent:{mira.pk}"),
        ("message.received", f"agent:{mira.pk}"),
    }


def test_an_opened_ticket_has_its_line_in_the_ledger_and_its_bytes_on_disk(program, mira: Agent, brand: Brand):
    program(mira).post("/tickets", NEW)
    line = Intake.objects.get()
    assert (line.source, line.result, line.reason, line.ticket) == ("api", "created", "interface", Ticket.objects.get())
    assert "4711" in files.get(line.sha256).decode()


def test_an_opened_ticket_is_sorted_and_acknowledged_like_a_mail(
    program, mira: Agent, mailbox: Mailbox, billing: Team, run_pipeline: Callable[[], int]
):
    program(mira).post("/tickets", NEW | {"mailbox": "service@musterstadt.example", "channel": "form"})
    run_pipeline()
    ticket = Ticket.objects.get()
    assert (ticket.team, ticket.channel, ticket.mailbox) == (billing, "form", mailbox)
    acknowledgement = ticket.messages.get(direction="out")
    assert (acknowledgement.rule, acknowledgement.to) == (
        "acknowledge",
        [{"name": "Kim Berger", "address": "kim@example.org"}],
    )


def test_a_customer_who_wrote_before_is_the_same_person(program, mira: Agent, brand: Brand, kim: Person):
    program(mira).post("/tickets", NEW | {"requester": {"name": "K. Berger", "email": "KIM@example.org"}})
    assert Ticket.objects.get().person == kim
    assert Person.objects.get().name == "Kim Berger"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": " \n "}, "text"),
        ({"text": None}, "text"),
        ({"subject": "x" * 401}, "subject"),
        ({"requester": {"name": "Kim"}}, "requester.email"),
        ({"requester": {"name": "Kim", "email": "kim"}}, "requester.email"),
        ({"requester": {"name": "Kim", "email": "kim@example.org\nBcc: all@example.org"}}, "requester.email"),
        ({"channel": "pigeon"}, "channel"),
        ({"priority": 1}, "priority"),
        ({"mailbox": "nobody@musterstadt.example"}, "mailbox"),
    ],
)
def test_a_field_that_is_not_valid_is_named(
    program, problem, mira: Agent, brand: Brand, change: dict[str, Any], field: str
):
    response = program(mira).post("/tickets", NEW | change)
    assert problem(response) == (422, "invalid", [field])
    assert Ticket.objects.count() == 0


def test_a_nul_is_left_out(program, mira: Agent, brand: Brand):
    assert program(mira).post("/tickets", NEW | {"text": "vor\x00nach", "subject": "\x00"}).status_code == 201
    assert Ticket.objects.get().messages.get().text == "vornach"


def test_a_body_that_is_no_json_cannot_be_read(program, problem, mira: Agent):
    for body in (b"{", b"\xff\xfe", b"[" * 100_000):
        assert problem(program(mira).send("POST", "/tickets", body))[:2] == (400, "unreadable")


def test_too_large_a_body_is_refused(program, problem, mira: Agent):
    response = program(mira).send("POST", "/tickets", b" " * (LARGEST_BODY + 1))
    assert problem(response)[:2] == (413, "too-large")


def test_the_longest_text_fits_however_it_is_escaped(program, mira: Agent, brand: Brand):
    assert program(mira).post("/tickets", NEW | {"text": "🦔" * 200_000}).status_code == 201


def test_the_same_request_with_the_same_key_takes_effect_once(program, mira: Agent, brand: Brand):
    web_shop = program(mira)
    first = web_shop.post("/tickets", NEW, idempotency_key="order-17")
    again = web_shop.post("/tickets", NEW, idempotency_key="order-17")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert Ticket.objects.count() == 1


def test_a_key_belongs_to_one_request(program, problem, mira: Agent, brand: Brand):
    web_shop = program(mira)
    web_shop.post("/tickets", NEW, idempotency_key="order-17")
    other = web_shop.post("/tickets", NEW | {"text": "Etwas anderes"}, idempotency_key="order-17")
    assert problem(other) == (422, "key-used-otherwise", ["Idempotency-Key"])
    assert Ticket.objects.count() == 1


def test_keys_of_two_tokens_do_not_meet(program, mira: Agent, brand: Brand):
    program(mira).post("/tickets", NEW, idempotency_key="1")
    program(mira).post("/tickets", NEW, idempotency_key="1")
    assert Ticket.objects.count() == 2


def test_what_was_refused_keeps_no_key(program, problem, mira: Agent, brand: Brand):
    web_shop = program(mira)
    refused = web_shop.post("/tickets", NEW | {"mailbox": "nobody@example.org"}, idempotency_key="1")
    assert problem(refused)[0] == 422
    assert web_shop.post("/tickets", NEW, idempotency_key="1").status_code == 201


def test_a_kept_answer_holds_nothing_of_the_customer(program, mira: Agent, brand: Brand):
    program(mira).post("/tickets", NEW, idempotency_key="1")
    assert KeptAnswer.objects.get().answer.keys() == {"number", "status", "created_at", "url"}


def test_a_list_holds_what_the_agent_may_see_newest_first(
    program,
    mira: Agent,
    tom: Agent,
    ticket: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    now: datetime,
):
    newer = open_ticket(kim_address, subject="Neuer", at=now + timedelta(hours=1))
    assert [each["number"] for each in program(mira).get("/tickets").json()["items"]] == [newer.pk, ticket.pk]
    assert [each["number"] for each in program(tom).get("/tickets").json()["items"]] == [newer.pk]


def test_a_ticket_is_shown_with_its_team_assignee_and_customer(
    program, mira: Agent, ticket: Ticket, kim: Person, billing: Team, now: datetime
):
    ticket = actions.assign(ticket, to=mira, actor=SYSTEM, at=now)
    shown = program(mira).get("/tickets").json()["items"][0]
    assert shown == {
        "number": ticket.pk,
        "subject": "Abschlag",
        "status": "new",
        "priority": 2,
        "channel": "email",
        "topic": "",
        "tags": [],
        "language": "de",
        "brand": "musterstadt",
        "team": {"id": billing.pk, "slug": "abrechnung", "name": "Abrechnung"},
        "assignee": {"id": mira.pk, "name": "Mira Yılmaz", "email": "mira@musterstadt.example"},
        "requester": {"id": kim.pk, "name": "Kim Berger", "email": "kim@example.org"},
        "created_at": "2026-11-16T09:00:00+00:00",
        "updated_at": "2026-11-16T09:00:00+00:00",
        "last_message_at": "2026-11-16T09:00:00+00:00",
        "waiting_since": "2026-11-16T09:00:00+00:00",
        "due_at": None,
        "due_for": "",
        "lacks": [],
        "first_answered_at": None,
        "resolved_at": None,
        "closed_at": None,
        "etag": ticket.etag,
    }


def test_what_nobody_has_is_narrowed_to_and_says_what_it_lacks(
    program, mira: Agent, open_ticket: Callable[..., Ticket], kim_address: Address, run_pipeline, now: datetime
):
    ticket = open_ticket(kim_address)
    run_pipeline()
    actions.change(ticket, actions.Change(topic="gas"), actor=SYSTEM, at=now)
    (shown,) = program(mira).get("/tickets", unplaced="yes").json()["items"]
    assert (shown["number"], shown["lacks"], shown["due_for"]) == (ticket.pk, ["team"], "place")
    program(mira).patch(f"/tickets/{ticket.pk}", {"assignee": "mira@musterstadt.example"})
    assert program(mira).get("/tickets", unplaced="yes").json()["items"] == []


def test_pages_follow_each_other_without_gap_or_double(
    program, mira: Agent, open_ticket: Callable[..., Ticket], kim_address: Address, now: datetime
):
    made = [open_ticket(kim_address, at=now + timedelta(minutes=number // 2)).pk for number in range(7)]
    reader, cursor, seen = program(mira), None, []
    while True:
        page = reader.get("/tickets", limit=3, **({"cursor": cursor} if cursor else {})).json()
        seen += [each["number"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == made[::-1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "new"}, {"Frei", "Meins"}),
        ({"status": ["resolved", "closed"]}, {"Fertig"}),
        ({"team": "abrechnung"}, {"Meins", "Fertig"}),
        ({"team": "none"}, {"Frei"}),
        ({"assignee": "me"}, {"Meins"}),
        ({"assignee": "mira@musterstadt.example"}, {"Meins"}),
        ({"assignee": "none", "status": "new"}, {"Frei"}),
        ({"status": "", "team": "", "assignee": "", "cursor": ""}, {"Frei", "Meins", "Fertig"}),
    ],
)
def test_a_list_is_narrowed_by_status_team_and_assignee(
    program,
    mira: Agent,
    billing: Team,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    now: datetime,
    query: dict[str, str],
    expected: set[str],
):
    open_ticket(kim_address, subject="Frei")
    mine = actions.assign(open_ticket(kim_address, subject="Meins"), to=billing, actor=SYSTEM, at=now)
    actions.assign(mine, to=mira, actor=SYSTEM, at=now)
    done = actions.assign(open_ticket(kim_address, subject="Fertig"), to=billing, actor=SYSTEM, at=now)
    actions.resolve(done, actor=SYSTEM, at=now)
    found = program(mira).get("/tickets", **query).json()["items"]
    assert {each["subject"] for each in found} == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "lost"}, "status.0"),
        ({"team": "nowhere"}, "team"),
        ({"assignee": "nobody@example.org"}, "assignee"),
        ({"cursor": "page-2"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
    ],
)
def test_a_list_is_not_narrowed_by_what_does_not_exist(
    program, problem, mira: Agent, query: dict[str, str], field: str
):
    assert problem(program(mira).get("/tickets", **query)) == (422, "invalid", [field])


def test_a_ticket_is_read_with_messages_and_notes_oldest_first(program, mira: Agent, ticket: Ticket, now: datetime):
    actor = Actor.agent(mira.pk)
    actions.write_note(ticket, text="Erst prüfen", actor=actor, at=now + timedelta(minutes=1))
    actions.reply(ticket, Answer(text="Guten Tag"), actor=actor, at=now + timedelta(minutes=2))
    response = program(mira).get(f"/tickets/{ticket.pk}")
    shown = response.json()
    ticket.refresh_from_db()
    assert response.headers["ETag"] == shown["etag"] == ticket.etag
    assert [(each["kind"], each["text"], each["author"]["name"], each["state"]) for each in shown["messages"]] == [
        ("received", "Mein Abschlag ist zu hoch.", "Kim Berger", "received"),
        ("note", "Erst prüfen", "Mira Yılmaz", None),
        ("reply", "Guten Tag", "Mira Yılmaz", "queued"),
    ]
    assert shown["earlier_messages"] == 0


def test_of_a_very_long_ticket_the_newest_are_shown_and_the_rest_is_counted(
    program, mira: Agent, ticket: Ticket, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("anliegen.faces.api.tickets.MOST_MESSAGES", 2)
    for number in range(3):
        actions.write_note(ticket, text=f"Notiz {number}", actor=SYSTEM, at=now + timedelta(minutes=1 + number))
    shown = program(mira).get(f"/tickets/{ticket.pk}").json()
    assert ([each["text"] for each in shown["messages"]], shown["earlier_messages"]) == (["Notiz 1", "Notiz 2"], 2)


def test_another_teams_ticket_does_not_exist(program, problem, tom: Agent, ticket: Ticket):
    toms, path = program(tom), f"/tickets/{ticket.pk}"
    answers = [toms.get(path), toms.patch(path, {}), toms.post(f"{path}/messages", {"text": "x", "kind": "note"})]
    assert [problem(answer)[:2] for answer in answers] == [(404, "not-found")] * 3


def test_a_number_beyond_all_numbers_does_not_exist(program, problem, mira: Agent):
    assert problem(program(mira).get("/tickets/999999999"))[:2] == (404, "not-found")
    assert problem(program(mira).get("/tickets/99999999999999999999"))[0] == 422


def test_a_reply_is_queued_for_the_customer(program, mira: Agent, ticket: Ticket):
    response = program(mira).post(f"/tickets/{ticket.pk}/messages", {"text": "Guten Tag", "kind": "reply"})
    said = Message.objects.get(direction="out")
    assert (response.status_code, response.json()) == (
        201,
        {"id": f"message:{said.pk}", "kind": "reply", "state": "queued", "created_at": said.created_at.isoformat()},
    )
    assert (said.text, said.agent, said.ticket.status) == ("Guten Tag", mira, "waiting_customer")


def test_a_note_stays_with_colleagues(program, mira: Agent, ticket: Ticket):
    response = program(mira).post(f"/tickets/{ticket.pk}/messages", {"text": "Prüfen", "kind": "note"})
    note = Note.objects.get()
    assert (response.status_code, response.json()["id"], note.text, note.agent) == (
        201,
        f"note:{note.pk}",
        "Prüfen",
        mira,
    )
    assert Message.objects.filter(direction="out").count() == 0


def test_a_reply_that_comes_twice_is_sent_once(program, mira: Agent, ticket: Ticket):
    bot = program(mira)
    content = {"text": "Guten Tag", "kind": "reply"}
    answers = [bot.post(f"/tickets/{ticket.pk}/messages", content, idempotency_key="a").json() for _twice in range(2)]
    assert answers[0] == answers[1]
    assert Message.objects.filter(direction="out").count() == 1


def test_who_cannot_be_reached_cannot_be_answered(program, problem, mira: Agent, ticket: Ticket, kim: Person):
    Address.objects.filter(person=kim).delete()
    response = program(mira).post(f"/tickets/{ticket.pk}/messages", {"text": "Guten Tag", "kind": "reply"})
    assert problem(response)[:2] == (409, "no-way-to-answer")


def test_each_kind_of_message_asks_its_own_right(program, problem, mira: Agent, ticket: Ticket, now: datetime):
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=["ticket.read", "ticket.note", "settings.manage"])
    bot = program(mira)
    assert bot.post(f"/tickets/{ticket.pk}/messages", {"text": "x", "kind": "note"}).status_code == 201
    assert problem(bot.post(f"/tickets/{ticket.pk}/messages", {"text": "x", "kind": "reply"}))[0] == 403


def test_a_change_is_made_and_answered_with_the_new_version(
    program, mira: Agent, ticket: Ticket, technics: Team, tom: Agent
):
    response = program(mira).patch(
        f"/tickets/{ticket.pk}",
        {
            "status": "waiting_internal",
            "team": "technik",
            "assignee": tom.pk,
            "priority": 4,
            "topic": "Zähler",
            "tags": ["Eilig", "zweite mahnung"],
        },
    )
    shown = response.json()
    ticket.refresh_from_db()
    assert response.status_code == 200
    assert response.headers["ETag"] == shown["etag"] == ticket.etag
    assert (shown["status"], shown["team"]["slug"], shown["assignee"]["id"]) == ("waiting_internal", "technik", tom.pk)
    assert (shown["priority"], shown["topic"], shown["tags"]) == (4, "zähler", ["eilig", "zweite-mahnung"])


def test_null_takes_team_and_assignee_away(program, mira: Agent, ticket: Ticket, now: datetime):
    actions.assign(ticket, to=mira, actor=SYSTEM, at=now)
    shown = program(mira).patch(f"/tickets/{ticket.pk}", {"team": None, "assignee": None}).json()
    assert (shown["team"], shown["assignee"]) == (None, None)


def test_what_is_not_named_stays(program, mira: Agent, ticket: Ticket, billing: Team):
    bot = program(mira)
    before = Event.objects.count()
    assert bot.patch(f"/tickets/{ticket.pk}", {}).json()["team"]["id"] == billing.pk
    assert bot.patch(f"/tickets/{ticket.pk}", {"priority": 2}).json()["etag"] == ticket.etag
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"status": "lost"}, "status"),
        ({"status": None}, "status"),
        ({"priority": 5}, "priority"),
        ({"priority": True}, "priority"),
        ({"priority": "3"}, "priority"),
        ({"team": "nowhere"}, "team"),
        ({"assignee": 99999}, "assignee"),
        ({"tags": "eilig"}, "tags"),
        ({"subject": "Anders"}, "subject"),
    ],
)
def test_a_change_that_is_not_valid_changes_nothing(
    program, problem, mira: Agent, ticket: Ticket, content: dict[str, Any], field: str
):
    response = program(mira).patch(f"/tickets/{ticket.pk}", {"topic": "mahnung"} | content)
    assert problem(response) == (422, "invalid", [field])
    ticket.refresh_from_db()
    assert ticket.topic == ""


@pytest.mark.parametrize("tags", ["{0}", '"9-9", {0}', "*"])
def test_a_change_of_the_version_that_was_read_is_made(program, mira: Agent, ticket: Ticket, tags: str):
    response = program(mira).patch(f"/tickets/{ticket.pk}", {"priority": 3}, if_match=tags.format(ticket.etag))
    assert (response.status_code, response.json()["priority"]) == (200, 3)


@pytest.mark.parametrize("tags", ['"1-1"', "W/{0}", "", '"', "{0}x"])
def test_a_change_of_an_older_version_is_refused(program, problem, mira: Agent, ticket: Ticket, tags: str):
    actions.write_note(ticket, text="Jemand war schneller", actor=SYSTEM, at=ticket.updated_at)
    response = program(mira).patch(f"/tickets/{ticket.pk}", {"priority": 3}, if_match=tags.format(ticket.etag))
    assert problem(response) == (412, "changed-meanwhile", ["If-Match"])
    ticket.refresh_from_db()
    assert ticket.priority == 2


@pytest.mark.parametrize(
    ("right", "allowed", "refused"),
    [("ticket.change", {"priority": 3}, {"assignee": None}), ("ticket.assign", {"assignee": None}, {"priority": 3})],
)
def test_giving_away_and_changing_are_two_rights(
    program, problem, mira: Agent, ticket: Ticket, now: datetime, right: str, allowed: Any, refused: Any
):
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=["ticket.read", "settings.manage", right])
    bot = program(mira)
    assert bot.patch(f"/tickets/{ticket.pk}", allowed).status_code == 200
    assert problem(bot.patch(f"/tickets/{ticket.pk}", refused))[:2] == (403, "not-allowed")


def test_what_fails_on_our_side_says_so_and_nothing_more(
    program, problem, mira: Agent, monkeypatch: pytest.MonkeyPatch
):
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("anliegen.faces.api.tickets.queries.page", fail)
    response = program(mira).get("/tickets")
    assert problem(response) == (500, "failed", [])
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize("error", [OperationalError("the connection is closed"), InterfaceError("closed")])
def test_a_database_that_is_away_is_told_as_passing(
    program, problem, mira: Agent, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def away(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr("anliegen.faces.api.tickets.queries.page", away)
    response = program(mira).get("/tickets")
    assert problem(response) == (503, "unavailable", [])
    assert response.headers["Retry-After"] == "5"


def test_without_the_right_to_read_customers_they_are_numbers(
    program, mira: Agent, admin: Agent, ticket: Ticket, run_pipeline, now: datetime
):
    run_pipeline()
    kept = [code for code in mira.role.permissions if code != "customer.read"]
    accounts.change(mira.role, permissions=kept, actor=SYSTEM, at=now)
    hidden = {"id": ticket.person_id, "name": "", "email": None}
    mira.refresh_from_db()
    reader = program(mira)
    assert [one["requester"] for one in reader.get("/tickets").json()["items"]] == [hidden]
    assert [one["ticket"]["requester"] for one in reader.get("/search", q="Abschlag").json()["items"]] == [hidden]
    whole = reader.get(f"/tickets/{ticket.pk}").json()
    author = {"kind": "person", "id": f"person:{ticket.person_id}", "name": ""}
    assert (whole["requester"], [one["author"] for one in whole["messages"]]) == (hidden, [author])
    changed = reader.patch(f"/tickets/{ticket.pk}", {"priority": 3}).json()
    assert (changed["priority"], changed["requester"]) == (3, hidden)
