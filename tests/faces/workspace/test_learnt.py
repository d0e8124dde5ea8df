"""What was learnt, as an administrator decides it: let speak, paused, silenced; and missing topics."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from anliegen.faces.ui.numbers import percent
from anliegen.faces.workspace.settings import learnt
from anliegen.flow.automation.learning import encoders
from anliegen.flow.automation.models import Decision, Learnt, Told, TopicProposal
from anliegen.flow.automation.teaching import actions, lessons, speaking
from anliegen.flow.automation.teaching.nightly import learn_now
from anliegen.ground import clock
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.oversight.compliance.register.learning import algorithms
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Topic
from anliegen.records.accounts.models.topics import MOST_TOPICS
from anliegen.records.customers.models import Address
from anliegen.records.tickets.models import Ticket
from tests.flow.automation.learning.examples import SAID, made_up

PAGE = "/workspace/settings/learnt/"


@pytest.fixture
def waiting(operator: object, now: datetime) -> Learnt:
    for code in SAID:
        examples = [one.text for one in made_up(9) if one.label == code]
        accounts.create(Topic, code=code, name=code.title(), examples=examples, actor=SYSTEM, at=now)
    return lessons.hold(actor=Actor.rule("lessons"), at=now, encoder="none")


@pytest.fixture
def admins(client: Client, admin: Agent) -> Client:
    client.force_login(admin)
    return client


def test_a_person_lets_it_speak_pauses_and_silences_it(
    waiting: Learnt, admins: Client, admin: Agent, mira: Agent, open_ticket: Callable[..., Ticket],
    kim_address: Address, run_pipeline: Callable[[], int],
) -> None:  # fmt: skip
    def asks_about(text: str) -> bool:
        ticket = open_ticket(kim_address, text=text, subject="")
        run_pipeline()
        return Decision.objects.filter(ticket=ticket, question="topic").exists()

    assert "wartet, bis ein Mensch" in admins.get(PAGE).text
    assert admins.post(f"{PAGE}{waiting.version}/speak/", {"responsible": str(mira.pk)}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.responsible, waiting.settled_by) == ("speaking", mira, admin)
    speaking.forget()
    assert asks_about("Ich ziehe um")
    admins.post(f"{PAGE}pause/")
    assert "Sie ist angehalten" in admins.get(PAGE).text
    assert not asks_about("Ich ziehe um")
    admins.post(f"{PAGE}pause/", {"again": "1"})
    assert asks_about("Ich ziehe um")
    admins.post(f"{PAGE}{waiting.version}/silence/")
    speaking.forget()
    assert not asks_about("Ich ziehe um")


def test_a_version_is_refused_with_its_reason(waiting: Learnt, admins: Client) -> None:
    admins.post(f"{PAGE}{waiting.version}/refuse/", {"reason": "Zu wenige Beispiele"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("refused", "Zu wenige Beispiele")
    assert "Zu wenige Beispiele" in admins.get(f"{PAGE}{waiting.version}/").text


def test_before_it_is_let_speak_stands_from_where_on_it_would_not_ask(
    waiting: Learnt, admins: Client, admin: Agent, mira: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may sort without asking from its first message on, so whoever lets it knows."""
    assert "Fassung 1 würde jedes Mal fragen." in admins.get(f"{PAGE}1/").text
    monkeypatch.setattr(speaking, "surest", lambda *_: 0.9)
    speaking.forget()
    would = f"Sobald sie spricht, sortiert Fassung 1 ab {percent(0.9, language='de')}, ohne zu fragen."
    assert would in admins.get(f"{PAGE}1/").text
    actions.refuse(waiting, reason="", by=admin, at=clock.now())  # it may still be let speak later
    assert would in admins.get(f"{PAGE}1/").text
    Learnt.objects.update(sha256="0" * 64)
    assert "ohne zu fragen" not in admins.get(f"{PAGE}1/").text


@pytest.mark.parametrize(("state", "button"), [("waiting", "Sprechen lassen"), ("speaking", "Übergeben")])
def test_what_one_decides_by_stands_before_the_decision_and_a_link_at_the_top_leads_to_it(
    waiting: Learnt, admins: Client, mira: Agent, state: str, button: str
) -> None:
    Learnt.objects.update(state=state, responsible=mira, settled_by=mira)
    page = admins.get(f"{PAGE}1/").text
    order = ['href="#decide"', "Wie gut sie ist", "Für jede Gruppe", "Datenblatt", 'id="decide"', f"{button}</span>"]
    places = [page.index(one) for one in order]
    assert places == sorted(places), dict(zip(order, places, strict=True))


def test_encoders_have_names_that_people_understand(waiting: Learnt, admins: Client, mira: Agent) -> None:
    assert set(learnt.ENCODERS) == set(encoders.KNOWN)
    names = {
        "use": "ja: Satz-Encoder, 16 Sprachen",
        "minilm": "ja: Satz-Encoder, Englisch",
        "none": "nein, nach Wörtern",
    }
    for code, name in names.items():
        Learnt.objects.update(state="speaking", responsible=mira, settled_by=mira, encoder=code)
        for page in (admins.get(PAGE).text, admins.get(f"{PAGE}1/").text):
            assert name in page and f"„{code}“" not in page


def test_languages_it_was_tried_on_have_their_names(waiting: Learnt, admins: Client) -> None:
    waiting.groups["by"]["language"] = {"de": waiting.groups["all"]}
    Learnt.objects.update(groups=waiting.groups)
    assert "Deutsch</td>" in admins.get(f"{PAGE}1/").text


def test_who_may_not_manage_settings_decides_nothing(waiting: Learnt, client: Client, mira: Agent) -> None:
    client.force_login(mira)
    for path in ("", "learn/", "pause/", "1/speak/", "1/silence/", "1/refuse/"):
        assert client.post(f"{PAGE}{path}").status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_a_missing_topic_is_taken_up_once_or_dismissed(admins: Client, ticket: Ticket, now: datetime) -> None:
    taken, dismissed = (
        TopicProposal.objects.create(words=["glasfaser"], tickets=[ticket.pk], made_at=now) for _each in range(2)
    )
    where = "/workspace/settings/topics/proposed"
    assert "Fehlt ein Thema?" in admins.get("/workspace/settings/topics/").text
    admins.post(f"{where}/{dismissed.pk}/dismiss/")
    admins.post(f"{where}/{dismissed.pk}/take-up/", {"name": "Zu spät"})
    for _press in range(2):
        admins.post(f"{where}/{taken.pk}/take-up/", {"name": "Glasfaser"})
    assert list(Topic.objects.values_list("code", "examples")) == [("glasfaser", [])]
    ticket.refresh_from_db()
    assert ticket.topic == "glasfaser"


def test_the_page_shows_the_waiting_version_beside_the_speaking_one(
    waiting: Learnt, admins: Client, admin: Agent, mira: Agent, open_ticket: Callable[..., Ticket],
    kim_address: Address, run_pipeline: Callable[[], int], now: datetime,
) -> None:  # fmt: skip
    speaking.forget()
    assert "Ab jetzt liest sie still mit" in admins.get(PAGE).text
    open_ticket(kim_address, text="Ich ziehe um", subject="")
    run_pipeline()
    page = admins.get(PAGE).text
    assert "Was Fassung 1 gesagt hätte" in page and "noch zu wenige (0 von 50)" in page
    assert "still 1 Nachricht gelesen; noch spricht keine Fassung" in page
    actions.let_speak(waiting, responsible=mira, by=admin, at=now)
    second = lessons.hold(actor=Actor.rule("lessons"), at=now, encoder="none", anyway=True)
    assert "Ab jetzt liest sie still mit" in admins.get(PAGE).text
    ticket = open_ticket(kim_address, text="Ich ziehe um", subject="Neue Wohnung")
    run_pipeline()
    Decision.objects.filter(author="model:triage@2").update(choice="topic:rechnung")
    page = admins.get(PAGE).text
    assert "Fassung 2 neben Fassung 1" in page
    assert "Bei 1 Nachricht seit" in page and "sagten beide in 0\u202f% dasselbe" in page
    for words in (
        "Wer recht hatte",
        "nur Fassung 1",
        "nur Fassung 2",
        "Was sich am meisten ändert",
        "Wie jede abschneidet",
    ):
        assert words in page
    assert f'<a href="/workspace/tickets/{ticket.pk}/">#{ticket.pk}</a> Neue Wohnung' in page
    admins.post(f"{PAGE}{second.version}/refuse/", {"reason": "Nein"})
    assert "Während sie wartete, las sie still Nachrichten mit: 1." in admins.get(f"{PAGE}2/").text
    assert "Fassung 2 neben Fassung 1" not in admins.get(PAGE).text


def test_exceptions_are_listed(admins: Client, mira: Agent, ticket: Ticket, now: datetime) -> None:
    message = ticket.messages.get()
    row = Told.objects.create(ticket=ticket, message=message, topic="gas", by="set", agent=mira, told_at=now)
    assert "Ausnahmen, aus denen nicht gelernt wird" not in admins.get(PAGE).text
    Told.objects.filter(pk=row.pk).update(is_exception=True)
    page = admins.get(PAGE).text
    assert "Ausnahmen, aus denen nicht gelernt wird" in page
    assert f'<a href="/workspace/tickets/{ticket.pk}/">#{ticket.pk}</a>' in page


def put_job(status: str, **events: str) -> None:
    """The job of a lesson as the worker leaves it: its events by type and how long ago they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
            " VALUES ('default', %s, '{}', %s, 1) RETURNING id",
            [learn_now.name, status],
        )
        (job,) = cursor.fetchone()
        cursor.execute("DELETE FROM procrastinate_events WHERE job_id = %s", [job])
        for kind, ago in events.items():
            cursor.execute(
                "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, %s, now() - %s::interval)",
                [job, kind, ago],
            )


def test_asked_for_it_says_that_it_waits_and_looks_again_by_itself(waiting: Learnt, admins: Client) -> None:
    assert "Das Lernen" not in admins.get(PAGE).text
    admins.post(f"{PAGE}learn/")
    shown = admins.get(PAGE).text
    assert ("Das Lernen ist eingeplant" in shown, 'hx-trigger="every 4s"' in shown) == (True, True)
    assert "Neu nachsehen" in shown  # the way without a script


@pytest.mark.parametrize(
    ("status", "events", "words", "goes_on"),
    [
        ("doing", {"deferred": "3 min", "started": "2 min"}, "Es lernt gerade", True),
        ("failed", {"started": "2 min", "failed": "1 min"}, "Das Lernen ist fehlgeschlagen", False),
        ("succeeded", {"started": "2 min", "succeeded": "1 min"}, "ohne neue Fassung", False),
        ("succeeded", {"started": "2 h", "succeeded": "90 min"}, "", False),
    ],
)
def test_the_page_says_how_the_learning_stands(
    admins: Client, operator: object, status: str, events: dict[str, str], words: str, goes_on: bool
) -> None:
    put_job("succeeded", started="9 min", succeeded="8 min")  # an earlier one says nothing
    put_job(status, **events)
    page = admins.get(PAGE).text
    assert (words in page, 'hx-trigger="every 4s"' in page) == (True, goes_on)
    assert ("Das Lernen ist" in page or "Es lernt" in page) is bool(words)


def test_done_it_leads_to_the_version_that_was_learnt(waiting: Learnt, admins: Client) -> None:
    Learnt.objects.update(learnt_at=clock.now() - timedelta(seconds=90))
    put_job("succeeded", started="2 min", succeeded="1 min")
    page = admins.get(PAGE).text
    assert ("Das Lernen ist fertig" in page, f"Fassung {waiting.version} ansehen" in page) == (True, True)


@pytest.mark.parametrize("responsible", ["9" * 5000, "9" * 18, "²", "-1", "x"])
def test_whoever_is_not_here_cannot_answer_for_it(waiting: Learnt, admins: Client, responsible: str) -> None:
    answer = admins.post(f"{PAGE}{waiting.version}/speak/", {"responsible": responsible}, follow=True)
    assert "Nichts wurde geändert" in answer.text
    waiting.refresh_from_db()
    assert (waiting.state, waiting.responsible) == ("waiting", None)


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"sha256": "0" * 64}, "ihre Datei fehlt"), ({"encoder": "gone"}, "ihr Encoder ist nicht installiert: gone")],
)
def test_a_speaking_version_that_cannot_be_read_shows_wherever_it_is_told_of(
    waiting: Learnt, admins: Client, admin: Agent, now: datetime, changed: dict[str, str], why: str
) -> None:
    def is_on() -> bool:
        return next(one.is_on for one in algorithms() if one.author == "model:triage@")

    actions.let_speak(waiting, responsible=admin, by=admin, at=now)
    speaking.forget()
    assert is_on() and "kann nicht gelesen werden" not in admins.get(PAGE).text
    Learnt.objects.update(**changed)
    assert not is_on()
    for page in (PAGE, f"{PAGE}1/"):
        said = admins.get(page).text
        assert f"Fassung 1 kann nicht gelesen werden: {why}. Menschen sortieren. Lassen Sie jetzt lernen" in said
    assert "Fassung 1 kann nicht gelesen werden; Menschen sortieren" in admins.get("/workspace/settings/").text


@pytest.fixture
def full(operator: object) -> None:
    """As many topics are in use as may be, and one is not in use."""
    rows = [Topic(code=f"t-{number}", name=f"Thema {number}", examples=["a b"]) for number in range(MOST_TOPICS)]
    Topic.objects.bulk_create([*rows, Topic(code="aside", name="Beiseite", is_active=False)])


def test_more_topics_than_anybody_tells_apart_are_refused_in_words(full: None, admins: Client, now: datetime) -> None:
    where, full_of = "/workspace/settings/topics/", f"{MOST_TOPICS} Themen sind in Gebrauch"
    assert full_of in admins.post(f"{where}new/", {"name": "Noch eines", "is_active": "on"}).text
    aside, used = Topic.objects.get(code="aside"), Topic.objects.get(code="t-0")
    assert full_of in admins.post(f"{where}{aside.pk}/", {"name": "Beiseite", "is_active": "on"}).text
    proposal = TopicProposal.objects.create(words=["zähler"], tickets=[], made_at=now)
    answer = admins.post(f"{where}proposed/{proposal.pk}/take-up/", {"name": "Zähler"}, follow=True)
    assert full_of in answer.text
    assert (Topic.objects.count(), Topic.objects.active().count()) == (MOST_TOPICS + 1, MOST_TOPICS)
    # What is in use may be changed, and what is not in use may be written.
    assert admins.post(f"{where}{used.pk}/", {"name": "Anders", "is_active": "on"}).status_code == 302
    assert admins.post(f"{where}new/", {"name": "Für später"}).status_code == 302


def test_with_too_many_topics_nothing_is_learnt_and_it_is_said(full: None, admins: Client, now: datetime) -> None:
    Topic.objects.update(is_active=True)  # as before there was a bound
    assert f"{MOST_TOPICS + 1} Themen" in admins.post(f"{PAGE}learn/", follow=True).text
    with pytest.raises(lessons.TooManyTopics, match=f"{MOST_TOPICS + 1} topics"):
        lessons.hold(actor=Actor.rule("lessons"), at=now, encoder="none")
