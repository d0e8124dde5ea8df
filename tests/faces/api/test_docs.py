import re

from django.test import Client

from anliegen.faces.api.described import Field, routes
from anliegen.faces.api.docs import described

CONTRACT = {
    ("POST", "/api/v1/tickets"),
    ("GET", "/api/v1/tickets"),
    ("GET", "/api/v1/tickets/{number}"),
    ("PATCH", "/api/v1/tickets/{number}"),
    ("POST", "/api/v1/tickets/{number}/messages"),
    ("GET", "/api/v1/search"),
    ("GET", "/api/v1/events"),
}
ADDED = {
    ("GET", "/api/v1/tickets/{number}/messages/{message}/translations"),
    ("POST", "/api/v1/tickets/{number}/messages/{message}/translations"),
    ("GET", "/api/v1/tickets/{number}/links"),
    ("POST", "/api/v1/tickets/{number}/links"),
    ("DELETE", "/api/v1/tickets/{number}/links/{link}"),
}


def test_the_description_holds_the_routes_of_the_contract(client: Client, db):
    schema = client.get("/api/v1/openapi.json").json()
    assert schema["openapi"] == "3.1.0"
    assert {(method.upper(), path) for path, each in schema["paths"].items() for method in each} == CONTRACT | ADDED


def test_each_problem_is_described_as_one():
    for each in described()["paths"].values():
        for operation in each.values():
            answers = {int(status): list(answer["content"]) for status, answer in operation["responses"].items()}
            kinds = {kind for status, kinds in answers.items() if status >= 400 for kind in kinds}
            assert kinds == {"application/problem+json"}
            assert {401, 403} < answers.keys()
            assert set(operation["x-asks"]) == {"scope", "permissions"}


def test_the_page_shows_every_route_without_a_script_or_another_origin(client: Client, db):
    response = client.get("/api/v1/docs")
    page = response.content.decode()
    assert response.status_code == 200
    for route in routes(described()):
        assert f'id="{route.id}"' in page
    assert not re.findall(r"<script(?! src)", page)
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page)
    assert " style=" not in page
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


def test_a_body_is_taken_apart_into_dotted_fields():
    opening = next(route for route in routes(described()) if route.id == "open_ticket")
    assert [field.name for field in opening.body] == [
        *("subject", "text", "requester", "requester.name", "requester.email", "requester.language"),
        *("channel", "mailbox"),
    ]
    assert opening.body[4] == Field("requester.email", "text, up to 254 characters", True, "")
    assert (opening.scope, opening.permissions) == ("write", ("ticket.open",))


def test_lists_and_choices_are_put_into_words():
    listing = next(route for route in routes(described()) if route.id == "list_tickets")
    kinds = {field.name: field.kind for field in listing.answers[0].fields}
    assert kinds["items[].status"] == "new | open | waiting_customer | waiting_internal | resolved | closed"
    assert kinds["items[].tags"] == "list of text"
    assert kinds["items[].closed_at"] == "time or null"
    changing = next(route for route in routes(described()) if route.id == "change_ticket")
    assert next(field.kind for field in changing.body if field.name == "priority") == "number from 1 to 4"
    assert changing.parameters[0].kind == "number from 1"


def test_only_what_must_be_given_is_required():
    required = {
        (route.id, field.name)
        for route in routes(described())
        for field in route.parameters
        if field.is_required and field.place != "path"
    }
    assert required == {("search", "q")}
