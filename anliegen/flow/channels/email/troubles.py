"""Why mail could not be fetched, in words: what happened, and what the administrator can do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True)
class Trouble:
    """A code for ledgers and journal, and two sentences for a person."""

    code: str
    happened: str
    next: str


HAPPENED: dict[str, str | Promise] = {
    "login": gettext_lazy("The mail server refuses the user name or the password."),
    "folder": gettext_lazy("The mail server does not know this folder."),
    "protocol": gettext_lazy("The mail server answers differently from what the IMAP standard says."),
    "not_registered": gettext_lazy("This server is not registered as an outgoing connection."),
    "private_address": gettext_lazy("This server lies in your own network, and that is not allowed for it."),
    "bad_address": gettext_lazy("The name of the server cannot be understood."),
    "name_unknown": gettext_lazy("There is no server of this name."),
    "connect_failed": gettext_lazy("The server cannot be reached at this port."),
    "certificate": gettext_lazy("The certificate of the server is not valid."),
    "tls_required": gettext_lazy("The server offers no STARTTLS."),
    "password_locked": gettext_lazy(
        "The kept password can no longer be read: the key in the data directory is another."
    ),
    "disk": gettext_lazy("The disk refuses to store mails."),
    "unexpected": gettext_lazy("Something failed on our side; it has been logged."),
}
NEXT: dict[str, str | Promise] = {
    "login": gettext_lazy("Enter both again. Some providers want a password of its own for programs."),
    "folder": gettext_lazy("Check how the folder is written, upper and lower case included. Most often it is INBOX."),
    "not_registered": gettext_lazy("Save this page once more: that registers it."),
    "private_address": gettext_lazy("If that is right, tick “The server is in our own network”."),
    "bad_address": gettext_lazy("Check the name of the server."),
    "name_unknown": gettext_lazy("Check the name of the server for mistakes."),
    "connect_failed": gettext_lazy(
        "Check port and encryption: 993 for TLS, 143 for STARTTLS. A firewall may be in between."
    ),
    "certificate": gettext_lazy("Ask who runs the server to renew it, or use the name that stands in it."),
    "tls_required": gettext_lazy("Choose TLS with port 993."),
    "password_locked": gettext_lazy("Enter the password again."),
    "disk": gettext_lazy("Make room on the disk. Nothing is lost: the mails still lie on the mail server."),
    "unexpected": gettext_lazy("Look into the log of the worker, and report it."),
}
TOO_SLOW = ("timeout", "connect_timeout", "name_timeout", "tls_timeout")


def explain(code: str) -> Trouble:
    """The trouble of this code. An unknown one is named as it is rather than hidden."""
    if code in TOO_SLOW:
        happened = _("The server does not answer in time.")
    else:
        happened = str(HAPPENED.get(code) or _("The connection broke off (%(code)s).") % {"code": code})
    later = _("It is tried again by itself. Nothing is lost: the mails still lie on the mail server.")
    return Trouble(code, happened, str(NEXT.get(code) or later))
