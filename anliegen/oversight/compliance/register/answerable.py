"""Who answers for what nobody else was named for."""

from anliegen.records.accounts.models import Agent


def administrators() -> tuple[str, ...]:
    """Whoever manages the settings for the longest time, by name; nobody before the first is there."""
    found = Agent.objects.active().filter(role__permissions__contains=["settings.manage"]).order_by("pk")
    return tuple(found.values_list("name", flat=True)[:1])
