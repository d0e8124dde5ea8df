from collections.abc import Callable

from django.test import Client

from anliegen.records.tickets.models import Ticket


def test_a_number_jumps_to_its_ticket(miras: Client, ticket: Ticket) -> None:
    assert miras.get("/workspace/search/", {"q": f"#{ticket.pk}"}).headers["Location"] == (
        f"/workspace/tickets/{ticket.pk}/"
    )


def test_a_number_of_another_teams_ticket_leads_nowhere(toms: Client, ticket: Ticket) -> None:
    response = toms.get("/workspace/search/", {"q": str(ticket.pk)})
    assert response.status_code == 200
    assert "Nichts gefunden" in response.content.decode()


def test_words_are_found_in_any_inflection_and_marked(
    miras: Client, ticket: Ticket, run_pipeline: Callable[[], int]
) -> None:
    run_pipeline()
    html = miras.get("/workspace/search/", {"q": "Abschläge"}).content.decode()
    assert "Mein <mark>Abschlag</mark> ist zu hoch." in html


def test_a_name_in_any_part_finds_the_person(miras: Client, ticket: Ticket, run_pipeline: Callable[[], int]) -> None:
    run_pipeline()
    for asked in ("Kim", "Berger", "kim@example.org", "kim berger"):
        html = miras.get("/workspace/search/", {"q": asked}).content.decode()
        assert "found-person" in html, asked


def test_people_of_other_teams_stay_unknown(toms: Client, ticket: Ticket, run_pipeline: Callable[[], int]) -> None:
    run_pipeline()
    html = toms.get("/workspace/search/", {"q": "kim@example.org"}).content.decode()
    assert "Kim Berger" not in html


def test_a_note_is_found_too(miras: Client, ticket: Ticket, run_pipeline: Callable[[], int]) -> None:
    miras.post(f"/workspace/tickets/{ticket.pk}/note/", {"text": "Der Wasserzähler ist vertauscht"})
    run_pipeline()
    assert "<mark>Wasserzähler</mark>" in miras.get("/workspace/search/", {"q": "Wasserzähler"}).content.decode()
