"""Why an answer did not arrive, in words a person can follow: what happened, and what to do next.

The codes are those of `message.failed`, `message.bounced` and `message.unreached`: enhanced status codes (RFC 3463)
such as `5.1.1`, reply codes such as `smtp-550`, and our own. Servers choose them freely, so their words stand beside.
A code that begins with 4 says "not now", whatever its table has under the rest of it: `4.7.1` is how servers greylist.
"""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_ENHANCED = re.compile(r"([245])\.(\d{1,3}\.\d{1,3})")
_REPLY = re.compile(r"smtp[-_](\d{3})")
CORRECT = _("Correct the address and send it again. If you do not know the right one, call.")
CALL = _("Try another way to reach the person: another address, or by telephone.")
OPERATOR = _("Whoever looks after the mail server has to mend this; the answer then leaves by itself.")
AGAIN = _("Send it again, or try another way to reach the person.")


@dataclass(frozen=True)
class Why:
    """What happened, and what to do next."""

    happened: str | Promise
    next: str | Promise


WHYS = {
    "1.0": Why(_("The recipient's server does not accept this address."), CORRECT),
    "1.1": Why(_("There is no such mailbox: the recipient's server does not know this address."), CORRECT),
    "1.2": Why(_("There is no such mail domain, or it takes no mail: the part after the @ is wrong."), CORRECT),
    "1.3": Why(_("The address is not written as an address is."), CORRECT),
    "1.6": Why(_("The mailbox has moved, and nobody says where to."), CORRECT),
    "1.10": Why(_("This mail domain says that it takes no mail."), CORRECT),
    "2.0": Why(_("The recipient's mailbox takes no mail."), CALL),
    "2.1": Why(_("The recipient's mailbox is switched off."), CALL),
    "2.2": Why(_("The recipient's mailbox is full."), CALL),
    "2.3": Why(_("The mail is larger than the recipient takes."), _("Send it again with fewer or smaller files.")),
    "3.4": Why(_("The mail is larger than the server takes."), _("Send it again with fewer or smaller files.")),
    "4.1": Why(_("The recipient's server did not answer."), CALL),
    "4.3": Why(_("The recipient's mail domain could not be looked up."), CORRECT),
    "4.4": Why(_("The recipient's mail domain has no mail server."), CORRECT),
    "4.6": Why(_("The mail went round in circles at the recipient's."), CALL),
    "4.7": Why(_("It could not be delivered in time."), AGAIN),
    "7.0": Why(_("The server refused it for reasons of security."), CALL),
    "7.1": Why(_("The server refused it as unwanted."), CALL),
    "7.2": Why(_("This mailing list takes mail only from its members."), CALL),
    "restored": Why(
        _("This instance was restored from a backup. It may have been sent after that backup was made."),
        _("Ask the person, or look into the mail server's log. If you send it again, it may arrive twice."),
    ),
    "attachment_missing": Why(
        _("A file of this answer is missing or damaged in the file store."),
        _("Attach the file anew and send it again."),
    ),
    "cannot_compose": Why(_("An address of this answer is not one that mail can be sent to."), CORRECT),
    "our_error": Why(_("Something went wrong here, not at the recipient's."), _("Send it again; the log says more.")),
    "connect_failed": Why(_("The mail server of your organisation cannot be reached."), OPERATOR),
    "connect_timeout": Why(_("The mail server of your organisation does not answer."), OPERATOR),
    "timeout": Why(_("The mail server of your organisation does not answer."), OPERATOR),
    "broken_off": Why(_("The mail server broke off the connection."), OPERATOR),
    "certificate": Why(_("The certificate of the mail server is not valid, so nothing is entrusted to it."), OPERATOR),
    "tls": Why(_("No encrypted connection with the mail server comes about."), OPERATOR),
    "tls_required": Why(_("The mail server offers no encryption, though it was set as required."), OPERATOR),
    "not_registered": Why(_("Connections to the mail server are not allowed in the settings."), OPERATOR),
    "name_unknown": Why(_("The name of the mail server is not known."), OPERATOR),
    "unknown": Why(_("It came back without a reason that we understand."), CALL),
    "smtp_535": Why(_("The mail server refuses our user name or password."), OPERATOR),
}
SENDER = Why(_("The server does not let us send from our address (SPF, DKIM, DMARC or its own rules)."), OPERATOR)
LOGIN = Why(_("The mail server refuses our user name or password."), OPERATOR)
FOR_GOOD = Why(_("The server refused it for good."), CALL)
FOR_NOW = Why(_("The recipient's server asked to try it again later."), AGAIN)
_BY_SUBJECT = {
    "1": WHYS["1.0"],
    "2": WHYS["2.0"],
    "4": WHYS["4.1"],
    "7": WHYS["7.1"],
}
_LOGINS = ("7.8", "7.9", "7.11", "7.12", "7.14")
_ALSO_FOR_NOW = ("2.2", "4.1", "4.3", "4.4", "4.6", "4.7")  # true whether it is for now or for good


def explain(code: str, *, for_now: bool = False) -> Why:
    """The words for a code; for one that is not known at least whether it is for good.

    `for_now`: it is tried again, whatever the code says. The reply code decides that, and an enhanced one may
    contradict it (see `email/verdict.py`).
    """
    if code in WHYS:
        return WHYS[code]
    if enhanced := _ENHANCED.fullmatch(code):
        return _enhanced(enhanced[2], for_now or enhanced[1] == "4")
    if for_now or code.startswith(("smtp-4", "smtp_4")):
        return FOR_NOW
    return WHYS["1.0"] if code.startswith(("smtp-55", "smtp_55")) and code.endswith(("550", "553")) else FOR_GOOD


def is_a_servers(code: str) -> bool:
    """Whether a mail server gave this code, so that its words stand beside it; all others are our own."""
    return bool(_ENHANCED.fullmatch(code) or _REPLY.fullmatch(code))


def _enhanced(detail: str, for_now: bool) -> Why:
    if detail in _LOGINS:
        return LOGIN
    subject, number = detail.split(".")
    if detail in ("1.7", "1.8") or (subject == "7" and 20 <= int(number) <= 27):
        return SENDER
    if for_now and detail not in _ALSO_FOR_NOW:
        return FOR_NOW
    return WHYS.get(detail) or _BY_SUBJECT.get(subject, FOR_GOOD)
