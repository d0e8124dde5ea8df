"""The forms of a mail source that needs a password or a path."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.faces.workspace.settings.forms import SettingForm
from anliegen.flow.channels.mailroom import sources as channels
from anliegen.flow.channels.mailroom.places.local import allowed_folders, is_allowed
from anliegen.flow.channels.models import Source
from anliegen.ground.egress.addresses import host_of
from anliegen.ground.egress.errors import Refused

CHOICES: dict[int, str | Promise] = {
    channels.UNDECIDED: gettext_lazy("show me first how many mails that are"),
    channels.FROM_NOW: gettext_lazy("leave it: take in only what arrives from now on"),
    channels.UNREAD: gettext_lazy("take in what is unread there"),
    channels.TODAY: gettext_lazy("take in what came today"),
    channels.EVERYTHING: gettext_lazy("take it all in: each of these mails opens a concern and is acknowledged"),
}
LABELS = {
    "host": gettext_lazy("Mail server"),
    "security": gettext_lazy("Encryption"),
    "username": gettext_lazy("User name"),
    "folder": gettext_lazy("Folder"),
    "kind": gettext_lazy("Kind"),
    "deletes": gettext_lazy("Delete mails there once they are taken in"),
    "allow_private": gettext_lazy("The server is in our own network"),
    "is_active": gettext_lazy("Fetch mail from here"),
}
HINTS = {
    "host": gettext_lazy("For example imap.example.org. It is entered in the register of outgoing connections."),
    "folder": gettext_lazy("Mails stay there, unread if they were; nothing is deleted or moved."),
    "deletes": gettext_lazy("Only what lies safely in the intake ledger is deleted. Otherwise everything stays."),
    "allow_private": gettext_lazy("Connections into the own network are refused unless they are allowed here."),
}


class SourceForm(SettingForm):
    """What all have in common: one place is fetched from once, and what lies there already is decided about."""

    kind = "imap"
    leaves_out: tuple[int, ...] = ()
    extra: tuple[str, ...] = ()  # fields of the action that are none of the row
    asked_again: str | None = None  # the field with what must be known

    last_uid = forms.TypedChoiceField(
        label=gettext_lazy("What lies there already"), coerce=int, widget=forms.RadioSelect, initial=channels.UNDECIDED
    )

    class Meta:
        model = Source
        fields: tuple[str, ...] = ("host", "port", "security", "username", "folder", "allow_private", "is_active")
        labels = LABELS
        help_texts = HINTS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in channels.PLACE & self.fields.keys():
            self.fields[name].required = True  # the column is empty for other kinds only
        if self.is_new:
            chooser = self.fields["last_uid"]
            assert isinstance(chooser, forms.TypedChoiceField)
            chooser.choices = [each for each in CHOICES.items() if each[0] not in self.leaves_out]
        else:
            del self.fields["last_uid"]

    @property
    def is_new(self) -> bool:
        return self.instance.pk is None

    def clean_host(self) -> str:
        try:
            return host_of(self.cleaned_data["host"].strip())
        except Refused:
            raise ValidationError(_("This is no name of a server; one looks like imap.example.org.")) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        place = {"host": "", "username": "", "folder": ""} | {
            name: cleaned.get(name, "") for name in channels.PLACE if name in self.fields
        }
        if all(place[name] for name in channels.PLACE if name in self.fields):
            other = Source.objects.filter(**place).exclude(pk=self.instance.pk).first()
            if other is not None:
                self._say_that_it_is_taken(other)
        if cleaned.get("security") == "none" and not cleaned.get("allow_private"):
            self.add_error(
                "security", _("Without encryption the password could be read on the way. Choose TLS or STARTTLS.")
            )
        return cleaned

    def _say_that_it_is_taken(self, other: Source) -> None:
        """At the field that would have to be another."""
        port = self.cleaned_data.get("port", other.port)
        if port != other.port:
            words = _("This mailbox is fetched already, at port %(port)s. Another port leads to the same mails.")
            self.add_error("port", words % {"port": other.port})
            # Else the row's constraint would say the same once more, in the words of the database.
            del self.cleaned_data["username"]
        elif "folder" in self.fields:
            self.add_error("folder", _("Mail is fetched from this folder already."))
        else:
            self.add_error("username", _("The mails of this user are fetched from this server already."))

    def ask_for_the_secret(self) -> None:
        """The present one is kept for where it was given for only."""
        self.add_error(self.asked_again, _("Please enter it again: it would go to another server, or another way."))

    def values(self) -> dict[str, Any]:
        further = [*self.extra, *(["last_uid"] if self.is_new else [])]
        values = super().values() | {name: self.cleaned_data[name] for name in further}
        return values | {"kind": self.kind} if self.is_new and "kind" not in values else values


class PasswordForm(SourceForm):
    extra = ("password",)
    asked_again = "password"

    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keep_secret(self.fields["password"], is_new=self.is_new, required=self.is_new)


class ImapForm(PasswordForm):
    port = forms.IntegerField(
        label=gettext_lazy("Port"),
        min_value=1,
        max_value=65535,
        initial=993,
        help_text=gettext_lazy("993 for TLS, 143 for STARTTLS."),
    )
    field_order = (
        "host", "port", "security", "username", "password", "folder", "allow_private", "is_active", "last_uid",
    )  # fmt: skip


class PopForm(PasswordForm):
    kind = "pop3"
    leaves_out = (channels.UNREAD,)  # POP3 does not know what was read

    port = forms.IntegerField(
        label=gettext_lazy("Port"),
        min_value=1,
        max_value=65535,
        initial=995,
        help_text=gettext_lazy("995 for TLS, 110 for STARTTLS."),
    )
    field_order = (
        "host", "port", "security", "username", "password", "deletes", "allow_private", "is_active", "last_uid",
    )  # fmt: skip

    class Meta(SourceForm.Meta):
        fields = ("host", "port", "security", "username", "deletes", "allow_private", "is_active")

    def values(self) -> dict[str, Any]:
        return super().values() | {"folder": ""}


class FolderForm(SourceForm):
    """A folder of this machine."""

    class Meta(SourceForm.Meta):
        fields = ("kind", "folder", "deletes", "is_active")

    field_order = ("kind", "folder", "deletes", "is_active", "last_uid")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [("maildir", _("Maildir: a folder with a file for each mail")), ("mbox", _("mbox: one file"))]
        if self.is_new:
            chooser = self.fields["kind"]
            assert isinstance(chooser, forms.ChoiceField)
            chooser.choices = kinds
            self.initial["kind"] = "maildir"
        else:
            del self.fields["kind"]
        allowed = ", ".join(map(str, allowed_folders()))
        self.fields["folder"].label = _("Path")
        self.fields["folder"].help_text = _("The whole path, below one of: %(folders)s.") % {"folders": allowed}
        self.fields["deletes"].help_text = _("Only in a Maildir, and only what lies safely in the intake ledger.")
        if self.is_new:
            self.initial["folder"] = ""

    def clean_folder(self) -> str:
        folder = str(self.cleaned_data["folder"]).strip()
        if not is_allowed(folder):
            raise ValidationError(_("This program may not read there. See below which folders it may."))
        return folder

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind = cleaned.get("kind", self.instance.kind)
        if kind == "mbox" and cleaned.get("deletes"):
            self.add_error("deletes", _("An mbox is only read."))
        return cleaned

    def values(self) -> dict[str, Any]:
        named = {
            name: self.cleaned_data[name]
            for name in ("kind", "folder", "deletes", "is_active", "last_uid")
            if name in self.cleaned_data
        }
        return named | ({"host": "", "username": "", "port": 0} if self.is_new else {})


def keep_secret(field: forms.Field, *, is_new: bool, required: bool) -> None:
    field.required = required
    field.help_text = (
        _("Is kept encrypted and never shown again.")
        if is_new
        else _("Leave it empty to keep the present one. It is kept encrypted and never shown.")
    )
