"""From references such as `team:3` to the names a reader may see, a query for each kind and not for each name."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Model
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.flow.assist.models import Provider
from anliegen.flow.automation.choices import choice_in_words
from anliegen.flow.automation.log import in_words
from anliegen.flow.automation.models import Decision, Learnt, TopicProposal
from anliegen.flow.automation.rules.models import Rule
from anliegen.flow.channels.models import Brake, Delivery, Guard, Intake, MailKey, RejectionRule, Source
from anliegen.flow.feedback.models import Outcome
from anliegen.flow.macros.models import Macro, MacroRun
from anliegen.flow.problems.models import Round
from anliegen.ground.egress.models import Destination
from anliegen.records.accounts.models import (
    Agent,
    ApiToken,
    Brand,
    Calendar,
    ConcessionKind,
    Frame,
    Mailbox,
    Operator,
    Recourse,
    Role,
    Team,
    Topic,
)
from anliegen.records.accounts.permissions import may
from anliegen.records.customers.models import Address, Category, Consent, Fact, Merge, Moment, Organisation, Person
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.tickets.models import (
    Attachment,
    BulkChange,
    Concession,
    Deadline,
    DeadlineKind,
    Handover,
    Highlight,
    Message,
    Note,
    Promise,
    Refusal,
    SavedView,
    Snooze,
    Target,
    Ticket,
    Timer,
    Translation,
)

# The column that names a row of this kind. None: it has no name of its own, its number must do.
KINDS: dict[str, tuple[type[Model], str | None]] = {
    "agent": (Agent, "name"),
    "operator": (Operator, "name"),
    "brand": (Brand, "name"),
    "team": (Team, "name"),
    "role": (Role, "name"),
    "mailbox": (Mailbox, "address"),
    "calendar": (Calendar, "name"),
    "apitoken": (ApiToken, "name"),
    "source": (Source, "host"),
    "mailkey": (MailKey, "name"),
    "guard": (Guard, None),
    "rejectionrule": (RejectionRule, "pattern"),
    "brake": (Brake, None),
    "destination": (Destination, "name"),
    "provider": (Provider, "name"),
    "organisation": (Organisation, "name"),
    "person": (Person, "name"),
    "ticket": (Ticket, "subject"),
    "savedview": (SavedView, None),
    "bulkchange": (BulkChange, None),
    "message": (Message, None),
    "note": (Note, None),
    "snooze": (Snooze, None),
    "handover": (Handover, None),
    "highlight": (Highlight, None),
    "translation": (Translation, None),
    "attachment": (Attachment, None),
    "address": (Address, None),
    "category": (Category, "name"),
    "fact": (Fact, None),
    "moment": (Moment, None),
    "consent": (Consent, None),
    "merge": (Merge, None),
    "concessionkind": (ConcessionKind, "name"),
    "frame": (Frame, None),
    "concession": (Concession, None),
    "intake": (Intake, None),
    "delivery": (Delivery, None),
    "decision": (Decision, None),
    "rule": (Rule, "name"),
    "outcome": (Outcome, None),
    "target": (Target, None),
    "timer": (Timer, None),
    "deadlinekind": (DeadlineKind, "name"),
    "deadline": (Deadline, None),
    "promise": (Promise, None),
    "refusal": (Refusal, None),
    "recourse": (Recourse, "name"),
    "topic": (Topic, "name"),
    "learnt": (Learnt, None),
    "topicproposal": (TopicProposal, None),
    "textblock": (TextBlock, "title"),
    "macro": (Macro, "name"),
    "macrorun": (MacroRun, None),
    "round": (Round, None),
}
# Rules that come with the program, by their codes.
RULES: dict[str, str | Lazy] = {
    "mailbox": gettext_lazy("team by mailbox"),
    "acknowledge": gettext_lazy("acknowledgement"),
    "status-link": gettext_lazy("link to the status page"),
    "team-of-topic": gettext_lazy("team by topic"),
    "urgency-of-topic": gettext_lazy("urgency by topic"),
    "nonsense": gettext_lazy("what says nothing"),
    "language": gettext_lazy("language by the words"),
    "lessons": gettext_lazy("learning by night"),
    "contest": gettext_lazy("a person checks"),
    "escalate": gettext_lazy("what speaks out of a message"),
    "routing": gettext_lazy("the giving out of concerns"),
    "promise-clock": gettext_lazy("promises by the clock"),
    "promise-owner": gettext_lazy("a promise keeps its owner"),
}
# What is automatic and can be paused, by its code.
AUTOMATIC: dict[str, str | Lazy] = {
    "all": gettext_lazy("all that is automatic"),
    "triage": gettext_lazy("the sorting of concerns"),
    "routing": gettext_lazy("the giving out of concerns"),
}
# What automation chose, where it is no row: a code.
CHOICES = ("topic:",)
WITHOUT_NOUN = {"agent", "operator", "person"}


Known = Mapping[str, Mapping[int, str]]  # by kind and key the columns that name rows, of kinds open to every reader


def names(refs: Iterable[str], viewer: Agent, known: Known | None = None) -> dict[str, str]:
    """A name for every reference. What is gone or not for this reader gets its kind and number."""
    asked = set(refs)
    found = in_words(ref for ref in asked if ref.startswith(CHOICES) and not ref.partition(":")[2].isdecimal())
    wanted: dict[str, set[int]] = defaultdict(set)
    for ref in asked - found.keys():
        kind, _colon, key = ref.partition(":")
        if kind in KINDS and key.isdecimal():
            wanted[kind].add(int(key))
        else:
            found[ref] = _of_no_row(kind, key)
    for kind, keys in wanted.items():
        read = (known or {}).get(kind, {})
        named = {key: _named(kind, read[key]) for key in keys if read.get(key)}
        if unread := keys - named.keys():
            named |= _look_up(kind, unread, viewer)
        found |= {f"{kind}:{key}": named.get(key) or _number(kind, key) for key in keys}
    return found


def _of_no_row(kind: str, key: str) -> str:
    match kind:
        case "system":
            return _("the automation")
        case "rule":
            return _("the rule “%(name)s”") % {"name": RULES.get(key, key)}
        case "automation":
            return str(AUTOMATIC.get(key, key))
        case "model":
            return _model(key)
        case "reader":
            return _("the reader “%(name)s”") % {"name": key}
        case "journal":
            return _("the journal")
        case "ledger":
            return _("the intake ledger")
        case "export":
            return _("an export")
        case "fairness":
            return _("the fairness monitor")
        case "finding":
            return _("the fairness finding %(number)s") % {"number": key}
        case "instance":
            return _("this instance")
        case "priority" | "level" | "hand" | "status" | "language" | "signal":
            return choice_in_words(f"{kind}:{key}")
        case "tag" | "until" | "refund" | "draft" | "note" if not key.isdecimal():
            return choice_in_words(f"{kind}:{key}")
    return f"{kind} {key}".strip()


def _model(name: str) -> str:
    """What was learnt is a version of the settings' page; its code says nothing to who reads it."""
    family, _at, version = name.partition("@")
    if family == "triage" and version.isdecimal():
        return _("the learnt model (version %(number)s)") % {"number": version}
    return _("the model “%(name)s”") % {"name": name}


def _look_up(kind: str, keys: set[int], viewer: Agent) -> dict[int, str]:
    model, column = KINDS[kind]
    if column is None:
        return {}
    if kind == "ticket":
        return _tickets(keys, viewer)
    if kind == "person":
        return _people(keys, viewer)
    rows = model._default_manager.filter(pk__in=keys).values_list("pk", column)
    return {pk: _named(kind, name) for pk, name in rows if name}


def _tickets(keys: set[int], viewer: Agent) -> dict[int, str]:
    rows = Ticket.objects.visible_to(viewer).filter(pk__in=keys).values_list("pk", "subject")
    return {pk: f"#{pk} {subject}".strip() for pk, subject in rows}


def _people(keys: set[int], viewer: Agent) -> dict[int, str]:
    """Customers by name for those who may read customers, and only customers whose concerns they may see."""
    if not may(viewer, "customer.read"):
        return {}
    people = Person.objects.filter(pk__in=keys)
    if not viewer.role.sees_all_teams:
        people = people.filter(pk__in=Ticket.objects.visible_to(viewer).filter(person__in=keys).values("person"))
    return {pk: name for pk, name in people.values_list("pk", "name") if name}


def _named(kind: str, name: str) -> str:
    if kind in WITHOUT_NOUN:
        return name
    return _("%(noun)s “%(name)s”") % {"noun": KINDS[kind][0]._meta.verbose_name, "name": name}


def _number(kind: str, key: int) -> str:
    if kind == "ticket":
        return f"#{key}"
    return _("%(noun)s %(number)s") % {"noun": KINDS[kind][0]._meta.verbose_name, "number": key}
