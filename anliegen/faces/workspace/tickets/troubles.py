"""An answer that did not go out as it should: what is said about it beside its letter."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from anliegen.flow.channels import restored
from anliegen.flow.channels.acknowledge import RULE as ACKNOWLEDGEMENT
from anliegen.flow.channels.models import Delivery
from anliegen.flow.channels.undelivered import Why, explain, is_a_servers
from anliegen.records.accounts.models import Agent
from anliegen.records.tickets import queries
from anliegen.records.tickets.models import Message
from anliegen.records.tickets.seen import as_seen_by


@dataclass(frozen=True)
class Trouble:
    """What happened, what is safe, what to do; and to whom it would go again."""

    title: str
    happened: str | Promise
    kept: str
    next: str | Promise
    said: str  # the server's own words
    reference: str  # our own code for it, where no server said anything
    to: str
    cc: str
    is_doubt: bool  # nobody can know whether it was sent
    is_stopped: bool

    @property
    def tone(self) -> str:
        """Red is for what nobody got; a doubt, or what was stopped in time, waits for somebody."""
        return "waiting" if self.is_doubt or self.is_stopped else "broken"


_KIND_OF_WORDS = re.compile(r"^\s*[a-z][a-z0-9-]*\s*;\s*", re.IGNORECASE)  # RFC 3464, 2.3.6: `smtp; 550 no such person`


def troubled(agent: Agent) -> list[Message]:
    """The answers that wait for a person, the newest first, with their tickets as this agent may see them."""
    found = queries.troubled(agent).select_related("ticket__person", "ticket__team", "ticket__assignee", "agent")
    messages = list(found[: queries.TROUBLED_SHOWN])
    as_seen_by(agent, [one.ticket for one in messages])
    return messages


def deliveries_of(messages: Iterable[Message]) -> Mapping[int, Delivery]:
    """The deliveries of those of these messages that are still on their way, or ended badly, by message."""
    wanted = [one.pk for one in messages if one.direction == "out" and (one.state == "queued" or one.needs_a_person)]
    found = Delivery.objects.filter(message__in=wanted) if wanted else ()
    return {one.message_id: one for one in found}


def trouble_of(message: Message, delivery: Delivery | None) -> Trouble | None:
    """None when all is well, or somebody has seen to it."""
    if message.direction != "out" or not message.needs_a_person:
        return None
    why = _why(message, delivery)
    again = _recipients(message)
    return Trouble(
        title=_title(message, is_restored=_is_restored(delivery)),
        happened=why.happened,
        kept=_kept(message),
        next=why.next,
        said=_said(message, delivery),
        reference=_reference(message, delivery),
        to=", ".join(again[0]),
        cc=", ".join(again[1]),
        is_doubt=message.state == "maybe_sent",
        is_stopped=message.state == "stopped",
    )


def _is_restored(delivery: Delivery | None) -> bool:
    return delivery is not None and delivery.code == restored.CODE


def _title(message: Message, *, is_restored: bool) -> str:
    is_ours = message.rule == ACKNOWLEDGEMENT
    match message.state:
        case "maybe_sent" if is_restored:
            return _("Perhaps sent since the backup")
        case "maybe_sent":
            return _("Perhaps sent, perhaps not")
        case "stopped":
            return _("Stopped: the customer wrote first")
        case "bounced":
            return _("The acknowledgement came back") if is_ours else _("This answer came back")
        case "failed":
            return _("The acknowledgement could not be sent") if is_ours else _("This answer could not be sent")
    return _("The acknowledgement did not reach everybody") if is_ours else _("This answer did not reach everybody")


def _why(message: Message, delivery: Delivery | None) -> Why:
    match message.state:
        case "maybe_sent" if _is_restored(delivery):
            return explain(restored.CODE)
        case "maybe_sent":
            return Why(
                _("We were cut off after the last byte, before the mail server could say whether it took the answer."),
                _("Ask the person, or look into the mail server's log. If you send it again, it may arrive twice."),
            )
        case "stopped":
            return Why(
                _("It was to leave at a chosen time. Before that the customer wrote again."),
                _("Read what is new. Then send it as it is, choose another time, or take it back and change it."),
            )
    if message.unreached:
        return explain(message.unreached[-1]["reason"])  # the newest
    if message.state == "bounced":
        return explain("unknown")
    return explain(delivery.code if delivery is not None and delivery.code else "")


def _said(message: Message, delivery: Delivery | None) -> str:
    """The words of the recipient's server, as its report has them; else what our own mail server said."""
    told = [(one["address"], _words(one["said"])) for one in message.unreached if one.get("said")]
    if len(told) > 1:
        return "; ".join(f"{address}: {said}" for address, said in told)
    if told:
        return told[0][1]
    return "" if delivery is None or message.state == "stopped" else _said_to_us(delivery)


def _said_to_us(delivery: Delivery) -> str:
    return _words(delivery.error) if is_a_servers(delivery.code) else ""


def _words(said: str) -> str:
    """Without the kind that a report writes before them."""
    return _KIND_OF_WORDS.sub("", said, count=1)


def _reference(message: Message, delivery: Delivery | None) -> str:
    """The code under which the log has it, where no server gave it: nobody said that."""
    if delivery is None or message.state == "stopped" or is_a_servers(delivery.code):
        return ""
    return ", ".join(dict.fromkeys(one for one in (delivery.code, _code(delivery.error)) if one))


def _code(error: str) -> str:
    """What was noted, when it is a code and no sentence."""
    return error if error.isidentifier() else ""


def _kept(message: Message) -> str:
    if message.unreached and message.state not in ("failed", "bounced"):
        names = ", ".join(one["address"] for one in message.unreached)
        if message.unreached[-1]["reason"] == restored.CODE:
            return _("The others have it. Nobody knows whether it reached: %(names)s") % {"names": names}
        return _("The others have it. It did not reach: %(names)s") % {"names": names}
    if message.state in ("failed", "bounced"):
        if not message.agent_id:
            return _("The concern itself is here, and nothing of it is lost.")
        return _("Your text and files are kept here, and the concern waits for you again.")
    return _("Your text and files are kept here, and nothing is sent before you decide.")


def _recipients(message: Message) -> tuple[list[str], list[str]]:
    """To whom it would go again: those it did not reach, or all."""
    missed = {one["address"] for one in message.unreached}
    everybody = message.state in ("failed", "bounced", "maybe_sent") or not missed
    to = [one["address"] for one in message.to if everybody or one["address"] in missed]
    cc = [one["address"] for one in message.cc if everybody or one["address"] in missed]
    return (to, cc) if to else (cc, [])


@dataclass(frozen=True)
class Delay:
    """It has not left yet: why, in our words and in the server's, and when it is tried again."""

    happened: str | Promise
    said: str
    delivery: Delivery


def delay_of(message: Message, delivery: Delivery | None) -> Delay | None:
    if message.state != "queued" or delivery is None or not delivery.trouble:
        return None
    why = explain(delivery.code, for_now=delivery.trouble == "passing")
    return Delay(why.happened, _said_to_us(delivery), delivery)
