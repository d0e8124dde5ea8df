"""Look whether all are served alike, and answer for what is found."""

from dataclasses import asdict
from datetime import date, datetime, timedelta

from django.utils import timezone

from anliegen.ground.held import held
from anliegen.ground.journal.actors import SYSTEM, Actor
from anliegen.ground.journal.batch import unit
from anliegen.ground.journal.record import record, ref
from anliegen.oversight.insights import figures, rows, verbs
from anliegen.oversight.insights.fairness.look import Found, look
from anliegen.oversight.insights.models import Finding, Report
from anliegen.records.accounts.models import Agent, Operator

DAYS = 90
KEPT = timedelta(days=400)  # reports, so that a year can be compared with the one before
SEEN_FIELDS = ("value", "others", "low", "high", "n", "n_others", "chance")


def examine(*, actor: Actor = SYSTEM, at: datetime, days: int = DAYS) -> Report:
    """Look at the concerns that began in the last days, keep the figures, and open what is found.

    A finding that is open already is brought up to date; one that was settled opens again from its day of check on.
    """
    since = at - timedelta(days=days)
    stream, is_sample = rows.stream(since=since, until=at)
    seen = look(stream)
    with unit():
        held(Operator, 1)  # one look after the other, so that each finding is opened once
        Report.objects.filter(made_at__lt=at - KEPT).delete()
        report = Report.objects.create(
            made_at=at,
            since=since,
            until=at,
            looked_at=seen.n,
            is_sample=is_sample,
            comparisons=seen.comparisons,
            figures=figures.of(seen),
        )
        event = {"report": ref(report), "count": seen.n, "found": len(seen.found)}
        record(verbs.FAIRNESS_LOOKED, "fairness", actor=actor, at=at, **event)
        for found in seen.found:
            _keep(found, at)
        _leave_none_to_who_left(at)
    return report


def take_on(finding: Finding, *, owner: Agent, actor: Actor, at: datetime) -> Finding:
    """This agent answers for it from now on. Settled, it is open again."""
    actor.insist_on_a_person()
    with unit():
        finding = held(Finding, finding.pk)
        if finding.state == "taken_on" and finding.owner_id == owner.pk:
            return finding
        finding.owner, finding.state, finding.settled_at, finding.settled_by = owner, "taken_on", None, None
        finding.save(update_fields=["owner", "state", "settled_at", "settled_by"])
        record(verbs.FINDING_TAKEN_ON, finding, actor=actor, at=at, owner=ref(owner))
    return finding


def settle(finding: Finding, *, note: str, check_on: date, by: Agent, at: datetime) -> Finding:
    """What was found out and done; on that day it is looked whether it helped. Settled once."""
    with unit():
        finding = held(Finding, finding.pk)
        if finding.state == "settled":
            return finding
        finding.state, finding.note, finding.check_on = "settled", note, check_on
        finding.settled_at, finding.settled_by = at, by
        finding.save(update_fields=["state", "note", "check_on", "settled_at", "settled_by"])
        record(verbs.FINDING_SETTLED, finding, actor=Actor.agent(by.pk), at=at)
    return finding


def _keep(found: Found, at: datetime) -> None:
    which = {"measure": found.measure, "dimension": found.dimension, "group": found.group}
    values = {name: each for name, each in asdict(found).items() if name in SEEN_FIELDS} | {"seen_at": at}
    finding = Finding.objects.select_for_update().filter(**which, sign=found.sign).first()
    if finding is None:
        finding = Finding.objects.create(**which, sign=found.sign, **values, first_seen_at=at, owner=who_answers())
        record(verbs.FINDING_OPENED, finding, actor=SYSTEM, at=at, **which)
        return
    if _opens_again(finding, at):
        values |= {"state": "open", "settled_at": None, "settled_by": None}
        record(verbs.FINDING_REOPENED, finding, actor=SYSTEM, at=at, **which)
    for name, value in values.items():
        setattr(finding, name, value)
    finding.save(update_fields=[*values])


def _opens_again(finding: Finding, at: datetime) -> bool:
    return finding.state == "settled" and finding.check_on is not None and timezone.localdate(at) >= finding.check_on


def _leave_none_to_who_left(at: datetime) -> None:
    for finding in Finding.objects.unsettled().filter(owner__is_active=False):
        owner = who_answers()
        if owner is not None:
            take_on(finding, owner=owner, actor=SYSTEM, at=at)


def who_answers() -> Agent | None:
    """Of those who may change how the house works, who has been there longest: until somebody names another."""
    managers = Agent.objects.active().filter(role__permissions__contains=["settings.manage"])
    return managers.order_by("pk").first()
