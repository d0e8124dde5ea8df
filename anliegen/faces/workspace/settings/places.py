"""The pages of the settings, in their groups, and which of them an agent may open."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anliegen.records.accounts.models import Agent
from anliegen.records.accounts.permissions import may


@dataclass(frozen=True)
class Place:
    """One page: its key, its name, what it is for, and what it asks."""

    key: str
    name: str | Promise
    purpose: str | Promise
    symbol: str
    asks: str = "settings.manage"

    @property
    def href(self) -> str:
        return reverse(f"workspace:settings-{self.key}")


GROUPS: list[tuple[str | Promise, list[Place]]] = [
    (
        _("Who you are"),
        [
            Place("operator", _("Organisation"), _("Name, address, and the way to a person"), "building"),
            Place("brands", _("Brands"), _("Senders and signatures of your answers"), "tag"),
            Place("targets", _("Target times"), _("How soon you answer, and how well that is kept"), "clock"),
            Place("deadlines", _("Legal deadlines"), _("What the law sets, and how it is counted"), "calendar"),
            Place("recourses", _("Next instances"), _("Where a customer can turn after a no"), "shield"),
            Place("calendars", _("Service hours"), _("Opening hours, holidays and days off"), "calendar"),
        ],
    ),
    (
        _("Who works here"),
        [
            Place("teams", _("Teams"), _("Who shares which concerns, and who leads"), "team"),
            Place("agents", _("People"), _("Who can log in, and what they may do"), "users"),
            Place("roles", _("Roles"), _("Sets of permissions"), "shield"),
            Place("turns", _("Next concern to answer"), _("In which order concerns are given out"), "onward"),
            Place("referrals", _("Who is asked"), _("Whom grief, hardship or a wish for a person reaches"), "users"),
            Place("leeway", _("Leeway"), _("What each role may give without asking"), "star"),
            Place("categories", _("Facts about customers"), _("What is kept of them, and for how long"), "topic"),
            Place("tokens", _("API tokens"), _("Keys for programs that work for you"), "key"),
        ],
    ),
    (
        _("What you write often"),
        [
            Place("blocks", _("Text blocks"), _("Words that are written again and again"), "quote", "ticket.reply"),
            Place("macros", _("Macros"), _("Several changes at one press"), "automation", "ticket.reply"),
        ],
    ),
    (
        _("What automation may do"),
        [
            Place("pauses", _("Pausing automation"), _("Stop what acts by itself, one or all"), "lock"),
            Place("rules", _("Rules"), _("What is done by itself, and who answers for it"), "automation"),
            Place("topics", _("Topics"), _("What concerns are about, with examples"), "topic"),
            Place("escalation", _("Escalation"), _("When a concern goes up, and who hears of it"), "up"),
            Place("learnt", _("What was learnt"), _("How well topics are recognised, and what may speak"), "book"),
        ],
    ),
    (
        _("Ways in and out"),
        [
            Place("mailboxes", _("Mailboxes"), _("Addresses that take concerns in"), "inbox"),
            Place("keys", _("Keys for mails"), _("Open what is encrypted, check what is signed"), "lock"),
            Place("guard", _("Protection"), _("Against loops of mails and feigned senders"), "shield"),
            Place("rejections", _("Rejections"), _("Mails you do not want, and why"), "close"),
            Place("providers", _("AI providers"), _("Who may be asked for words, with what, and for how much"), "ai"),
            Place("connections", _("Outgoing connections"), _("Whom this program may talk to"), "plug"),
        ],
    ),
    (
        _("To look it up"),
        [
            Place("intake", _("Intake ledger"), _("What became of each mail"), "ledger", asks="intake.read"),
            Place("journal", _("Journal"), _("Who did what, when and why"), "book", asks="audit.read"),
            Place("fairness", _("Fairness"), _("Whether a group is served worse"), "users", asks="audit.read"),
        ],
    ),
]
PLACES = {place.key: place for _name, places in GROUPS for place in places}


def open_to(agent: Agent) -> list[tuple[str | Promise, list[Place]]]:
    """The groups with the places this agent may open; empty groups are left out."""
    groups = [(name, [place for place in places if may(agent, place.asks)]) for name, places in GROUPS]
    return [(name, places) for name, places in groups if places]
