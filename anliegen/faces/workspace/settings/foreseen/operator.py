"""Other details of the organisation: what customers read from then on, and what becomes of answers and figures."""

from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.settings.foreseen.lines import Line, named, or_nothing
from anliegen.flow.channels.accept import is_long_over
from anliegen.flow.channels.way_to_a_person import way_to_a_person
from anliegen.ground.journal.actors import Actor
from anliegen.ground.rehearsal import rehearsed
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts import figures
from anliegen.records.accounts.models import Brand, Operator, Team
from anliegen.records.accounts.queries import the_operator
from anliegen.records.tickets.foreseen import NEWEST
from anliegen.records.tickets.models import DONE, Ticket

LANGUAGES = ("de", "en")


def of_operator(values: dict[str, Any], *, actor: Actor, at: datetime) -> list[Line]:
    """What the details that are being entered would change."""
    kept, ways_now, over_now = the_operator(), _ways(at), _over(at)
    with rehearsed():
        then = accounts.change(the_operator(), actor=actor, at=at, **values)
        ways, over = _ways(at), _over(at) if then.reopen_days != kept.reopen_days else over_now
        hidden = _hidden() if then.works_council and not kept.works_council else []
    lines = [*_read(kept, then, ways_now, ways), *_answers(kept, then), *_reopening(kept, then, over_now, over)]
    if then.works_council and not kept.works_council:
        lines.append(Line(_("Figures about single people are shown nowhere any more.")))
        if hidden:
            lines.append(
                Line(_("These teams are too small for figures of their own: %(names)s.") % {"names": named(hidden)})
            )
    elif kept.works_council and not then.works_council:
        lines.append(Line(_("Figures about single people and small teams are shown again."), "waiting"))
    return or_nothing(lines)


def _ways(at: datetime) -> dict[str, str]:
    """The sentence below each mail of a brand that has no way to a person of its own, in each language."""
    operator, found = the_operator(), {}
    for language in LANGUAGES:
        with translation.override(language):
            found[language] = way_to_a_person(operator, None, at=at)
    return found


def _read(kept: Operator, then: Operator, ways_now: dict[str, str], ways: dict[str, str]) -> list[Line]:
    lines = []
    if kept.name != then.name:
        words = _("Customers read “%(then)s” on every page instead of “%(was)s”. Names of brands stay.")
        lines.append(Line(words % {"then": then.name, "was": kept.name}))
    if ways_now != ways:
        own = Brand.objects.exclude(phone="", callback_address="").count()
        for language in LANGUAGES:
            words = (
                _("Below mails in German: “%(words)s”")
                if language == "de"
                else _("Below mails in English: “%(words)s”")
            )
            lines.append(Line(words % {"words": ways[language]}))
        if own:
            words = ngettext(
                "%(count)s brand has a way to a person of its own, which goes first.",
                "%(count)s brands have ways to a person of their own, which go first.",
                own,
            )
            lines.append(Line(words % {"count": own}))
    if kept.acknowledges and not then.acknowledges:
        lines.append(Line(_("Whoever writes gets no acknowledgement any more, and so no number."), "waiting"))
    elif then.acknowledges and not kept.acknowledges:
        lines.append(Line(_("Whoever opens a concern from now on gets an acknowledgement with its number.")))
    return lines


def _answers(kept: Operator, then: Operator) -> list[Line]:
    lines = []
    if kept.undo_seconds != then.undo_seconds:
        words = _("Answers leave %(then)s seconds after sending instead of %(was)s. What is on its way keeps its time.")
        lines.append(Line(words % {"then": then.undo_seconds, "was": kept.undo_seconds}))
    if kept.quotes != then.quotes:
        words = _("Answers quote %(then)s instead of %(was)s.")
        lines.append(Line(words % {"then": then.get_quotes_display(), "was": kept.get_quotes_display()}))
    if kept.default_language != then.default_language:
        words = _("Who has told no language reads %(language)s from now on.")
        lines.append(Line(words % {"language": then.get_default_language_display()}))
    return lines


def _over(at: datetime) -> int:
    """Of the newest concerns those to which an answer opens a new one."""
    newest = Ticket.objects.order_by("-last_message_at", "-pk").only("status", "resolved_at", "closed_at")[:NEWEST]
    days = the_operator().reopen_days
    return sum(is_long_over(one, at, days=days) for one in newest if one.status in DONE)


def _reopening(kept: Operator, then: Operator, was: int, becomes: int) -> list[Line]:
    if kept.reopen_days == then.reopen_days:
        return []
    words = _("Of the newest %(all)s concerns a reply to %(then)s would open a new one; now it is %(was)s.")
    return [Line(words % {"all": NEWEST, "then": becomes, "was": was})]


def _hidden() -> list[str]:
    people = figures.members()
    keys = figures.hidden({team: people.get(team, 0) for team in Team.objects.values_list("pk", flat=True)})
    return sorted(Team.objects.filter(pk__in=keys, is_active=True).values_list("name", flat=True))
