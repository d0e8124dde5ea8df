"""Why mail could not be fetched, in words: what happened, and what the administrator can do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy


class SourceRefused(Exception):
    """What a mailbox elsewhere, or our own disk, will not do. `code` is one of HAPPENED."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Trouble:
    """A code for ledgers and journal, the step that failed, a word for lists, and two sentences for a person."""

    code: str
    step: str
    word: str
    happened: str
    next: str


HAPPENED: dict[str, str | Promise] = {
    "login": gettext_lazy("The mail server refuses the user name or the password."),
    "folder": gettext_lazy("The mail server does not know this folder."),
    "protocol": gettext_lazy("The mail server answers differently from what the standard says."),
    "unavailable": gettext_lazy("The mail server says that it cannot at the moment."),
    "in_use": gettext_lazy("Another program has this mailbox open, and the server lets in one at a time."),
    "folder_not_allowed": gettext_lazy("This folder is not among those that this program may read."),
    "folder_missing": gettext_lazy("There is no such folder, or none of this kind."),
    "folder_closed": gettext_lazy("This program is not allowed to read the folder."),
    "folder_locked": gettext_lazy("Another program keeps the file locked."),
    "oauth_not_connected": gettext_lazy("Nobody has consented yet that this program logs in."),
    "oauth_consent": gettext_lazy("The consent has ended or was withdrawn."),
    "oauth_client": gettext_lazy("The provider refuses client ID or client secret."),
    "oauth_scope": gettext_lazy("The provider does not know this scope, or does not allow it."),
    "oauth_no_refresh": gettext_lazy("The provider gave a leave that ends within the hour."),
    "oauth_unreachable": gettext_lazy("The provider's address for tokens cannot be reached."),
    "oauth_unavailable": gettext_lazy("The provider gives no tokens at the moment."),
    "oauth_answer": gettext_lazy("The provider answers differently from what the standard says."),
    "oauth_refused": gettext_lazy("The provider gave a token, but the mail server does not take it."),
    "not_registered": gettext_lazy("This server is not registered as an outgoing connection."),
    "private_address": gettext_lazy("This server lies in your own network, and that is not allowed for it."),
    "bad_address": gettext_lazy("The name of the server cannot be understood."),
    "name_unknown": gettext_lazy("There is no server of this name."),
    "connect_failed": gettext_lazy("The server cannot be reached at this port."),
    "certificate": gettext_lazy("The certificate of the server is not valid."),
    "certificate_expired": gettext_lazy("The certificate of the server has expired."),
    "certificate_early": gettext_lazy("The certificate of the server is not valid yet."),
    "certificate_self_signed": gettext_lazy("The server made its certificate itself; nobody vouches for it."),
    "certificate_name": gettext_lazy("The certificate belongs to a server of another name."),
    "certificate_issuer": gettext_lazy("This machine does not know who issued the certificate of the server."),
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
    "in_use": gettext_lazy("End the other program, or wait: it is tried again by itself."),
    "folder_not_allowed": gettext_lazy(
        "Whoever runs this machine names it in ANLIEGEN_MAIL_FOLDERS, or has the mail delivered below “mail” in the"
        " data directory."
    ),
    "folder_missing": gettext_lazy("A Maildir has the folders “new” and “cur”; an mbox is one file. Check the path."),
    "folder_closed": gettext_lazy("Let the account that this program runs under read it."),
    "folder_locked": gettext_lazy(
        "It is tried again by itself. If it stays, look for a forgotten file “.lock” beside it."
    ),
    "oauth_not_connected": gettext_lazy("Open the source and choose “Give consent”."),
    "oauth_consent": gettext_lazy("Open the source and choose “Give consent” once more."),
    "oauth_client": gettext_lazy(
        "Secrets at the provider run out: make a new one there, and enter it here. Check the client ID, too."
    ),
    "oauth_scope": gettext_lazy("Allow the application at the provider to read mail by IMAP, then try again."),
    "oauth_no_refresh": gettext_lazy("Allow the application offline access at the provider, then consent again."),
    "oauth_unreachable": gettext_lazy("Check the address. A firewall may be in between."),
    "oauth_unavailable": gettext_lazy("It is tried again by itself."),
    "oauth_answer": gettext_lazy("Check the address for tokens, and how the application is set up at the provider."),
    "oauth_refused": gettext_lazy(
        "Check the user name, that IMAP is switched on for this mailbox, and that the application may read it."
    ),
    "certificate": gettext_lazy("Ask who runs the server to renew it, or use the name that stands in it."),
    "certificate_expired": gettext_lazy("Ask who runs the server to renew it. Until then no password is sent there."),
    "certificate_early": gettext_lazy(
        "Check the clock of this machine. If it is right, ask who runs the server for another certificate."
    ),
    "certificate_self_signed": gettext_lazy(
        "Ask who runs the server for a certificate of a known authority, or have this machine trust the present one."
    ),
    "certificate_name": gettext_lazy("Enter the server's name as it stands in the certificate; the provider tells it."),
    "certificate_issuer": gettext_lazy(
        "If it is an authority of your own, have this machine trust it. Otherwise the server forgets to send the"
        " certificates in between: tell who runs it."
    ),
    "tls_required": gettext_lazy("Choose TLS with port 993."),
    "password_locked": gettext_lazy("Enter the password again."),
    "disk": gettext_lazy("Make room on the disk. Nothing is lost: the mails still lie where they lay."),
    "unexpected": gettext_lazy("Look into the log of the worker, and report it."),
}
# What differs where mail is fetched by POP3.
NEXT_BY_POP3: dict[str, str | Promise] = {
    "connect_failed": gettext_lazy(
        "Check port and encryption: 995 for TLS, 110 for STARTTLS. A firewall may be in between."
    ),
    "tls_required": gettext_lazy("Choose TLS with port 995."),
}
CERTIFICATE = (
    "certificate", "certificate_expired", "certificate_early", "certificate_self_signed", "certificate_name",
    "certificate_issuer",
)  # fmt: skip
LOGGING_IN = ("login", "password_locked", "in_use")
# The steps to a mailbox in their order, and what can go wrong in each. All else is the last one.
STEPS: list[tuple[str | Promise, tuple[str, ...]]] = [
    (
        gettext_lazy("finding the server"),
        ("bad_address", "not_registered", "private_address", "name_unknown", "name_timeout"),
    ),
    (gettext_lazy("connecting"), ("connect_failed", "connect_timeout")),
    (gettext_lazy("securing the connection"), (*CERTIFICATE, "tls", "tls_required", "tls_timeout", "tls_broken_off")),
    (gettext_lazy("logging in"), LOGGING_IN),
    (gettext_lazy("opening the folder"), ("folder",)),
]
TOO_SLOW = ("timeout", "connect_timeout", "name_timeout", "tls_timeout")
# What a list or the doctor says behind "fails:".
WORDS: list[tuple[str | Promise, tuple[str, ...]]] = [
    (pgettext_lazy("fails", "certificate"), CERTIFICATE),
    (pgettext_lazy("fails", "encryption"), ("tls", "tls_required", "tls_broken_off")),
    (pgettext_lazy("fails", "no answer"), TOO_SLOW),
    (pgettext_lazy("fails", "name of the server"), ("bad_address", "name_unknown")),
    (pgettext_lazy("fails", "not allowed"), ("not_registered", "private_address")),
    (pgettext_lazy("fails", "cannot be reached"), ("connect_failed", "oauth_unreachable")),
    (pgettext_lazy("fails", "mailbox in use"), ("in_use",)),
    (pgettext_lazy("fails", "consent"), ("oauth_not_connected", "oauth_consent")),
    (pgettext_lazy("fails", "disk"), ("disk",)),
    (pgettext_lazy("fails", "our own fault"), ("unexpected",)),
]


def explain(code: str, kind: str = "imap", *, by_itself: bool = True) -> Trouble:
    """The trouble of this code at a source of this kind. An unknown one is named as it is rather than hidden.

    `by_itself`: whether it is tried again without anybody doing anything.
    """
    if code in TOO_SLOW:
        happened = _("The server does not answer in time.")
    else:
        happened = str(HAPPENED.get(code) or _("The connection broke off (%(code)s).") % {"code": code})
    if by_itself:
        later = _("It is tried again by itself. Nothing is lost: the mails still lie where they lay.")
    else:
        later = _("Check the name of the server, port and encryption, then test the connection again.")
    further = (NEXT_BY_POP3.get(code) if kind == "pop3" else None) or NEXT.get(code) or later
    return Trouble(code, _step_of(code), _word_of(code), happened, str(further))


def _word_of(code: str) -> str:
    if word := next((str(word) for word, codes in WORDS if code in codes), ""):
        return word
    if code in LOGGING_IN or code.startswith("oauth_"):
        return pgettext("fails", "login")
    return pgettext("fails", "folder") if code.startswith("folder") else pgettext("fails", "connection")


def _step_of(code: str) -> str:
    """The step at which this happens; empty for what can happen at each of them."""
    if code.startswith("oauth_"):
        code = "login"
    if code.startswith("folder_"):
        code = "folder"
    return next((str(step) for step, codes in STEPS if code in codes), "")
