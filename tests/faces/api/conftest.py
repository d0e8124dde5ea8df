"""A program that speaks to the API."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent


class Program:
    """Sends JSON with a token."""

    def __init__(self, token: str | None) -> None:
        self._client = Client(raise_request_exception=False)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client.get(f"/api/v1{path}", query, headers=self._headers)

    def post(self, path: str, content: Any, **headers: str) -> HttpResponse:
        return self._send("POST", path, content, headers)

    def patch(self, path: str, content: Any, **headers: str) -> HttpResponse:
        return self._send("PATCH", path, content, headers)

    def send(self, method: str, path: str, body: bytes = b"") -> HttpResponse:
        return self._client.generic(
            method, f"/api/v1{path}", body, content_type="application/json", headers=self._headers
        )

    def _send(self, method: str, path: str, content: Any, headers: dict[str, str]) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(content),
            content_type="application/json",
            headers={**self._headers, **named},
        )


@pytest.fixture
def program(now: datetime) -> Callable[..., Program]:
    """A program that acts for an agent; without one it has no token."""

    def make(agent: Agent | None = None, scopes: tuple[str, ...] = ("read", "write")) -> Program:
        if agent is None:
            return Program(None)
        return Program(accounts.create_token(agent, scopes=scopes, actor=SYSTEM, at=now)[1])

    return make


@pytest.fixture
def problem() -> Callable[[HttpResponse], tuple[int, str, list[str]]]:
    """Status, kind and fields of an answer that must be a problem in the form of RFC 9457."""

    def read(response: HttpResponse) -> tuple[int, str, list[str]]:
        assert response.headers["Content-Type"] == "application/problem+json"
        content = json.loads(response.content)
        assert content.keys() == {"type", "title", "status", "detail", "errors"}
        assert content["status"] == response.status_code
        kind = content["type"].removeprefix("urn:anliegen:problem:")
        return response.status_code, kind, [each["field"] for each in content["errors"]]

    return read
