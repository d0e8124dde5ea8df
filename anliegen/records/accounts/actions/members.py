"""Who belongs to which team, and that somebody is left to administrate."""

from django.db import connection

from anliegen.records.accounts.models import Agent, Membership

ADMINISTRATORS = 0x61646D696E  # the advisory lock of those who change who administrates


class LastAdministrator(Exception):
    """The change would leave nobody who may manage settings."""


def set_memberships(own: dict[str, int], other: str, wanted: set[int]) -> bool:
    """Make exactly these the teams of an agent, or the agents of a team; say whether they were others."""
    kept = Membership.objects.filter(**own)
    present = set(kept.values_list(other, flat=True))
    kept.filter(**{f"{other}__in": present - wanted}).delete()
    Membership.objects.bulk_create(Membership(**own, **{other: pk}) for pk in wanted - present)
    return present != wanted


def insist_on_an_administrator() -> None:
    # One after the other: two who deactivate each other at the same moment must not both find the other still there.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADMINISTRATORS])
    if not Agent.objects.filter(is_active=True, role__permissions__contains=["settings.manage"]).exists():
        raise LastAdministrator
