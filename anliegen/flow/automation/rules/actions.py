"""Every write to rules: a new version with each change, back to an earlier one, and how far a rule is in force."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from anliegen.flow.automation.models import Decision
from anliegen.flow.automation.rules import verbs
from anliegen.flow.automation.rules.definition import Written
from anliegen.flow.automation.rules.models import Rule, RuleVersion
from anliegen.flow.automation.rules.rings import AGAIN, ring, rings
from anliegen.ground.journal.actors import Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record
from anliegen.records.accounts.models import Agent

FIELDS = tuple(one.name for one in fields(Written))


class Ring(Exception):
    """Rules that would go in circles for ever; `names` are theirs in order.

    `by_clock`: not one event after the other, but because some do again at each turn what others have undone.
    """

    def __init__(self, names: Sequence[str], *, by_clock: bool = False) -> None:
        super().__init__(" -> ".join(names))
        self.names, self.by_clock = tuple(names), by_clock


class Unanswered(Exception):
    """Nobody answers for it, nobody says what it is for, or when it is looked at again."""


def create(written: Written, *, actor: Actor, at: datetime) -> Rule:
    """A new rule. It does nothing until somebody puts it in force."""
    actor.insist_on_a_person()
    with unit():
        rule = Rule(created_at=at, version=1)
        _put(rule, written)
        rule.save(force_insert=True)
        _keep(rule, written, (), None, actor, at)
        record(verbs.RULE_CREATED, rule, actor=actor, at=at)
    return rule


def change(rule: Rule, written: Written, *, actor: Actor, at: datetime) -> Rule:
    """What differs makes a new version, effective at once; nothing different says nothing. Raises Ring, Unanswered."""
    actor.insist_on_a_person()
    return _change(rule, written, None, actor, at)


def roll_back(rule: Rule, number: int, *, actor: Actor, at: datetime) -> Rule:
    """As it was in that version, as a new one; how far it is in force stays. Raises as `change`, and DoesNotExist."""
    actor.insist_on_a_person()
    version = RuleVersion.objects.get(rule=rule, number=number)
    return _change(rule, Written(**version.content), number, actor, at)


def set_stage(rule: Rule, stage: str, share: int, *, actor: Actor, at: datetime) -> Rule:
    """Off, shadow mode, or in force for a share of the tickets. Raises Ring, Unanswered."""
    actor.insist_on_a_person()
    with unit():
        rule = _held(rule.pk)
        if (rule.stage, rule.share) == (stage, share):
            return rule
        if rule.stage == "off":
            rule.turned_at = at  # by the clock it begins now, it makes up for nothing
        rule.stage, rule.share = stage, share
        _check(rule)
        if stage != "on":
            _leave_to_people(rule)
        rule.save(update_fields=["stage", "share", "turned_at"])
        record(verbs.RULE_STAGED, rule, actor=actor, at=at, stage=stage, share=share)
    return rule


def written_of(rule: Rule) -> Written:
    """The rule as a version keeps it."""
    return Written(
        name=rule.name,
        purpose=rule.purpose,
        owner=rule.owner_id,
        review_on=rule.review_on.isoformat() if rule.review_on else None,
        intervention=rule.intervention,
        undo_minutes=rule.undo_minutes,
        per_hour=rule.per_hour,
        definition=rule.definition,
    )


def _change(rule: Rule, written: Written, back_to: int | None, actor: Actor, at: datetime) -> Rule:
    with unit():
        rule = _held(rule.pk)
        was, now = written_of(rule).as_json(), written.as_json()
        changed = tuple(name for name in FIELDS if was[name] != now[name])
        if not changed:
            return rule
        if rule.definition.get("trigger") != written.definition.get("trigger"):
            rule.turned_at = at
        _put(rule, written)
        _check(rule)
        rule.version += 1
        rule.save()
        _keep(rule, written, changed, back_to, actor, at)
        if back_to is None:
            record(verbs.RULE_CHANGED, rule, actor=actor, at=at, fields=list(changed), version=rule.version)
        else:
            record(verbs.RULE_ROLLED_BACK, rule, actor=actor, at=at, back_to=back_to, version=rule.version)
    return rule


def _held(pk: int) -> Rule:
    """The rule under lock, and with it all others: two who write at once must not make a ring between them."""
    return {rule.pk: rule for rule in Rule.objects.select_for_update().order_by("pk")}[pk]


def _put(rule: Rule, written: Written) -> None:
    given: dict[str, Any] = written.as_json()
    for name in FIELDS:
        if name not in ("owner", "review_on"):
            setattr(rule, name, given[name])
    rule.owner_id = written.owner
    rule.review_on = date.fromisoformat(written.review_on) if written.review_on else None
    rule.trigger = written.definition["trigger"]["kind"]


def _check(rule: Rule) -> None:
    """What the database and the reader insist on, said before."""
    if rule.stage == "off":
        return
    answers = Agent.objects.active().filter(pk=rule.owner_id or 0).exists()
    if not answers or rule.review_on is None or not rule.purpose.strip():
        raise Unanswered
    others = {one.pk: one for one in Rule.objects.running().exclude(pk=rule.pk)} | {rule.pk: rule}
    found = ring({pk: one.does for pk, one in others.items()}, rule.pk)
    if found:
        raise _ring_of(found, others)


def present_rings() -> list[Ring]:
    """Rings of rules that are in force: put there before such were refused, or by a way that asks nobody."""
    running = {one.pk: one for one in Rule.objects.running()}
    return [_ring_of(way, running) for way in rings({pk: one.does for pk, one in running.items()})]


def _ring_of(way: Sequence[int], rules: Mapping[int, Rule]) -> Ring:
    by_clock = any(rules[pk].trigger in AGAIN for pk in way)
    return Ring([rules[pk].name for pk in (*way, way[0])], by_clock=by_clock)


def _leave_to_people(rule: Rule) -> None:
    """What it was about to do becomes a proposal."""
    about_to = Decision.objects.filter(author=rule.ref, applied_at=None, settled_at=None, applies_at__isnull=False)
    about_to.update(applies_at=None)


def _keep(
    rule: Rule, written: Written, changed: Sequence[str], back_to: int | None, actor: Actor, at: datetime
) -> None:
    RuleVersion.objects.create(
        rule=rule,
        number=rule.version,
        content=written.as_json(),
        changed=list(changed),
        back_to=back_to,
        made_at=at,
        made_by_id=actor.pk if actor.kind == "agent" else None,
    )
