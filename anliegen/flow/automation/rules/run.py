"""Rules at work: events set them off, what fits is decided, and what is decided goes through the approval gate.

Which rule looks at which event is told by the event alone; conditions are then told from one read of the tickets. Only
what fits is locked, read again and done. A rule decides once for each occasion, and never upon what it did itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError
from django.utils import timezone

from anliegen.flow.automation import pauses
from anliegen.flow.automation.rules import facts
from anliegen.flow.automation.rules.apply import put_forward
from anliegen.flow.automation.rules.causes import caused_by
from anliegen.flow.automation.rules.definition import Definition
from anliegen.flow.automation.rules.effects import effects
from anliegen.flow.automation.rules.fits import Facts, fits
from anliegen.flow.automation.rules.models import Rule, RuleRun
from anliegen.flow.automation.rules.queries import count_looks, standing
from anliegen.flow.automation.rules.share import is_in_share
from anliegen.flow.automation.rules.vocabulary import EVENTS
from anliegen.ground import clock, rows
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import attempt
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.record import pk_of
from anliegen.ground.wake import database_is_away
from anliegen.records.tickets import says
from anliegen.records.tickets.models import Message, Ticket

log = structlog.get_logger(__name__)

MOST_DEPTH = 4  # upon events further down a chain of causes no rule acts: something goes in circles
HOUR = timedelta(hours=1)
MOST_FAILURES = 10  # in an hour; then the rule pauses itself


@dataclass(frozen=True)
class Occasion:
    """A rule is to look at a ticket: upon an event, or at a turn of the clock. It decides once for each `key`."""

    rule: Rule
    number: int
    key: str
    event: Event | None = None
    message: int | None = None


@dataclass
class Known:
    """What was read once for all occasions of a pass."""

    definitions: dict[int, Definition]
    facts: dict[int, Facts] = field(default_factory=dict)
    said: dict[int, frozenset[str]] = field(default_factory=dict)  # by message

    def of(self, occasion: Occasion) -> Facts | None:
        """The facts of the ticket; the words are those of the message where one set it off."""
        found = self.facts.get(occasion.number)
        if found is None or occasion.message is None:
            return found
        return replace(found, words=self.said.get(occasion.message, frozenset()))


def act(events: Sequence[Event]) -> None:
    """Read the events that rules may wait for. Without rules this is one question for all of them."""
    at = clock.now()
    waiting = acting(at)
    if not waiting:
        return
    occasions = [
        Occasion(rule, pk_of(event.subject), f"event:{event.position}", event, _message_of(event))
        for event in events
        for kind, happening in EVENTS.items()
        if kind in waiting and event.verb in happening.verbs and happening.fits(event.data)
        for rule in waiting[kind]
        if rule.turned_at is None or event.at >= rule.turned_at  # it makes up for nothing, also when events come again
    ]
    decide(occasions, at=at)


def acting(at: datetime) -> dict[str, list[Rule]]:
    """The rules that run now, by what sets them off."""
    rules = list(Rule.objects.running().select_related("owner").order_by("pk"))
    paused = pauses.active() if rules else {}
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        if standing(rule, timezone.localdate(at), paused).acts:
            found[rule.trigger].append(rule)
    return found


def decide(occasions: Sequence[Occasion], *, at: datetime) -> int:
    """Look at each, and do what fits. Returns how many tickets were touched, or would have been in shadow mode."""
    occasions = [one for one in occasions if is_in_share(one.rule.pk, one.number, one.rule.share)]
    if not occasions:
        return 0
    known = _read(occasions, at)
    fitting = _not_by_themselves([one for one in occasions if _fits(one, known)])
    # By number, as everybody who locks several tickets; in the order of the events two could wait for each other.
    rows.lock(Ticket.objects.all(), [one.number for one in fitting])
    touched = sum(_try(one, known, at) for one in fitting)
    count_looks(Counter(one.rule.pk for one in occasions))
    return touched


def _fits(occasion: Occasion, known: Known) -> bool:
    found = known.of(occasion)
    return found is not None and fits(known.definitions[occasion.rule.pk], found)


def _read(occasions: Sequence[Occasion], at: datetime) -> Known:
    rules = {one.rule.pk: one.rule for one in occasions}
    known = Known({pk: rule.does for pk, rule in rules.items()})
    definitions = list(known.definitions.values())
    texts = facts.texts_of(definitions)
    tickets = list(Ticket.objects.filter(pk__in={one.number for one in occasions}, joined_into=None))
    if texts:
        messages = {one.message for one in occasions if one.message is not None}
        known.said = dict(says.in_fresh(Message.objects.filter(pk__in=messages), texts)) if messages else {}
    without_message = {one.number for one in occasions if one.message is None} if texts else set()
    known.facts = facts.read(tickets, definitions, says.in_tickets(without_message, texts), at=at)
    return known


def _not_by_themselves(occasions: Iterable[Occasion]) -> list[Occasion]:
    """Without those that the rule itself caused, however many steps ago, and those too far down a chain."""
    occasions = [one for one in occasions if one.event is None or one.event.depth <= MOST_DEPTH]
    causes = caused_by([one.event for one in occasions if one.event is not None])
    return [one for one in occasions if one.event is None or one.rule.ref not in causes.get(one.event.pk, ())]


def _try(occasion: Occasion, known: Known, at: datetime) -> bool:
    """A rule that fails at a ticket leaves it as it was and keeps no other waiting. What only passes is tried again."""
    if pauses.is_paused(occasion.rule.ref):
        return False
    try:
        with attempt():
            return _decide(occasion, known, at)
    except Exception as error:
        if isinstance(error, OperationalError) or database_is_away(error):
            raise
        log.exception("rule failed", rule=occasion.rule.pk, ticket=occasion.number)
        _note_failure(occasion, error, at)
        return False


def _decide(occasion: Occasion, known: Known, at: datetime) -> bool:
    rule, definition = occasion.rule, known.definitions[occasion.rule.pk]
    ticket = rows.lock(Ticket.objects.select_related("person"), [occasion.number]).get(occasion.number)
    before = known.of(occasion)
    if ticket is None or before is None:
        return False
    # Somebody, or a rule before this one, may have changed it since it was read.
    now = replace(facts.of(ticket, at), words=before.words, has_others=before.has_others, signals=before.signals)
    by_hand = ticket.by_hand_since is not None or ticket.person.by_hand_since is not None
    changes = effects(definition.actions, now, by_hand=by_hand) if fits(definition, now) else ()
    if not changes or RuleRun.objects.filter(ticket=ticket, rule=rule, occasion=occasion.key).exists():
        return False
    if rule.stage == "on" and _has_had_enough(rule, at):
        pauses.pause(rule.ref, why="too_many", actor=Actor.rule(rule.pk), at=at)
        return False
    run = RuleRun(rule=rule, version=rule.version, ticket=ticket, occasion=occasion.key, at=at,
                  is_shadow=rule.stage == "shadow", effects=[one.as_json() for one in changes])  # fmt: skip
    return put_forward(run, changes, ticket, event=occasion.event)


def _has_had_enough(rule: Rule, at: datetime) -> bool:
    lately = RuleRun.objects.filter(rule=rule, at__gt=at - HOUR, is_shadow=False)
    return lately[: rule.per_hour].count() >= rule.per_hour


def _note_failure(occasion: Occasion, error: Exception, at: datetime) -> None:
    """Its name without what it says: that may be somebody's."""
    RuleRun.objects.get_or_create(
        ticket_id=occasion.number,
        rule=occasion.rule,
        occasion=occasion.key,
        defaults={
            "version": occasion.rule.version,
            "at": at,
            "is_shadow": occasion.rule.stage == "shadow",
            "error": type(error).__name__[:200],
        },
    )
    lately = RuleRun.objects.filter(rule=occasion.rule, at__gt=at - HOUR).exclude(error="")
    if lately[:MOST_FAILURES].count() >= MOST_FAILURES:
        pauses.pause(occasion.rule.ref, why="error", actor=Actor.rule(occasion.rule.pk), at=at)


def _message_of(event: Event) -> int | None:
    return pk_of(event.data["message"]) if event.verb == "message.received" else None
