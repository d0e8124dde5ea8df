"""What the demo's answers promise is noticed as in an answer of today, and mostly kept: promises grow with the past."""

import heapq
from datetime import datetime, timedelta

from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts import hours
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import actions
from anliegen.records.tickets.content import Promised
from anliegen.records.tickets.models import Message, Promise, Ticket
from anliegen.records.tickets.promising import noticed

CLOCK = Actor.rule("promise-clock")
BEFORE = timedelta(minutes=25)  # so long before it is due it is done, where no answer says so earlier
FORGOTTEN = 11  # of so many promises one is forgotten, and done a day later
LATE = timedelta(hours=22)


class Keeping:
    """The promises that are owed, by when something becomes of them."""

    def __init__(self) -> None:
        self._hours = hours.of_team(None)
        self._waiting: list[tuple[datetime, int]] = []

    def promised_in(self, text: str, at: datetime, owner: Agent) -> tuple[Promised, ...]:
        """What a person would take for a promise in this answer."""
        found = [one for one in noticed(text, at, self._hours) if one.is_firm]
        return tuple(Promised(one.words, one.due_at, owner) for one in found)

    def note(self, message: Message) -> None:
        """Remember when something becomes of the promises of this answer."""
        for promise in message.promises.order_by("pk"):
            is_forgotten = promise.pk % FORGOTTEN == 0
            heapq.heappush(self._waiting, (promise.due_at - (timedelta() if is_forgotten else BEFORE), promise.pk))

    def answered(self, ticket: Ticket, actor: Actor, at: datetime) -> None:
        """Whoever answers has done what was promised."""
        for promise in Promise.objects.owed().filter(ticket=ticket).order_by("pk"):
            actions.keep(promise, actor=actor, at=at)

    def until(self, at: datetime) -> None:
        """Let happen what happens to promises up to this moment."""
        while self._waiting and self._waiting[0][0] <= at:
            moment, pk = heapq.heappop(self._waiting)
            promise = Promise.objects.get(pk=pk)
            if not promise.is_owed:
                continue
            if promise.state == "open" and pk % FORGOTTEN == 0:
                actions.strike(promise, actor=CLOCK, at=moment)
                heapq.heappush(self._waiting, (moment + LATE, pk))
            else:
                actions.keep(promise, actor=Actor.agent(promise.agent_id or promise.made_by_id), at=moment)
