"""Who stands behind an event: the authors along its chain of causes."""

from collections.abc import Sequence

from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import MAX_DEPTH


def caused_by(events: Sequence[Event]) -> dict[int, frozenset[str]]:
    """By event all authors along its chain, its own included. A question for each step of the longest chain."""
    found = {event.pk: {event.actor} for event in events}
    behind = {event.pk: event.because for event in events if event.because is not None}
    for _step in range(MAX_DEPTH + 1):
        if not behind:
            break
        rows = Event.objects.filter(position__in=set(behind.values())).order_by("position")
        steps = {position: (actor, because) for position, actor, because in rows.values_list(*_COLUMNS)}
        for pk, position in list(behind.items()):
            actor, because = steps.get(position, ("", None))
            found[pk].add(actor)
            if because is None:
                del behind[pk]
            else:
                behind[pk] = because
    return {pk: frozenset(authors) for pk, authors in found.items()}


_COLUMNS = ("position", "actor", "because")
