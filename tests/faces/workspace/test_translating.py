"""The pages of a translation beside its original: who reads, who writes, what is refused, and that nothing is lost."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import actions
from anliegen.records.tickets.models import Mention, Message, Note, Ticket, Translation, TranslationDraft

TEXT = "Merhaba,\n\nsayaç <b>bozuk</b>.\n\nTeşekkürler"
WRITTEN = ["Hallo,", "der Zähler ist <b>kaputt</b>.", ""]
WRITES = ("write/", "draft/", "discard/", "ask/")


@pytest.fixture
def message(ticket: Ticket, billing: Team, now: datetime) -> Message:
    """A Turkish mail to Mira's team."""
    actions.assign(ticket, to=billing, actor=SYSTEM, at=now)
    found = ticket.messages.get()
    Message.objects.filter(pk=found.pk).update(text=TEXT, reply_text="", language="tr")
    found.refresh_from_db()
    return found


@pytest.fixture
def reads_only(admin: Agent, mira: Agent, now: datetime) -> None:
    """Mira's and Tom's role reads concerns and writes no notes."""
    less = [code for code in mira.role.permissions if code != "ticket.note"]
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=less)


@pytest.fixture
def toms_to_see(message: Message, tom: Agent, mira: Agent, now: datetime) -> None:
    """Tom of the other team is brought in to this one concern."""
    actions.bring_in(message.ticket, [tom], actor=Actor.agent(mira.pk), at=now)


def path(message: Message | int, more: str = "") -> str:
    return f"/workspace/messages/{message if isinstance(message, int) else message.pk}/translation/{more}"


def said(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def kept() -> QuerySet[Translation, tuple[int, str, str]]:
    return Translation.objects.order_by("version").values_list("version", "language", "text")


def write(client: Client, message: Message, parts: list[str], **more: str | int) -> HttpResponse:
    return client.post(path(message, "write/"), {"into": "de", "begun_on": 0, "part": parts} | more)


def test_without_one_it_says_so_and_offers_to_write_it(miras: Client, message: Message) -> None:
    html = said(miras.get(path(message)))
    assert "Es gibt noch keine Übersetzung (Deutsch)." in html
    assert f'href="{path(message, "write/")}?into=de"' in html


def test_the_form_has_a_field_for_each_paragraph_and_shows_the_original_as_text(
    miras: Client, message: Message
) -> None:
    html = said(miras.get(path(message, "write/")))
    assert html.count('name="part"') == 3
    assert ("sayaç &lt;b&gt;bozuk&lt;/b&gt;." in html, "<b>bozuk" in html) == (True, False)


def test_what_is_kept_stands_beside_the_original_with_the_name_of_its_writer(miras: Client, message: Message) -> None:
    answer = write(miras, message, WRITTEN)
    assert (answer.status_code, answer.headers["Location"]) == (302, path(message))
    assert list(kept()) == [(1, "de", "Hallo,\n\nder Zähler ist <b>kaputt</b>.")]
    html = said(miras.get(path(message)))
    assert "Übersetzt von Mira Yılmaz (Mensch)" in html
    assert ("der Zähler ist &lt;b&gt;kaputt&lt;/b&gt;." in html, "<b>kaputt" in html) == (True, False)
    assert "noch nicht übersetzt" in html


def test_what_a_model_wrote_is_named_as_a_models(miras: Client, message: Message, mira: Agent, now: datetime) -> None:
    actor = Actor.agent(mira.pk)
    actions.translate(message, WRITTEN, language="de", model="klein@1", actor=actor, at=now)
    html = said(miras.get(path(message)))
    assert "Übersetzt vom Modell klein@1, von niemandem geprüft" in html
    assert "(Mensch)" not in html


@pytest.mark.parametrize("parts", [[], [""], [" ", "\n\t", ""]])
def test_an_empty_one_is_refused_and_says_what_is_missing(miras: Client, message: Message, parts: list[str]) -> None:
    answer = write(miras, message, parts)
    assert answer.status_code == 422
    assert "Bitte übersetzen Sie wenigstens einen Absatz." in said(answer)
    assert list(kept()) == []


def test_one_that_is_too_long_is_refused_and_comes_back_whole(miras: Client, message: Message) -> None:
    answer = write(miras, message, ["x" * 400_001])
    assert answer.status_code == 422
    assert "Das ist zu lang für eine Übersetzung." in said(answer)
    assert "x" * 400_001 in answer.content.decode()
    assert list(kept()) == []


def test_who_was_overtaken_sees_the_other_version_and_keeps_the_own_words(
    miras: Client, message: Message, admin: Agent, now: datetime
) -> None:
    actions.translate(message, ["Moin"], language="de", actor=Actor.agent(admin.pk), at=now)
    answer = write(miras, message, ["Hallo"])
    html = said(answer)
    assert answer.status_code == 422
    assert ("Moin" in html, ">Hallo</textarea>" in html, 'name="begun_on" value="1"' in html) == (True, True, True)
    assert write(miras, message, ["Hallo"], begun_on=1).status_code == 302
    assert list(kept()) == [(1, "de", "Moin"), (2, "de", "Hallo")]
    assert "1 frühere Fassung" in said(miras.get(path(message)))


def test_a_draft_is_kept_found_again_and_thrown_away(miras: Client, message: Message, mira: Agent) -> None:
    typed = {"into": "de", "begun_on": 0, "draft_version": 0, "part": ["Hal", ""]}
    assert "Entwurf gesichert um" in said(miras.post(path(message, "draft/"), typed))
    assert list(TranslationDraft.objects.values_list("agent", "text")) == [(mira.pk, "Hal")]
    assert "Nicht gesichert" in said(miras.post(path(message, "draft/"), typed | {"part": ["Anders"]}))
    assert ">Hal</textarea>" in said(miras.get(path(message, "write/")))
    assert miras.post(path(message, "discard/"), {"into": "de"}).status_code == 302
    assert (TranslationDraft.objects.count(), list(kept())) == (0, [])


def test_a_draft_is_as_long_as_a_translation_at_most_and_says_so(miras: Client, message: Message) -> None:
    given = {"into": "de", "begun_on": 0, "draft_version": 0, "part": ["Hallo", "x" * 199_990]}
    assert "Entwurf" in said(miras.post(path(message, "draft/"), given))
    given |= {"draft_version": 1, "part": ["y" * 200_000, "y" * 200_000, "y"]}
    answer = said(miras.post(path(message, "draft/"), given))
    assert "Das ist zu lang für eine Übersetzung." in answer
    assert 'name="draft_version" value="1"' in answer
    assert len(TranslationDraft.objects.get().text) < 200_100  # what was kept before stays


def test_another_language_is_asked_for_and_never_the_messages_own(miras: Client, message: Message) -> None:
    write(miras, message, ["Hello"], into="en")
    write(miras, message, ["Hallo"], into="tr")
    assert [row[1:] for row in kept().order_by("pk")] == [("en", "Hello"), ("de", "Hallo")]
    assert ">Englisch</" in said(miras.get(f"{path(message)}?into=de"))


def test_a_part_of_the_page_is_asked_for_and_a_part_is_the_answer(miras_parts: Client, message: Message) -> None:
    answers = [miras_parts.get(path(message)), write(miras_parts, message, WRITTEN)]
    assert [one.status_code for one in answers] == [200, 200]
    assert ["<html" in said(one) for one in answers] == [False, False]


@pytest.mark.parametrize("more", ["", *WRITES])
def test_an_unknown_message_is_not_found(miras: Client, message: Message, more: str) -> None:
    way = miras.post if more else miras.get
    assert way(path(10**9, more), {"into": "de", "part": ["Hallo"]}).status_code == 404


@pytest.mark.parametrize("more", ["", *WRITES])
def test_for_another_team_it_is_not_there(toms: Client, message: Message, more: str) -> None:
    way = toms.post if more else toms.get
    assert way(path(message, more), {"into": "de", "part": ["Hallo"]}).status_code == 404
    assert (list(kept()), TranslationDraft.objects.count(), Note.objects.count()) == ([], 0, 0)


def test_who_is_brought_in_reads_and_writes(toms: Client, message: Message, toms_to_see: None, tom: Agent) -> None:
    assert write(toms, message, WRITTEN).status_code == 302
    assert Translation.objects.get().agent == tom
    assert "Übersetzt von Tom" in said(toms.get(path(message)))


def test_a_guest_who_may_only_read_reads_and_is_offered_no_way_to_write(
    toms: Client, message: Message, admin: Agent, toms_to_see: None, reads_only: None, now: datetime
) -> None:
    actions.translate(message, WRITTEN, language="de", actor=Actor.agent(admin.pk), at=now)
    Agent.objects.filter(pk=admin.pk).update(speaks=["tr"])
    html = said(toms.get(path(message)))
    assert "der Zähler ist &lt;b&gt;kaputt&lt;/b&gt;." in html
    assert (path(message, "write/") in html, path(message, "ask/") in html) == (False, False)


@pytest.mark.parametrize("more", WRITES)
def test_a_guest_who_may_only_read_changes_nothing(
    toms: Client, message: Message, admin: Agent, toms_to_see: None, reads_only: None, more: str
) -> None:
    Agent.objects.filter(pk=admin.pk).update(speaks=["tr"])
    before = Event.objects.count()
    answer = toms.post(path(message, more), {"into": "de", "part": ["Hallo"], "agent": admin.pk})
    assert answer.status_code == 403
    assert (list(kept()), TranslationDraft.objects.count(), Note.objects.count()) == ([], 0, 0)
    assert Event.objects.count() == before


def test_only_who_is_offered_is_asked_and_once(miras: Client, message: Message, admin: Agent, tom: Agent) -> None:
    Agent.objects.filter(pk=admin.pk).update(speaks=["tr"])
    for agent in (tom.pk, 10**9, admin.pk, admin.pk):
        assert miras.post(path(message, "ask/"), {"into": "de", "agent": agent}).status_code == 302
    assert [one.agent for one in Mention.objects.all()] == [admin]
    assert "Jana Kowalski: gefragt" in said(miras.get(path(message)))


def test_nobody_is_brought_in_by_somebody_who_may_not(
    miras: Client, message: Message, admin: Agent, mira: Agent, tom: Agent, now: datetime
) -> None:
    Agent.objects.filter(pk=tom.pk).update(speaks=["tr"])
    assert "wird damit hinzugezogen" in said(miras.get(path(message)))
    less = [code for code in mira.role.permissions if code != "ticket.assign"]
    accounts.change(mira.role, actor=SYSTEM, at=now, permissions=less)
    miras.post(path(message, "ask/"), {"into": "de", "agent": tom.pk})
    assert (Mention.objects.count(), Ticket.objects.get().guests) == (0, [])


def test_in_the_timeline_only_a_message_in_another_language_offers_it(
    miras: Client, message: Message, mira: Agent
) -> None:
    page = f"/workspace/tickets/{message.ticket_id}/"
    assert f'id="x{message.pk}"' in said(miras.get(page))
    Message.objects.filter(pk=message.pk).update(language="de")
    assert f'id="x{message.pk}"' not in said(miras.get(page))


@pytest.fixture
def twice(message: Message, mira: Agent, now: datetime) -> Callable[[], None]:
    """A model wrote the first German version and the English one, Mira corrected the German one."""

    def keep() -> None:
        as_mira = Actor.agent(mira.pk)
        actions.translate(message, ["Alt"], language="de", model="klein@1", actor=as_mira, at=now)
        actions.translate(message, ["Hello"], language="en", model="klein@1", actor=as_mira, at=now)
        actions.translate(message, WRITTEN, language="de", actor=as_mira, at=now + timedelta(minutes=1))

    return keep


def test_the_document_of_a_concern_holds_the_newest_ones_and_says_by_whom(
    miras: Client, message: Message, twice: Callable[[], None]
) -> None:
    twice()
    asked = f"/workspace/tickets/{message.ticket_id}/document/"
    made = miras.post(asked, {"file": "json"}).json()["messages"][0]
    assert (made["text"], made["language"]) == (TEXT, "tr")
    keys = ("language", "version", "kind", "author", "model", "text")
    assert [tuple(one[key] for key in keys) for one in made["translations"]] == [
        ("de", 2, "person", "Mira Yılmaz", None, "Hallo,\n\nder Zähler ist <b>kaputt</b>."),
        ("en", 1, "model", None, "klein@1", "Hello"),
    ]
    html = said(miras.post(asked, {"file": "print"}))
    heads = re.findall(r'class="translated"><p class="small"><strong>([^<]*?) · Montag, 16[^<]*</strong>', html)
    assert heads == [
        "Übersetzung (Deutsch) · Übersetzt von Mira Yılmaz (Mensch)",
        "Übersetzung (Englisch) · Übersetzt vom Modell klein@1, von niemandem geprüft",
    ]
    assert ("&lt;b&gt;kaputt&lt;/b&gt;" in html, "<b>kaputt" in html, "Alt</p>" in html) == (True, False, False)
