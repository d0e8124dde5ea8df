"""Joining and parting on the ticket page, and who may."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.customers.models import Address
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Received
from anliegen.records.tickets.models import Ticket


def test_parting_asks_for_the_concern_it_takes_from_too(
    toms: Client,
    janas: Client,
    ticket: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    technics: Team,
    now: datetime,
) -> None:
    toms_own = actions.assign(open_ticket(kim_address), to=technics, actor=SYSTEM, at=now)
    actions.join(toms_own, ticket, actor=SYSTEM, at=now)
    assert toms.post(f"/workspace/tickets/{toms_own.pk}/part/").status_code == 404
    toms_own.refresh_from_db()
    assert (toms_own.joined_into_id, ticket.messages.count()) == (ticket.pk, 2)
    assert janas.post(f"/workspace/tickets/{toms_own.pk}/part/").status_code == 302
    toms_own.refresh_from_db()
    assert (toms_own.joined_into_id, ticket.messages.count()) == (None, 1)


def test_parting_what_stands_alone_changes_nothing(toms: Client, miras: Client, ticket: Ticket) -> None:
    assert miras.post(f"/workspace/tickets/{ticket.pk}/part/").status_code == 302
    ticket.refresh_from_db()
    assert (ticket.status, ticket.joined_into_id) == ("new", None)


@pytest.fixture
def again(open_ticket: Callable[..., Ticket], kim_address: Address, billing: Team, ticket: Ticket, now: datetime):
    """Kim wrote the same once more, and a person is to decide."""
    made = actions.assign(
        open_ticket(kim_address, subject="AW: Abschlag", at=now + timedelta(hours=1)), to=billing, actor=SYSTEM, at=now
    )
    actions.link(made, ticket, kind="maybe", actor=SYSTEM, at=now)
    return made


def test_the_older_one_goes_on_from_whichever_it_was_asked(miras: Client, ticket: Ticket, again: Ticket) -> None:
    for one, other in ((ticket, again), (again, ticket)):
        html = miras.get(f"/workspace/tickets/{one.pk}/").content.decode()
        assert f"Zusammenführen, weiter unter #{ticket.pk}" in html
        assert "(gleiche Person, gleicher Betreff). Nichts beweist es" in html
        joined = miras.post(f"/workspace/tickets/{one.pk}/join/{other.pk}/")
        assert joined.headers["Location"] == f"/workspace/tickets/{ticket.pk}/"
        again.refresh_from_db()
        ticket.refresh_from_db()
        assert (again.joined_into_id, ticket.joined_into_id, ticket.messages.count()) == (ticket.pk, None, 2)
        miras.post(f"/workspace/tickets/{again.pk}/part/")
        actions.link(again, ticket, kind="maybe", actor=SYSTEM, at=ticket.created_at)


def test_what_is_linked_is_not_listed_a_second_time(
    miras: Client,
    ticket: Ticket,
    again: Ticket,
    open_ticket: Callable[..., Ticket],
    kim_address: Address,
    billing: Team,
) -> None:
    third = actions.assign(open_ticket(kim_address), to=billing, actor=SYSTEM, at=ticket.created_at)
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    beside = html.split('id="customer"')[1]
    assert re.findall(r"#(\d+)</span> ·", beside) == [str(third.pk), str(again.pk)]


def test_any_later_message_can_be_made_a_concern_of_its_own_after_its_effect_was_shown(
    miras: Client, ticket: Ticket, kim_address: Address, now: datetime
) -> None:
    alone = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert "/split/" not in alone  # nothing would stay behind
    more = Received(channel="email", person_id=kim_address.person_id, text="Und der Zaun ist kaputt.", written_at=now)
    message = actions.receive(more, ticket=ticket, at=now)
    html = miras.get(f"/workspace/tickets/{ticket.pk}/").content.decode()
    assert f'href="/workspace/messages/{message.pk}/split/"' in html
    shown = miras.get(f"/workspace/messages/{message.pk}/split/").content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', shown)[1]  # type: ignore[index]
    new = miras.post(f"/workspace/messages/{message.pk}/split/", {"seen": seen}).headers["Location"]
    assert new == f"/workspace/tickets/{Ticket.objects.latest('pk').pk}/"
    assert "Und der Zaun ist kaputt." in miras.get(new).content.decode()
    assert ticket.messages.count() == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "de",
            [
                "Eine Antwort auf die abgetrennte Nachricht landet im neuen Vorgang.",
                "Nur mit seiner Nummer im Betreff einer neuen E-Mail erreichen den neuen Vorgang: kim@example.org.",
                "Eine Antwort aus dem neuen Vorgang geht an Kim Berger &lt;kim@example.org&gt;.",
                "Der neue Vorgang beginnt mit: 1 Nachricht.",
            ],
        ),
        (
            "en",
            [
                "An answer to the message that is split off lands in the new concern.",
                "By its number alone, in the subject of a new mail, the new concern is found by: kim@example.org.",
                "An answer from the new concern goes to Kim Berger &lt;kim@example.org&gt;.",
                "The new concern begins with 1 message.",
            ],
        ),
    ],
)
def test_a_concern_that_has_no_number_yet_is_spoken_of_without_one(
    miras: Client, mira: Agent, ticket: Ticket, kim_address: Address, now: datetime, language: str, said: list[str]
) -> None:
    Agent.objects.filter(pk=mira.pk).update(language=language)
    more = Received(
        channel="email", person_id=kim_address.person_id, address=kim_address, text="Und der Zaun?",
        from_address=kim_address.value, written_at=now + timedelta(hours=1),
    )  # fmt: skip
    message = actions.receive(more, ticket=ticket, at=now + timedelta(hours=1))
    html = miras.get(f"/workspace/messages/{message.pk}/split/").content.decode().split('<div class="beforehand">')[1]
    sentences = re.findall(r"<li>(.*?)</li>", html)
    assert [one for one in sentences if f"#{ticket.pk}" not in one][: len(said)] == said
    assert set(re.findall(r"#(\d+)", " ".join(sentences))) == {str(ticket.pk)}
    assert "#neu" not in html


def test_the_one_that_goes_on_names_what_was_joined_with_it_with_the_way_to_part_it(
    miras: Client, ticket: Ticket, again: Ticket, now: datetime
) -> None:
    part = f'href="/workspace/tickets/{again.pk}/part/"'
    assert part not in miras.get(f"/workspace/tickets/{ticket.pk}/").text
    actions.join(again, ticket, actor=SYSTEM, at=now)
    page = miras.get(f"/workspace/tickets/{ticket.pk}/").text
    assert f"#{again.pk} AW: Abschlag</a>" in page
    assert part in page
    assert f"von #{ticket.pk} trennen" in miras.get(f"/workspace/tickets/{again.pk}/part/").text
    miras.post(f"/workspace/tickets/{again.pk}/part/")
    assert part not in miras.get(f"/workspace/tickets/{ticket.pk}/").text
    actions.join(Ticket.objects.get(pk=again.pk), Ticket.objects.get(pk=ticket.pk), actor=SYSTEM, at=now)
    assert part in miras.get(f"/workspace/tickets/{ticket.pk}/").text


def test_of_one_that_another_team_has_only_the_number_is_told(
    miras: Client, ticket: Ticket, again: Ticket, technics: Team, now: datetime
) -> None:
    actions.assign(again, to=technics, actor=SYSTEM, at=now)
    actions.join(again, ticket, actor=SYSTEM, at=now)
    page = miras.get(f"/workspace/tickets/{ticket.pk}/").text
    assert f"<span>#{again.pk}</span>" in page
    assert f"/workspace/tickets/{again.pk}/part/" not in page
