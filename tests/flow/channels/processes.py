"""A process of its own on the test's database, to be killed at a chosen moment."""

import os
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from anliegen.flow.channels import outbox
from anliegen.ground import apart


def environment(settings: Any) -> dict[str, str]:
    place = connection.settings_dict
    socket, port = place["HOST"], place["PORT"] or 5432
    user = f"{place['USER']}:{place['PASSWORD']}@" if place["PASSWORD"] else f"{place['USER']}@"
    server = {"ANLIEGEN_SMTP_URL": settings.ANLIEGEN_SMTP_URL} if settings.ANLIEGEN_SMTP_URL else {}
    return (
        os.environ
        | server
        | {
            "DATABASE_URL": f"postgresql://{user}{quote(socket, safe='')}:{port}/{place['NAME']}",
            "DJANGO_SETTINGS_MODULE": "anliegen.config.settings",
        }
    )


def nothing_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be sent in a process of its own is sent in this one."""

    def run(command: str, *arguments: str, within_s: float) -> int:
        assert command == "send-suspect"
        outbox.try_in_this_process(*map(int, arguments))
        return 0

    monkeypatch.setattr(apart, "run", run)
