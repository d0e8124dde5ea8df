"""What the demo operator lets be done by rules: one that is still tried out in shadow mode, one in force."""

from datetime import datetime, timedelta

from anliegen.flow.automation.rules import actions
from anliegen.flow.automation.rules.definition import Action, Condition, Definition, Trigger, Written
from anliegen.ground.journal.actors import Actor
from anliegen.records.accounts.models import Agent, Team

REVIEW = timedelta(days=365)


def write_rules(agents: dict[str, Agent], teams: dict[str, Team], *, at: datetime) -> None:
    """Two rules, each with somebody who answers for it."""
    outage = Definition(
        Trigger("first_message"),
        (Action("team", str(teams["netz"].pk)), Action("priority_up"), Action("add_tags", "störung")),
        any=(Condition("words", ("Stromausfall",)), Condition("words", ("Störung",))),
        none=(Condition("team", (str(teams["netz"].pk),)),),
    )
    quiet = Definition(Trigger("quiet", days=14), (Action("add_tags", "nachfassen"),))
    _write("Störungen ans Netz", "Wer keinen Strom hat, soll nicht erst sortiert werden müssen.", outage, "shadow",
           agents["katrin"], at)  # fmt: skip
    _write("Seit zwei Wochen still", "Wer uns zwei Wochen nicht antwortet, wird nicht vergessen.", quiet, "on",
           agents["jana"], at + timedelta(minutes=10))  # fmt: skip


def _write(name: str, purpose: str, does: Definition, stage: str, owner: Agent, at: datetime) -> None:
    written = Written(
        name=name,
        purpose=purpose,
        owner=owner.pk,
        review_on=(at + REVIEW).date().isoformat(),
        intervention="after",
        undo_minutes=10,
        per_hour=200,
        definition=does.as_json(),
    )
    made = actions.create(written, actor=Actor.agent(owner.pk), at=at)
    actions.set_stage(made, stage, 100, actor=Actor.agent(owner.pk), at=at + timedelta(minutes=5))
