"""What reads messages: the sorting by words and by what was learnt, the signals, the escalation."""

from collections.abc import Container, Iterable

from django.utils.translation import gettext as _

from anliegen import __version__
from anliegen.flow.automation import pauses, thresholds
from anliegen.flow.automation.effects import Reach
from anliegen.flow.automation.models import Learnt
from anliegen.flow.automation.teaching import readable
from anliegen.oversight.compliance.register.answerable import administrators
from anliegen.oversight.compliance.register.entry import Algorithm
from anliegen.records.accounts.models import Topic


def algorithms() -> Iterable[Algorithm]:
    """In the order in which a message meets them."""
    paused = pauses.active().keys()
    answerable = administrators()
    yield _topics(paused, answerable)
    yield from _by_topic(paused, answerable)
    yield from _by_words(paused, answerable)
    yield _escalation(paused, answerable)
    yield _lessons(answerable)


def _topics(paused: Container[str], answerable: tuple[str, ...]) -> Algorithm:
    speaking = Learnt.objects.speaking().select_related("responsible").first()
    return Algorithm(
        author="model:triage@",
        is_family=True,
        name=_("Topic by what was learnt"),
        purpose=_("That a concern comes sooner to somebody who knows about it."),
        decides=_("What a new concern is about, of the operator's own topics; or that it fits none of them."),
        data=(
            _(
                "subject and own words of the messages, without names, addresses and numbers; of later ones"
                " it only proposes"
            ),
            _("what agents said other concerns were about"),
        ),
        reach=Reach.REVERSIBLE,
        oversight=_(
            "It proposes. It sorts alone only what is as sure as what people confirmed often enough before; what fits"
            " nothing a person sees soon. Every version was approved by a person, and can be silenced."
        ),
        responsible=(speaking.responsible.name,)
        if speaking is not None and speaking.responsible is not None
        else answerable,
        version=speaking.name if speaking is not None else "-",
        reviewed_on=speaking.settled_at.date() if speaking is not None and speaking.settled_at is not None else None,
        is_on=speaking is not None and not readable.trouble(speaking),
        is_paused=pauses.stops(paused, "automation:triage"),
    )


def _by_topic(paused: Container[str], answerable: tuple[str, ...]) -> Iterable[Algorithm]:
    rows = Topic.objects.active().exclude(responsible=None).select_related("responsible").order_by("pk")
    answering = tuple(dict.fromkeys(one.responsible.name for one in rows if one.responsible is not None))
    oversight = _(
        "Everybody who works on the concern can change it. It only follows a topic that is sure enough, or that a"
        " person or a rule has set."
    )
    for author, name, decides, is_on in (
        (
            "rule:team-of-topic",
            _("Team by topic"),
            _("Which team a concern goes to that neither its mailbox nor a person gave to one."),
            any(one.team_id for one in rows),
        ),
        (
            "rule:urgency-of-topic",
            _("Urgency by topic"),
            _("How urgent a concern is, as the operator said of its topic."),
            any(one.urgency for one in rows),
        ),
    ):
        yield Algorithm(
            author=author,
            name=name,
            purpose=_("That concerns about the same thing are treated alike."),
            decides=decides,
            data=(_("the topic of the concern"),),
            reach=Reach.REVERSIBLE,
            oversight=oversight,
            responsible=answering or answerable,
            version=__version__,
            is_on=is_on,
            is_paused=pauses.stops(paused, author),
        )


def _by_words(paused: Container[str], answerable: tuple[str, ...]) -> Iterable[Algorithm]:
    yield Algorithm(
        author="rule:language",
        name=_("Language by the words"),
        purpose=_("That somebody answers who speaks the language."),
        decides=_("Which language a message is in, where its way in said another."),
        data=(_("own words of the message"),),
        reach=Reach.REVERSIBLE,
        oversight=_("Everybody who works on the concern can change it."),
        responsible=answerable,
        version=__version__,
        is_paused=pauses.stops(paused, "rule:language"),
    )
    yield Algorithm(
        author="rule:nonsense",
        name=_("Messages without words that mean anything"),
        purpose=_("That nothing is overlooked because nobody knows where it belongs."),
        decides=_("Whether a message says anything at all; if not, a person looks at it soon."),
        data=(_("own words of the message"),),
        reach=Reach.REVERSIBLE,
        oversight=_("It refuses and closes nothing; a person sees each of them."),
        responsible=answerable,
        version=__version__,
        is_paused=pauses.stops(paused, "rule:nonsense"),
    )


def _escalation(paused: Container[str], answerable: tuple[str, ...]) -> Algorithm:
    _limits, named = thresholds.present_limits()
    return Algorithm(
        author="rule:escalate",
        name=_("What speaks out of a message"),
        purpose=_("That whoever grieves, is in need, is angry or wants a person comes to one at once."),
        decides=_(
            "Whether such a thing speaks out of the words, how urgent it is, how far up the concern goes, who is asked;"
            " and that no automation answers there."
        ),
        data=(_("own words of the message"), _("waiting time, broken promises, repeated concerns")),
        reach=Reach.REVERSIBLE,
        oversight=_("It calls people and keeps automation away. Agents can contradict each reading; only they lower."),
        responsible=(named.name,) if named is not None and named.is_active else answerable,
        version=__version__,
        is_paused=pauses.stops(paused, "rule:escalate"),
    )


def _lessons(answerable: tuple[str, ...]) -> Algorithm:
    return Algorithm(
        author="rule:lessons",
        name=_("Learning by night"),
        purpose=_("That the sorting follows what agents say, and that missing topics are noticed."),
        decides="",
        data=(_("what agents said concerns were about, with their words without names, addresses and numbers"),),
        reach="",
        oversight=_("What was learnt waits until a person has seen its dataset sheet and its test for each group."),
        responsible=answerable,
        version=__version__,
    )
