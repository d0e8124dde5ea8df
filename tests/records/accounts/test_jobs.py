"""Whoever is logged in stays so; what nobody is logged in by any more is forgotten."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from anliegen.records.accounts.jobs import forget_sessions


def test_expired_sessions_are_forgotten(db: None, now: datetime) -> None:
    for name, left in (("over", -timedelta(seconds=1)), ("now", timedelta(0)), ("later", timedelta(days=14))):
        Session.objects.create(session_key=name, session_data="", expire_date=now + left)
    assert forget_sessions(at=now) == 1
    assert set(Session.objects.values_list("session_key", flat=True)) == {"now", "later"}
