"""What the operator set up: their own rules, AI providers, and in which order concerns are given out."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from anliegen import __version__
from anliegen.flow.assist.models import Provider
from anliegen.flow.automation import pauses
from anliegen.flow.automation.effects import Reach
from anliegen.flow.automation.rules.models import Rule
from anliegen.flow.automation.rules.queries import standing
from anliegen.ground import clock
from anliegen.ground.journal.record import pk_of
from anliegen.oversight.compliance.register.answerable import administrators
from anliegen.oversight.compliance.register.entry import Algorithm
from anliegen.records.accounts.models import Agent, Team


def algorithms() -> Iterable[Algorithm]:
    """Rules in force or on trial, providers that are switched on, and the order."""
    yield from _rules()
    yield _routing()
    yield from _providers()
    yield _order()


def _rules() -> Iterable[Algorithm]:
    paused, today = pauses.active(), timezone.localdate(clock.now())
    rules = list(Rule.objects.running().select_related("owner").order_by("pk"))
    for one in rules:
        stands = standing(one, today, paused)
        yield Algorithm(
            author=one.ref,
            name=_("Rule “%(name)s”") % {"name": one.name},
            purpose=one.purpose or "-",
            # Not the rule itself: its words, notes and names are not for everybody.
            decides=_("What is to be done with concerns of one kind, by conditions that people wrote."),
            data=(_("what its conditions name"),),
            reach=Reach.DELAYED if one.intervention == "during" else Reach.REVERSIBLE,
            oversight={
                "before": _("It proposes; a person decides each time."),
                "during": _("What it does waits for some minutes, in which anybody can stop it."),
                "after": _("What it does stands on the concern and can be taken back."),
            }[one.intervention],
            responsible=(one.owner.name,) if one.owner is not None else (),
            version=str(one.version),
            reviewed_on=one.review_on,
            is_on=one.stage == "on" and stands.code != "left",
            is_paused=stands.code in ("paused", "review", "left"),
        )


def _providers() -> Iterable[Algorithm]:
    for one in Provider.objects.on().order_by("pk"):
        answers = Agent.objects.filter(pk=pk_of(one.responsible)).first() if one.responsible else None
        yield Algorithm(
            author=f"provider:{one.pk}",
            name=_("Language model “%(model)s” of %(name)s") % {"model": one.model, "name": one.name},
            purpose=one.purpose,
            decides="",
            data=(_("text of the concern, with names, addresses and numbers replaced"),),
            reach="",
            oversight=_("It only proposes wording to an agent, who edits and sends it, or not. It decides nothing."),
            responsible=(answers.name,) if answers is not None else (),
            version=one.model,
            reviewed_on=one.on_since.astimezone(ZoneInfo("UTC")).date() if one.on_since is not None else None,
        )


def _routing() -> Algorithm:
    teams = list(Team.objects.filter(is_active=True).exclude(routing="off").select_related("lead").order_by("pk"))
    leads = tuple(dict.fromkeys(one.lead.name for one in teams if one.lead is not None and one.lead.is_active))
    return Algorithm(
        author="rule:routing",
        name=_("Giving out new concerns"),
        purpose=_("That a concern comes to somebody who is there, knows about it, and perhaps the customer, too."),
        decides=_("To whom in the team a concern is given, or proposed."),
        data=(
            _("who knows the customer, topics and languages"),
            _("who is at work, and how many concerns wait with them"),
        ),
        reach=Reach.REVERSIBLE,
        oversight=_(
            "Whoever gets it can give it on. How somebody works is never asked, nor what a customer is worth. Who"
            " wished for people alone gets somebody as soon as others, whatever the topic."
        ),
        responsible=leads or administrators(),
        version=__version__,
        is_on=bool(teams),
        is_paused=pauses.stops(pauses.active(), "automation:routing", "rule:routing"),
    )


def _order() -> Algorithm:
    return Algorithm(
        author="formula:turn",
        name=_("Order in which concerns are given out"),
        purpose=_("That what was promised and what presses comes first, and that nobody waits for ever."),
        decides="",
        data=(_("promises, deadlines, urgency and waiting time"), _("who knows the customer, topics and languages")),
        reach="",
        oversight=_("The formula stands on each concern. What a customer is worth is never asked. Agents may choose."),
        responsible=administrators(),
        version=__version__,
    )
