"""The first page of the settings: every place with how it stands, in one line."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings import automatic
from anliegen.faces.workspace.settings.automatic import State, count_of
from anliegen.faces.workspace.settings.frame import show
from anliegen.flow.channels.guard.watch import the_guard
from anliegen.flow.channels.mailroom import sources as channels
from anliegen.flow.channels.mailroom.compare import overdue
from anliegen.flow.channels.models import Brake, Intake, MailKey, RejectionRule, Source
from anliegen.flow.macros.models import Macro
from anliegen.ground import clock
from anliegen.ground.egress.models import Destination
from anliegen.ground.jobs import failed_lately
from anliegen.ground.journal.breaks import marks, needs_somebody
from anliegen.ground.journal.seal import last
from anliegen.ground.journal.tail import stopped
from anliegen.oversight.compliance.ledger import differences
from anliegen.oversight.compliance.words import listed
from anliegen.records.accounts.models import (
    Agent,
    ApiToken,
    Brand,
    Calendar,
    Frame,
    Mailbox,
    Recourse,
    Role,
    Team,
)
from anliegen.records.accounts.queries import the_operator
from anliegen.records.customers.models import Category
from anliegen.records.knowledge.models import TextBlock
from anliegen.records.tickets.models import Deadline, Target

NAMED = 2  # mailboxes in a card; the place itself has them all


@asks("settings.manage")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return show(request, "overview", {"states": {key: state() for key, state in STATES.items()}}, place="overview")


def _operator() -> State:
    operator = the_operator()
    ways = [way for way in (operator.phone, operator.callback_address) if way]
    return (listed([operator.name, *ways]), False) if ways else (_("no way to a person yet"), True)


def _brands() -> State:
    names = list(Brand.objects.order_by("-is_default", "name").values_list("name", flat=True)[:4])
    return (", ".join(names), False) if names else (_("no brand yet"), True)


def _recourses() -> State:
    count = Recourse.objects.filter(is_active=True).count()
    if not count:
        return _("none yet, so a no names the lead of the team"), False
    return count_of(count, ngettext("%(count)s office", "%(count)s offices", count)), False


def _calendars() -> State:
    calendar = Calendar.objects.filter(is_default=True).first()
    if calendar is None:
        return _("no service hours yet, so answer times count day and night"), True
    if not calendar.state:
        return calendar.name, False
    return f"{calendar.name}, " + _("holidays of %(state)s") % {"state": calendar.get_state_display()}, False


def _teams() -> State:
    teams = Team.objects.filter(is_active=True)
    empty = teams.filter(agents=None).count()
    line = count_of(teams.count(), ngettext("%(count)s team", "%(count)s teams", teams.count()))
    if not empty:
        return line, False
    words = ngettext("%(count)s without members", "%(count)s without members", empty)
    return f"{line}, {count_of(empty, words)}", True


def _agents() -> State:
    people = Agent.objects.filter(is_active=True)
    asleep = sum(not agent.has_usable_password() for agent in people)
    line = count_of(people.count(), ngettext("%(count)s person", "%(count)s people", people.count()))
    if not asleep:
        return line, False
    words = ngettext("%(count)s has not set a password yet", "%(count)s have not set a password yet", asleep)
    return f"{line}, {count_of(asleep, words)}", False


def _roles() -> State:
    count = Role.objects.count()
    return count_of(count, ngettext("%(count)s role", "%(count)s roles", count)), False


def _turns() -> State:
    hours = the_operator().low_within_hours
    return count_of(
        hours, ngettext("nobody waits over %(count)s hour", "nobody waits over %(count)s hours", hours)
    ), False


def _tokens() -> State:
    count = ApiToken.objects.valid().count()
    return count_of(count, ngettext("%(count)s in use", "%(count)s in use", count)) if count else _(
        "none in use"
    ), False


def _blocks() -> State:
    count = TextBlock.objects.filter(owner=None).in_use(timezone.localdate(clock.now())).count()
    return count_of(count, ngettext("%(count)s for everybody", "%(count)s for everybody", count)), False


def _macros() -> State:
    count = Macro.objects.in_use().filter(owner=None).count()
    return count_of(count, ngettext("%(count)s for everybody", "%(count)s for everybody", count)), False


def _mailboxes() -> State:
    count = Mailbox.objects.active().count()
    sources = Source.objects.filter(is_active=True).select_related("mailbox").order_by("mailbox__address", "pk")
    failing = [source for source in sources if source.failed_at is not None]
    waiting = [source for source in sources if not channels.is_decided(source)]
    line = count_of(count, ngettext("%(count)s mailbox", "%(count)s mailboxes", count)) if count else _("none yet")
    if failing:
        words = ngettext("fetching fails for %(count)s", "fetching fails for %(count)s", len(failing))
        return f"{line}, {count_of(len(failing), words)}: {_named(failing)}", True
    if waiting:
        words = ngettext("%(count)s waits for your decision", "%(count)s wait for your decision", len(waiting))
        return f"{line}, {count_of(len(waiting), words)}: {_named(waiting)}", True
    if missing := sum(count for _source, count in differences()):
        words = ngettext("%(count)s mail is not in the ledger", "%(count)s mails are not in the ledger", missing)
        return f"{line}, {count_of(missing, words)}", True
    if late := len(overdue(at=clock.now())):
        words = ngettext("%(count)s not compared for two days", "%(count)s not compared for two days", late)
        return f"{line}, {count_of(late, words)}", True
    return line, not count


def _named(sources: list[Source]) -> str:
    """Their mailboxes, the first few by name."""
    addresses = list(dict.fromkeys(source.mailbox.address for source in sources))
    more = len(addresses) - NAMED
    return ", ".join(addresses[:NAMED]) + (_(" and %(count)s more") % {"count": more} if more > 0 else "")


def _mail_keys() -> State:
    count = MailKey.objects.count()
    if not count:
        return _("no key yet"), False
    line = count_of(count, ngettext("%(count)s key", "%(count)s keys", count))
    expired = MailKey.objects.filter(private__isnull=False, expires_at__lt=clock.now()).count()
    if not expired:
        return line, False
    words = ngettext("%(count)s of your own has expired", "%(count)s of your own have expired", expired)
    return f"{line}, {count_of(expired, words)}", True


def _targets() -> State:
    count = Target.objects.in_force().count()
    return count_of(count, ngettext("%(count)s target", "%(count)s targets", count)) if count else _("none yet"), False


def _deadlines() -> State:
    late = Deadline.objects.open().filter(due_at__lt=clock.now()).count()
    if late:
        words = ngettext("%(count)s was missed and is open", "%(count)s were missed and are open", late)
        return count_of(late, words), True
    count = Deadline.objects.open().count()
    return count_of(count, ngettext("%(count)s runs", "%(count)s run", count)) if count else _("none runs"), False


def _guard() -> State:
    if pulled := Brake.objects.undecided().count():
        words = ngettext("%(count)s brake waits for a decision", "%(count)s brakes wait for a decision", pulled)
        return count_of(pulled, words), True
    if not the_guard().trusted_servers:
        return _("no mail server named that checks senders"), False
    return listed(the_guard().trusted_servers[:3]), False


def _rejections() -> State:
    count = RejectionRule.objects.active().count()
    return count_of(count, ngettext("%(count)s rule", "%(count)s rules", count)) if count else _("no rule"), False


def _connections() -> State:
    count = Destination.objects.active().count()
    if not count:
        return _("this program talks to nobody outside"), False
    return count_of(count, ngettext("%(count)s allowed", "%(count)s allowed", count)), False


def _intake() -> State:
    aside = Intake.objects.filter(result="quarantined").count()
    if aside:
        words = ngettext("%(count)s mail waits for a person", "%(count)s mails wait for a person", aside)
        return count_of(aside, words), True
    count = Intake.objects.count()
    return count_of(
        count, ngettext("%(count)s mail, all accounted for", "%(count)s mails, all accounted for", count)
    ), False


def _journal() -> State:
    if needs_somebody():
        return _("it was cut off or changed"), True
    if failed := stopped():
        words = ngettext("%(count)s reader has stopped", "%(count)s readers have stopped", len(failed))
        return count_of(len(failed), words), True
    if failures := sum(failed_lately().values()):
        words = ngettext("%(count)s job failed within a day", "%(count)s jobs failed within a day", failures)
        return count_of(failures, words), True
    if marks().exists():
        return _("it was cut off or changed once; somebody has looked into it"), False
    position = last()[0]
    return count_of(position, ngettext("%(count)s entry", "%(count)s entries", position)), False


def _leeway() -> State:
    count = Frame.objects.values("role").distinct().count()
    if not count:
        return _("nothing without approval"), False
    return count_of(count, ngettext("%(count)s role with leeway", "%(count)s roles with leeway", count)), False


def _categories() -> State:
    count = Category.objects.filter(is_active=True).count()
    if not count:
        return _("no category"), False
    return count_of(count, ngettext("%(count)s category", "%(count)s categories", count)), False


STATES: dict[str, Callable[[], State]] = automatic.STATES | {
    "operator": _operator,
    "brands": _brands,
    "targets": _targets,
    "deadlines": _deadlines,
    "recourses": _recourses,
    "calendars": _calendars,
    "teams": _teams,
    "agents": _agents,
    "roles": _roles,
    "turns": _turns,
    "leeway": _leeway,
    "categories": _categories,
    "tokens": _tokens,
    "blocks": _blocks,
    "macros": _macros,
    "mailboxes": _mailboxes,
    "keys": _mail_keys,
    "guard": _guard,
    "rejections": _rejections,
    "connections": _connections,
    "intake": _intake,
    "journal": _journal,
}
