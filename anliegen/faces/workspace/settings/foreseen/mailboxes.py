"""A mailbox with another address, team or answerable person, or out of use: where its mail would go."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anliegen.faces.workspace.settings.foreseen.lines import Line, or_nothing
from anliegen.flow.automation.triage import propose
from anliegen.ground.journal.actors import Actor
from anliegen.ground.rehearsal import rehearsed
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Mailbox
from anliegen.records.accounts.queries import Mailboxes
from anliegen.records.tickets.foreseen import newest_with


@dataclass(frozen=True)
class Way:
    """What becomes of a mail to an address, found out as if one came now."""

    is_known: bool
    decides: bool  # a rule gives it to the team; else a person decides
    team: str
    responsible: str
    brand: str

    @classmethod
    def of(cls, address: str) -> "Way":
        box = Mailboxes.load().find([address])
        proposal = propose(box)
        if box is None:
            return cls(False, False, "", "", "")
        by = str(box.responsible or "")
        return cls(True, bool(proposal.choice), str(box.team or "") if proposal.choice else "", by, box.brand.name)

    @property
    def words(self) -> str:
        if not self.is_known:
            return _("it is taken in, belongs to no mailbox, and a person decides where it goes")
        if not self.decides:
            return _("a person decides each time where it goes")
        return _("it goes to team %(team)s by itself; %(name)s answers for that") % {
            "team": self.team,
            "name": self.responsible,
        }


def of_mailbox(box: Mailbox, values: dict[str, Any], *, actor: Actor, at: datetime) -> list[Line]:
    """`box` is as it is kept."""
    addresses = list(dict.fromkeys((box.address, values["address"])))
    was = {address: Way.of(address) for address in addresses}
    with rehearsed():
        accounts.change(Mailbox.objects.get(pk=box.pk), actor=actor, at=at, **values)
        then = {address: Way.of(address) for address in addresses}
    changed = [address for address in addresses if was[address] != then[address]]
    lines = [_way(address, was[address], then[address]) for address in changed]
    if changed:
        lines = [_so_far(box), *lines]
    return or_nothing([*lines, *_answers(box, values), *_fetching(box, values)])


def _so_far(box: Mailbox) -> Line:
    found, looked_at = newest_with(mailbox=box)
    words = ngettext(
        "Of the newest %(all)s concern %(count)s came to this address.",
        "Of the newest %(all)s concerns %(count)s came to this address.",
        looked_at,
    )
    return Line(f"{words % {'all': looked_at, 'count': found}} " + _("They stay where they are."))


def _way(address: str, was: Way, then: Way) -> Line:
    if replace(was, brand=then.brand) == then:
        words = _("A mail to %(address)s: it stays as it is, but the brand is %(brand)s instead of %(was)s.")
        return Line(words % {"address": address, "brand": then.brand, "was": was.brand})
    words = _("A mail to %(address)s: now %(was)s; then %(then)s.")
    is_worse = was.decides and not then.decides
    return Line(words % {"address": address, "was": was.words, "then": then.words}, "waiting" if is_worse else "info")


def _answers(box: Mailbox, values: dict[str, Any]) -> list[Line]:
    lines = []
    if box.address != values["address"]:
        words = _("Answers in its concerns leave from %(then)s then, also in those that are open.")
        lines.append(Line(words % {"then": values["address"]}))
        words = _("Who answers a mail of before writes to %(was)s: let your mail server go on accepting it.")
        lines.append(Line(words % {"was": box.address}, "waiting"))
    if box.signs_replies and not values["signs_replies"]:
        lines.append(Line(_("Answers to mails of before still find their concern by their signed address.")))
    elif values["signs_replies"] and not box.signs_replies:
        words = _("Mails go out with an answer address that has a plus sign: send one to yourself first.")
        lines.append(Line(words, "waiting"))
    return lines


def _fetching(box: Mailbox, values: dict[str, Any]) -> list[Line]:
    fetched = box.sources.filter(is_active=True).count()
    if not box.is_active or values["is_active"] or not fetched:
        return []
    words = ngettext(
        "Its mail goes on being fetched from %(count)s place: pause that too if it is to stay there.",
        "Its mail goes on being fetched from %(count)s places: pause those too if it is to stay there.",
        fetched,
    )
    return [Line(words % {"count": fetched}, "waiting")]
