"""What a rule decided, put forward: each effect is a decision at the approval gate, or, in shadow mode, only kept."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

from anliegen.flow.automation import approval
from anliegen.flow.automation.approval import Proposal
from anliegen.flow.automation.effects import choice_of
from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.rules.effects import Effect
from anliegen.flow.automation.rules.models import RuleRun
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.models import Event
from anliegen.records.accounts.models import Agent, Team
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.tickets.models import Ticket

MORNING = time(8)  # when what rests comes back
# The question of the gate that each action answers.
QUESTIONS = {
    "team": "team",
    "assign": "assignee",
    "topic": "topic",
    "priority_up": "priority",
    "priority_down": "priority",
    "add_tags": "tags",
    "remove_tags": "tags",
    "note": "note",
    "snooze": "snooze",
    "draft": "draft",
    "close": "status",
    "refund": "refund",
}
ONLY_PROPOSED = ("draft", "close", "refund")  # a person takes it from there, whatever the rule may otherwise do

Choice = tuple[str, str, str]  # the question, the choice, a text


class Gone(Exception):
    """The team, agent or text block that the rule names is not here any more."""


def put_forward(run: RuleRun, changes: Iterable[Effect], ticket: Ticket, *, event: Event | None) -> bool:
    """Keep the run and submit what it decided; what waits already is not asked twice. Whether anything was new."""
    if run.is_shadow:
        run.save(force_insert=True)
        return True
    rule = run.rule
    asked = set(Decision.objects.waiting().filter(ticket=ticket, author=rule.ref).values_list("question", "choice"))
    new = [
        (effect, choice) for effect in changes for choice in choices(effect, ticket, run.at) if choice[:2] not in asked
    ]
    if not new:
        return False
    run.save(force_insert=True)
    actor = Actor.rule(rule.pk)
    actor = actor.because_of(event) if event is not None else actor
    for effect, (question, choice, text) in new:
        approval.submit(
            ticket,
            question,
            Proposal(choice, 1.0, "rule", rule.owner_id, {"rule": rule.pk, "version": run.version}, text=text),
            actor=actor,
            at=run.at,
            may_act=rule.intervention != "before" and effect.do not in ONLY_PROPOSED,
            delay=timedelta(minutes=rule.undo_minutes) if rule.intervention == "during" else None,
        )
        ticket.refresh_from_db()
    return True


def choices(effect: Effect, ticket: Ticket, at: datetime) -> Iterator[Choice]:
    """An effect as the gate wants it: a choice for each tag, one for all else."""
    question = QUESTIONS[effect.do]
    match effect.do:
        case "add_tags":
            yield from ((question, choice_of(question, f"+{tag}"), "") for tag in _gained(effect.was, effect.now))
        case "remove_tags":
            yield from ((question, choice_of(question, f"-{tag}"), "") for tag in _gained(effect.now, effect.was))
        case "note" | "refund":
            yield question, choice_of(question, "some"), effect.now
        case "snooze":
            yield question, choice_of(question, _morning(at, int(effect.now)).astimezone(UTC).isoformat()), ""
        case "draft":
            yield question, choice_of(question, "some"), _words(int(effect.now), ticket.language)
        case "close":
            yield question, choice_of(question, "resolved"), ""
        case "team" | "assign":
            rows: type[Team | Agent] = Team if effect.do == "team" else Agent
            if not rows._default_manager.filter(pk=effect.now, is_active=True).exists():
                raise Gone
            yield question, choice_of(question, effect.now), ""
        case _:
            yield question, choice_of(question, effect.now), ""


def _gained(was: list[str], now: list[str]) -> list[str]:
    return [tag for tag in now if tag not in was]


def _morning(at: datetime, days: int) -> datetime:
    day = timezone.localtime(at).date() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, MORNING))


def _words(block: int, language: str) -> str:
    """What the text block says in the customer's language, else in any."""
    found = TextBlock.objects.filter(pk=block, withdrawn_at=None).first()
    if found is None:
        raise Gone
    wordings = {one.language: one.text for one in found.wordings.order_by("language")}
    return wordings.get(language[:2]) or next(iter(wordings.values()))
