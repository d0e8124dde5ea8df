"""The rules that come with the program."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from anliegen import __version__
from anliegen.flow.automation import pauses
from anliegen.flow.automation.effects import Reach
from anliegen.oversight.compliance.register.answerable import administrators
from anliegen.oversight.compliance.register.entry import Algorithm
from anliegen.records.accounts.models import Mailbox
from anliegen.records.accounts.queries import the_operator


def algorithms() -> Iterable[Algorithm]:
    """In the order in which a concern meets them."""
    answerable = administrators()
    yield _mailbox()
    yield from _mails(answerable)
    yield from _promises(answerable)
    yield _contest(answerable)
    yield _clockwork(answerable)


def _mailbox() -> Algorithm:
    boxes = Mailbox.objects.active().filter(team__isnull=False).select_related("responsible").order_by("pk")
    return Algorithm(
        author="rule:mailbox",
        name=_("Team by mailbox"),
        purpose=_("That a new concern comes at once to the people whose task it is."),
        decides=_("Which team a new concern goes to: the one to which the address that was written to belongs."),
        data=(_("the address that was written to"),),
        reach=Reach.REVERSIBLE,
        oversight=_(
            "Everybody who works on the concern can give it to another team. Without such an address a person decides."
        ),
        responsible=tuple(dict.fromkeys(box.responsible.name for box in boxes if box.responsible is not None)),
        version=__version__,
        is_on=bool(boxes),
        is_paused=pauses.stops(pauses.active(), "rule:mailbox"),
    )


def _mails(answerable: tuple[str, ...]) -> Iterable[Algorithm]:
    people = _("It says nothing of the matter itself; the answer comes from a person. The operator can switch it off.")
    yield Algorithm(
        author="rule:acknowledge",
        name=_("Acknowledgement of receipt"),
        purpose=_("That whoever writes knows that it has arrived, and by when an answer can be expected."),
        decides="",
        data=(_("sender and language of the message"), _("the team's hours and target times")),
        reach="",
        oversight=people,
        responsible=answerable,
        version=__version__,
        is_on=the_operator().acknowledges,
    )
    yield Algorithm(
        author="rule:stranger",
        name=_("Acknowledgement to somebody who has taken no part before"),
        purpose=_(
            "That somebody who writes into another person's concern hears that it arrived, and learns nothing of it."
        ),
        decides="",
        data=(_("sender of the message"), _("who takes part in the concern")),
        reach="",
        oversight=_("Whether they may read along a person decides."),
        responsible=answerable,
        version=__version__,
    )
    yield Algorithm(
        author="rule:status-link",
        name=_("Link to the status page"),
        purpose=_("That whoever lost the link to their concern gets it again, at the address we know."),
        decides="",
        data=(_("number of the concern and address"),),
        reach="",
        oversight=_("Whoever cannot be reached like this calls or writes; a person helps."),
        responsible=answerable,
        version=__version__,
    )


def _promises(answerable: tuple[str, ...]) -> Iterable[Algorithm]:
    yield Algorithm(
        author="rule:promise-clock",
        name=_("Promises by the clock"),
        purpose=_("That no promise is forgotten: whoever gave it is reminded, and others hear of it when it is late."),
        decides="",
        data=(_("when which promise is due, and who sees to it"),),
        reach="",
        oversight=_("Making, keeping and withdrawing a promise is always up to people."),
        responsible=answerable,
        version=__version__,
    )
    yield Algorithm(
        author="rule:promise-owner",
        name=_("A promise keeps somebody who sees to it"),
        purpose=_("That a promise holds although whoever gave it is away or has left."),
        decides="",
        data=(_("who has the concern, and who works here"),),
        reach="",
        oversight=_("Everybody who works on the concern can give the promise to somebody else."),
        responsible=answerable,
        version=__version__,
    )


def _contest(answerable: tuple[str, ...]) -> Algorithm:
    return Algorithm(
        author="rule:contest",
        name=_("A person checks"),
        purpose=_("That what a customer wants checked comes to somebody at once, with a time by which it is done."),
        decides="",
        data=(_("the decision, and who has the concern or leads its team"),),
        reach="",
        oversight=_("It only calls a person; automation keeps away from the concern from then on."),
        responsible=answerable,
        version=__version__,
    )


def _clockwork(answerable: tuple[str, ...]) -> Algorithm:
    return Algorithm(
        author="system",
        name=_("Clockwork of the program"),
        purpose=_(
            "It sends what people wrote, computes when something is due, brings back what was put aside, and asks after"
            " the end whether the concern was settled."
        ),
        decides="",
        data=(_("times and states of the concern"), _("addresses to which people write")),
        reach="",
        oversight=_("It follows fixed courses that the operator sets, and chooses nothing."),
        responsible=answerable,
        version=__version__,
    )
