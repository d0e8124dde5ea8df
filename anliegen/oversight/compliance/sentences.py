"""What happened, in one sentence per event, with the names this reader may see. For the journal and for timelines."""

from collections.abc import Iterable, Iterator
from string import Formatter

from django.utils.functional import Promise

from anliegen.flow.assist import verbs as assist
from anliegen.flow.automation import verbs as automation
from anliegen.flow.automation.rules import verbs as rules
from anliegen.flow.channels import verbs as channels
from anliegen.flow.feedback import verbs as feedback
from anliegen.flow.macros import verbs as macros
from anliegen.flow.problems import verbs as problems
from anliegen.ground.egress import verbs as egress
from anliegen.ground.journal.models import Event
from anliegen.ground.journal.verbs import DECLARED, Kind, Verb
from anliegen.oversight.compliance import verbs as compliance
from anliegen.oversight.compliance.names import Known, names
from anliegen.oversight.compliance.words import listed, word
from anliegen.records.accounts import verbs as accounts
from anliegen.records.accounts.models import Agent
from anliegen.records.customers import verbs as customers
from anliegen.records.knowledge import verbs as knowledge
from anliegen.records.tickets import verbs as tickets

# Importing a room's verbs declares them; the process that shows an event need not be the one that wrote it. The room
# beside this one, which it may not import, declares its own where Django sets it up.
ROOMS = (
    accounts,
    customers,
    tickets,
    knowledge,
    assist,
    automation,
    rules,
    channels,
    feedback,
    macros,
    problems,
    egress,
    compliance,
)


def sentences(events: Iterable[Event], viewer: Agent, known: Known | None = None) -> dict[int, str]:
    """The sentence of each event by its id, in the active language. A handful of queries, however many events.

    `known` are names that were read before.
    """
    events = list(events)
    named = names((ref for event in events for ref in _refs(event)), viewer, known)
    return {event.pk: _sentence(event, named) for event in events}


def _refs(event: Event) -> Iterator[str]:
    """The references whose names the sentence needs."""
    verb = DECLARED.get(event.verb)
    if verb is None:
        yield from (event.actor, event.subject)
        return
    for _text, field, _spec, _conversion in Formatter().parse(str(verb.sentence)):
        if field == "actor":
            yield event.actor
        elif field == "subject":
            yield event.subject
        elif field and verb.fields.get(field) is Kind.REF and event.data.get(field):
            yield event.data[field]
        elif field and verb.fields.get(field) is Kind.REFS:
            yield from event.data.get(field) or ()


def _sentence(event: Event, named: dict[str, str]) -> str:
    verb = DECLARED.get(event.verb)
    if verb is None:
        # Of a room that this version no longer has: still shown, in the journal's own words.
        return f"{named[event.actor]}: {event.verb} ({named[event.subject]})"
    parts = {"actor": named.get(event.actor, event.actor), "subject": named.get(event.subject, event.subject)}
    for field, kind in verb.fields.items():
        parts[field] = _part(event, field, kind, named)
    text = str(_wording(event, verb)).format_map(parts)
    return text[:1].upper() + text[1:]


def _wording(event: Event, verb: Verb) -> str | Promise:
    if _is_taken_on(event):
        return tickets.TAKEN_ON
    if event.verb == automation.DECISION_MADE.name and event.data.get("proposed"):
        return automation.PROPOSED
    return verb.sentence


def _is_taken_on(event: Event) -> bool:
    return event.verb == tickets.TICKET_ASSIGNED.name and event.data.get("to") == event.actor


def _part(event: Event, field: str, kind: Kind, named: dict[str, str]) -> str:
    value = event.data.get(field)
    if kind is Kind.REF and value is not None:
        return named.get(value, str(value))
    if kind is Kind.REFS and value is not None:
        return listed([named.get(each, each) for each in value])
    return word(event.verb, field, value)
