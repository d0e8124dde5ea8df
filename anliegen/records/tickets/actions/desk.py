"""Saved views and pinned tickets."""

from datetime import datetime

from anliegen.ground.held import held
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.tickets import verbs
from anliegen.records.tickets.models import Pin, SavedView, Ticket
from anliegen.records.tickets.view_filters import Filter

MOST_PINS = 20


class TooManyPins(Exception):
    """The agent has MOST_PINS tickets pinned already."""


def create_view(
    *,
    name: str,
    symbol: str,
    wanted: Filter,
    order: str,
    owner: Agent,
    reach: str,
    team: Team | None,
    actor: Actor,
    at: datetime,
) -> SavedView:
    """Save a view below those that are there. `reach` is own, team (with its team) or all."""
    with unit():
        last = SavedView.objects.order_by("-place").values_list("place", flat=True).first() or 0
        view = SavedView.objects.create(
            name=name, symbol=symbol, filter=wanted.values(), order=order, owner=owner, reach=reach,
            team=team if reach == "team" else None, place=last + 1, created_at=at,
        )  # fmt: skip
        record(verbs.VIEW_CREATED, view, actor=actor, at=at, reach=reach)
    return view


def change_view(
    view: SavedView,
    *,
    name: str,
    symbol: str,
    wanted: Filter,
    order: str,
    reach: str,
    team: Team | None,
    actor: Actor,
    at: datetime,
) -> SavedView:
    """Change a view. Says nothing when it is so already."""
    with unit():
        view = held(SavedView, view.pk)
        values = {
            "name": name, "symbol": symbol, "filter": wanted.values(), "order": order, "reach": reach,
            "team": team if reach == "team" else None,
        }  # fmt: skip
        changed = [field for field, value in values.items() if getattr(view, field) != value]
        if changed:
            for field in changed:
                setattr(view, field, values[field])
            view.save(update_fields=changed)
            record(verbs.VIEW_CHANGED, view, actor=actor, at=at, fields=changed)
    return view


def swap_views(view: SavedView, other: SavedView, *, actor: Actor, at: datetime) -> SavedView:
    """Let the two change places."""
    with unit():
        both = {
            one.pk: one for one in SavedView.objects.select_for_update(of=("self",)).filter(pk__in=(view.pk, other.pk))
        }
        if len(both) == 2:
            view, other = both[view.pk], both[other.pk]
            view.place, other.place = other.place, view.place
            SavedView.objects.bulk_update([view, other], ["place"])
            record(verbs.VIEW_MOVED, view, actor=actor, at=at)
    return view


def delete_view(view: SavedView, *, actor: Actor, at: datetime) -> None:
    """Delete a view; the tickets in it stay as they are."""
    with unit():
        subject = ref(view)
        view.delete()
        record(verbs.VIEW_DELETED, subject, actor=actor, at=at)


def pin(ticket: Ticket, *, agent: Agent, actor: Actor, at: datetime) -> None:
    """Lay the ticket out on the agent's desk. One that lies there stays. Raises TooManyPins."""
    with unit():
        if Pin.objects.filter(agent=agent).exclude(ticket=ticket).count() >= MOST_PINS:
            raise TooManyPins
        _row, is_new = Pin.objects.get_or_create(agent=agent, ticket=ticket, defaults={"pinned_at": at})
        if is_new:
            record(verbs.TICKET_PINNED, ref(agent), actor=actor, at=at, ticket=ref(ticket))


def unpin(ticket: Ticket, *, agent: Agent, actor: Actor, at: datetime) -> None:
    """Take it from the desk again; one that is not there stays away."""
    with unit():
        gone, _each = Pin.objects.filter(agent=agent, ticket=ticket).delete()
        if gone:
            record(verbs.TICKET_UNPINNED, ref(agent), actor=actor, at=at, ticket=ref(ticket))
