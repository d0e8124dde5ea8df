"""Text blocks and macros at a ticket: what they say here, what holds an answer back, and one press that is undone."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from anliegen.faces.api.models import KeptAnswer
from anliegen.flow.macros import actions as macros
from anliegen.flow.macros.models import Macro, MacroRun
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers import actions as customers
from anliegen.records.customers.models import Person
from anliegen.records.knowledge import actions as knowledge
from anliegen.records.knowledge.content import Content
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.tickets import actions as tickets
from anliegen.records.tickets.models import Message, Note, Ticket

TEXT = "{{anrede}}\n\n**Vorgang {{vorgangsnummer}}** ({{betreff}}), {{team}}, {{marke}}: {{?Frage}}\n\n{{bearbeitung}}"
Write = Callable[..., TextBlock]


@pytest.fixture
def write(admin: Agent, now: datetime) -> Write:
    def make(text: str = TEXT, *, owner: Agent | None = None, **more: Any) -> TextBlock:
        content = Content(more.pop("title", "Nachfrage"), more.pop("word", "frage"), {"de": text, **more})
        return knowledge.write(content, owner=owner, actor=Actor.agent((owner or admin).pk), at=now)

    return make


@pytest.fixture
def macro(admin: Agent, now: datetime) -> Macro:
    return macros.create(
        name="Dringend", priority=4, status="waiting_internal", actor=Actor.agent(admin.pk), at=now
    )  # fmt: skip


def taken(client: Client, ticket: Ticket, block: TextBlock) -> dict[str, str]:
    answer = client.post(f"/workspace/tickets/{ticket.pk}/blocks/{block.pk}/")
    return answer.json() if answer.status_code == 200 else {"status": str(answer.status_code)}


def reply(client: Client, ticket: Ticket, text: str) -> Any:
    form = {"text": text, "status": "open", "version": ticket.version, "seen": 10**9}
    return client.post(f"/workspace/tickets/{ticket.pk}/reply/", form)


# What a text block says


def test_a_block_is_filled_with_what_is_known_at_this_ticket(
    miras: Client, ticket: Ticket, kim: Person, write: Write, now: datetime
) -> None:
    customers.change(kim, family_name="Berger", given_name="Kim", address_form="frau", actor=SYSTEM, at=now)
    said = taken(miras, ticket, write())
    assert said["text"] == (
        f"Sehr geehrte Frau Berger,\n\nVorgang {ticket.pk} (Abschlag), Abrechnung, Stadtwerke Musterstadt: "
        "{{?Frage}}\n\nMira Yılmaz"
    )
    assert said["html"].startswith(f"<p>Sehr geehrte Frau Berger,</p><p><strong>Vorgang {ticket.pk}</strong>")
    assert said["greeting"] == "Sehr geehrte Frau Berger,"


def test_a_block_speaks_the_customers_language_where_it_has_it(
    miras: Client, ticket: Ticket, kim: Person, write: Write, now: datetime
) -> None:
    both = write("Guten Tag {{datum}}", en="Hello {{datum}}")
    only_german = write("Nur {{datum}}", word="nur")
    customers.change(kim, language="en", actor=SYSTEM, at=now)
    today = timezone.localdate(clock.now())
    assert taken(miras, ticket, both)["text"] == f"Hello {today.day} {today:%B %Y}"
    assert taken(miras, ticket, only_german)["text"] == f"Nur {today:%d.%m.%Y}"


def test_whose_name_one_may_not_read_is_asked_for(
    miras: Client, mira: Agent, ticket: Ticket, write: Write, now: datetime
) -> None:
    kept = [code for code in mira.role.permissions if code != "customer.read"]
    accounts.change(mira.role, permissions=kept, actor=SYSTEM, at=now)
    said = taken(miras, ticket, write("{{anrede}} {{name}}"))
    assert said["text"] == "Guten Tag, {{?name}}"


def test_taking_a_block_counts_its_use_and_says_not_whose(miras: Client, ticket: Ticket, write: Write) -> None:
    block = write()
    taken(miras, ticket, block)
    taken(miras, ticket, block)
    block.refresh_from_db()
    assert (block.used, block.last_used_on) == (2, timezone.localdate(clock.now()))


def test_a_block_of_another_agent_or_out_of_use_cannot_be_taken(
    miras: Client, tom: Agent, admin: Agent, ticket: Ticket, write: Write, now: datetime
) -> None:
    of_tom, old = write(owner=tom), write(word="alt")
    knowledge.withdraw(old, actor=Actor.agent(admin.pk), at=now)
    assert taken(miras, ticket, of_tom) == taken(miras, ticket, old) == {"status": "404"}
    listed = miras.get(f"/workspace/tickets/{ticket.pk}/blocks/").content.decode()
    assert 'role="option"' not in listed


# What holds an answer back


def test_an_answer_with_an_open_place_is_not_sent_and_says_which(miras_parts: Client, ticket: Ticket) -> None:
    answer = reply(miras_parts, ticket, "Ihr Zähler {{?Zählernummer}}, {{name}}")
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Bitte füllen Sie aus oder löschen Sie, was im Text noch offen ist: Zählernummer, name" in html
    assert "Ihr Zähler {{?Zählernummer}}, {{name}}" in html
    assert not Message.objects.filter(direction="out").exists()


def test_braces_of_others_are_sent_as_they_are(miras_parts: Client, ticket: Ticket) -> None:
    assert reply(miras_parts, ticket, "In der Vorlage steht {{user.name}}.").status_code == 200


def test_a_resolution_with_an_open_place_is_not_sent(miras_parts: Client, ticket: Ticket) -> None:
    form = {"text": "Erledigt am {{?Tag}}", "version": ticket.version, "tell": "yes"}
    answer = miras_parts.post(f"/workspace/tickets/{ticket.pk}/resolve/", form)
    assert answer.status_code == 422
    assert "noch offen ist: Tag" in answer.content.decode()
    ticket.refresh_from_db()
    assert ticket.status == "new"


def test_a_program_cannot_send_an_open_place_either(client: Client, mira: Agent, ticket: Ticket, now: datetime) -> None:
    _token, secret = accounts.create_token(mira, scopes=["write"], actor=Actor.agent(mira.pk), at=now)
    answer = client.post(
        f"/api/v1/tickets/{ticket.pk}/messages",
        {"text": "Zähler {{?Nummer}}", "kind": "reply"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "text", "problem": "has places that are not filled: Nummer"}]
    assert not KeptAnswer.objects.exists()


# Macros


def shown(client: Client, ticket: Ticket, macro: Macro) -> str:
    html = client.get(f"/workspace/tickets/{ticket.pk}/macros/{macro.pk}/").content.decode()
    return re.search('name="shown" value="([0-9a-f]{64})"', html)[1]  # type: ignore[index]


def apply(client: Client, ticket: Ticket, macro: Macro, **more: str) -> Any:
    form = {"shown": shown(client, ticket, macro), **more}
    return client.post(f"/workspace/tickets/{ticket.pk}/macros/{macro.pk}/", form)


def test_what_was_shown_is_done_and_can_be_undone(miras_parts: Client, ticket: Ticket, macro: Macro) -> None:
    answer = apply(miras_parts, ticket, macro)
    run = MacroRun.objects.get()
    assert answer.status_code == 200
    assert f"/workspace/macro-runs/{run.pk}/undo/" in answer.content.decode()
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.status) == (4, "waiting_internal")
    undone = miras_parts.post(f"/workspace/macro-runs/{run.pk}/undo/").content.decode()
    assert "„Dringend“ ist zurückgenommen." in undone
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.status) == (2, "new")
    assert "Es ist schon zurückgenommen." in miras_parts.post(f"/workspace/macro-runs/{run.pk}/undo/").content.decode()


def test_a_tag_that_stays_is_not_crossed_out(
    miras: Client, mira: Agent, admin: Agent, ticket: Ticket, now: datetime
) -> None:
    tickets.change(ticket, tickets.Change(tags=("solar", "offen")), actor=Actor.agent(mira.pk), at=now)
    made = macros.create(
        name="Eilt", adds_tags=["eilig", "solar"], removes_tags=["offen"], actor=Actor.agent(admin.pk), at=now
    )
    html = miras.get(f"/workspace/tickets/{ticket.pk}/macros/{made.pk}/").content.decode()
    (line,) = re.findall(r"<dt>Schlagwörter</dt><dd>(.+?)</dd>", html)
    assert " ".join(re.sub("<[^>]+>", "", line).split()) == "solar geht: offen + kommt: eilig"
    assert re.findall("<del>.*?</del>", line)[0].endswith("offen</del>")
    listed = miras.get(f"/workspace/tickets/{ticket.pk}/macros/").content.decode()
    assert "Schlagwörter: + eilig, − offen" in listed


def test_when_the_ticket_changed_since_it_was_shown_it_is_shown_anew_and_nothing_is_done(
    miras_parts: Client, ticket: Ticket, macro: Macro, now: datetime
) -> None:
    before = shown(miras_parts, ticket, macro)
    tickets.change(ticket, tickets.Change(priority=1), actor=SYSTEM, at=now)
    answer = miras_parts.post(f"/workspace/tickets/{ticket.pk}/macros/{macro.pk}/", {"shown": before})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#asked")
    assert "Inzwischen hat sich etwas geändert. So wäre es jetzt:" in answer.content.decode()
    assert not MacroRun.objects.exists()


def test_a_note_asks_for_its_fields_before_it_is_written(
    miras_parts: Client, admin: Agent, ticket: Ticket, write: Write, now: datetime
) -> None:
    made = macros.create(
        name="Notiz", block=write("Prüfen: {{?Was}}"), place="note", actor=Actor.agent(admin.pk), at=now
    )  # fmt: skip
    refused = apply(miras_parts, ticket, made, field0="")
    assert refused.status_code == 422
    assert "Bitte füllen Sie aus, was noch offen ist: Was" in refused.content.decode()
    assert apply(miras_parts, ticket, made, field0="den Zähler").status_code == 200
    assert [note.text for note in Note.objects.all()] == ["Prüfen: den Zähler"]


def test_a_macro_that_moves_a_ticket_out_of_sight_leads_back_to_the_list(
    miras_parts: Client, admin: Agent, ticket: Ticket, technics: Team, now: datetime
) -> None:
    made = macros.create(name="An Technik", team=technics, actor=Actor.agent(admin.pk), at=now)
    answer = apply(miras_parts, ticket, made)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/workspace/?left={ticket.pk}")


def test_without_a_script_there_is_a_page_for_all_of_it(miras: Client, ticket: Ticket, macro: Macro) -> None:
    listed = miras.get(f"/workspace/tickets/{ticket.pk}/macros/").content.decode()
    assert "Status: wartet auf Dritte · Priorität: dringend" in listed
    assert apply(miras, ticket, macro).status_code == 302
    again = miras.get(f"/workspace/tickets/{ticket.pk}/macros/").content.decode()
    assert "„Dringend“ zurücknehmen" in again
    assert miras.post(f"/workspace/macro-runs/{MacroRun.objects.get().pk}/undo/").status_code == 302
    ticket.refresh_from_db()
    assert ticket.priority == 2


def test_who_may_not_change_a_ticket_changes_nothing_by_macro_and_takes_none_back(
    miras: Client, mira: Agent, ticket: Ticket, macro: Macro, now: datetime
) -> None:
    apply(miras, ticket, macro)
    kept = [code for code in mira.role.permissions if code != "ticket.change"]
    accounts.change(mira.role, permissions=kept, actor=SYSTEM, at=now)
    assert miras.post(f"/workspace/macro-runs/{MacroRun.objects.get().pk}/undo/").status_code == 403
    tickets.change(ticket, tickets.Change(priority=1), actor=SYSTEM, at=now)
    html = miras.get(f"/workspace/tickets/{ticket.pk}/macros/{macro.pk}/").content.decode()
    assert html.count("das dürfen Sie nicht ändern") == 2
    assert "Hier ändert es nichts." in html


def test_nobody_applies_a_macro_of_another_or_to_a_ticket_they_may_not_see(
    miras: Client, toms: Client, mira: Agent, tom: Agent, ticket: Ticket, macro: Macro, now: datetime
) -> None:
    own = macros.create(name="Meins", owner=tom, priority=1, actor=Actor.agent(tom.pk), at=now)
    assert miras.get(f"/workspace/tickets/{ticket.pk}/macros/{own.pk}/").status_code == 404
    assert toms.get(f"/workspace/tickets/{ticket.pk}/macros/{macro.pk}/").status_code == 404
    apply(miras, ticket, macro)
    assert toms.post(f"/workspace/macro-runs/{MacroRun.objects.get().pk}/undo/").status_code == 404
