"""Another role or other teams for a person, other permissions for a role, and a person who leaves."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.settings.foreseen.lines import Line, named, or_nothing
from anliegen.faces.workspace.settings.foreseen.promises import MOST_PROMISES, handed_on, owners_then
from anliegen.faces.workspace.settings.foreseen.standing import compared
from anliegen.faces.workspace.settings.forms import counted
from anliegen.flow.macros.models import Macro
from anliegen.ground.journal.actors import Actor
from anliegen.ground.rehearsal import rehearsed
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Role
from anliegen.records.tickets.actions.concede import pass_concession_on
from anliegen.records.tickets.foreseen import OnAgent, on_agent, on_topic, views_with
from anliegen.records.tickets.models import Concession, Promise
from anliegen.records.tickets.queries import COUNT_TO

MOST_WISHES = 50
MOST_TOPICS = 12


def of_role(role: Role, values: dict[str, Any], *, refusal: str, actor: Actor, at: datetime) -> list[Line]:
    """What becomes of those who have this role."""
    keys = list(Agent.objects.filter(role=role, is_active=True).order_by("pk").values_list("pk", flat=True))
    lines = compared(keys, lambda: accounts.change(role, actor=actor, at=at, **values), refusal=refusal)
    return lines if keys else [Line(_("Nobody active has this role: nothing changes for anybody."))]


def of_agent(agent: Agent, values: dict[str, Any], *, refusal: str, actor: Actor, at: datetime) -> list[Line]:
    """What this person may do and see then, and what names the topics they are good at."""
    was = set(agent.skills)
    name = agent.name
    lines = compared(
        [agent.pk], lambda: accounts.change_agent(agent, actor=actor, at=at, **values), refusal=refusal, name=name
    )
    topics = [_topic(topic) for topic in values["skills"] if topic not in was][:MOST_TOPICS]
    if agent.name != values["name"]:
        topics.append(Line(_("Customers read “%(name)s” under new answers.") % {"name": values["name"]}))
    return [*[line for line in lines if not topics or line not in or_nothing([])], *topics]


def _topic(topic: str) -> Line:
    found = on_topic(topic)
    macros = Macro.objects.in_use().filter(topic=topic)[:COUNT_TO].count()
    if not (found.tickets or found.targets or macros or found.agents):
        return Line(
            _("Topic “%(topic)s”: nothing names it yet. Is it written as at the concerns?") % {"topic": topic},
            "waiting",
        )
    words = _(
        "Topic “%(topic)s” is named by: open concerns (%(tickets)s), target times (%(targets)s), macros (%(macros)s),"
        " people (%(agents)s)."
    )
    return Line(
        words
        % {
            "topic": topic,
            "tickets": counted(found.tickets),
            "targets": found.targets,
            "macros": macros,
            "agents": found.agents,
        }
    )


def of_leaving(agent: Agent, *, refusal: str, actor: Actor, at: datetime) -> list[Line]:
    """What becomes of all that waits for somebody who can no longer log in."""
    waiting = on_agent(agent)
    owed = Promise.objects.owed().filter(agent=agent)
    was = owed[: MOST_PROMISES + 1].count()
    try:
        with rehearsed():
            accounts.deactivate(agent, actor=actor, at=at)
            owners, wishes = owners_then(owed), _wishes(agent, actor, at)
    except accounts.LastAdministrator:
        return [Line(refusal, "broken")]
    promises = handed_on(owners, was, _stay)
    lines = [*_tickets(waiting), *promises, *_asked_next(wishes), *_writings(waiting), *_tools(agent)]
    return lines or [Line(_("Nothing waits for this person."))]


def _wishes(agent: Agent, actor: Actor, at: datetime) -> Counter[str]:
    """Who decides then what this person was asked to decide."""
    asked = Concession.objects.to_pass_on(at).filter(approver=agent).order_by("due_at", "pk")[:MOST_WISHES]
    passed = [pass_concession_on(one, actor=actor, at=at) for one in asked]
    return Counter("" if one.approver is None or one.approver_id == agent.pk else str(one.approver) for one in passed)


def _tickets(waiting: OnAgent) -> list[Line]:
    if not waiting.tickets:
        return []
    words = ngettext(
        "%(count)s open concern stays assigned to this person until somebody takes it over.",
        "%(count)s open concerns stay assigned to this person until somebody takes them over.",
        waiting.tickets,
    )
    return [Line(words % {"count": counted(waiting.tickets)}, "waiting")]


def _stay(count: int) -> str:
    return ngettext(
        "%(count)s promise stays with this person: nobody else may see to it.",
        "%(count)s promises stay with this person: nobody else may see to them.",
        count,
    ) % {"count": count}


def _asked_next(wishes: Counter[str]) -> list[Line]:
    lines = []
    for name, count in wishes.most_common():
        if name:
            words = ngettext(
                "%(count)s approval is asked of %(name)s within minutes.",
                "%(count)s approvals are asked of %(name)s within minutes.",
                count,
            ) % {"count": count, "name": name}
        else:
            words = ngettext(
                "%(count)s approval waits on: nobody else may give it.",
                "%(count)s approvals wait on: nobody else may give them.",
                count,
            ) % {"count": count}
        lines.append(Line(words, "info" if name else "waiting"))
    return lines


def _writings(waiting: OnAgent) -> list[Line]:
    """Planned answers, drafts, and what others asked them to look at."""
    sentences: Iterable[tuple[int, str, str]] = (
        (
            waiting.scheduled,
            ngettext(
                "%(count)s planned answer leaves at its time, in this person's name.",
                "%(count)s planned answers leave at their times, in this person's name.",
                waiting.scheduled,
            ),
            "waiting",
        ),
        (
            waiting.drafts,
            ngettext(
                "%(count)s draft stays with this person; only whom they asked to look at it can read it.",
                "%(count)s drafts stay with this person; only whom they asked to look at them can read them.",
                waiting.drafts,
            ),
            "waiting",
        ),
        (
            waiting.reviews,
            ngettext(
                "%(count)s answer of a colleague waits for this person's approval; its writer can ask somebody else.",
                "%(count)s answers of colleagues wait for this person's approval; their writers can ask others.",
                waiting.reviews,
            ),
            "waiting",
        ),
        (
            waiting.wishes,
            ngettext(
                "%(count)s concession this person asked for is decided all the same.",
                "%(count)s concessions this person asked for are decided all the same.",
                waiting.wishes,
            ),
            "info",
        ),
        (
            waiting.views,
            ngettext(
                "%(count)s shared view of this person stays in the lists.",
                "%(count)s shared views of this person stay in the lists.",
                waiting.views,
            ),
            "info",
        ),
    )
    return [Line(words % {"count": counted(count)}, tone) for count, words, tone in sentences if count]


def _tools(agent: Agent) -> list[Line]:
    lines = []
    if tokens := agent.tokens.valid().count():
        words = ngettext("%(count)s API token stops working.", "%(count)s API tokens stop working.", tokens)
        lines.append(Line(words % {"count": tokens}, "waiting"))
    if macros := list(Macro.objects.in_use().filter(given_to="agent", assignee=agent).order_by("name", "pk")):
        words = _("These macros give concerns to this person; they leave out that step then: %(names)s.")
        lines.append(Line(words % {"names": named(macro.name for macro in macros)}, "waiting"))
    if views := views_with("assignee", str(agent.pk)):
        lines.append(Line(_("These views ask for this person's concerns: %(names)s.") % {"names": named(views)}))
    return lines
