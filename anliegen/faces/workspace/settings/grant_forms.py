"""The forms of a mail source that logs in by OAuth2."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anliegen.faces.workspace.settings.source_forms import SourceForm, keep_secret
from anliegen.flow.channels.mailroom.oauth import PROVIDERS


class GrantForm(SourceForm):
    """IMAP with OAuth2."""

    provider = "other"
    asked_again = "client_secret"

    class Meta(SourceForm.Meta):
        fields = ("username", "host", "port", "security", "folder", "allow_private", "is_active")

    flow = forms.ChoiceField(
        label=gettext_lazy("How the leave is given"),
        choices=[
            ("code", gettext_lazy("a person consents once in the browser, and the leave is renewed by itself")),
            ("client", gettext_lazy("the administration of the provider gave it to the application itself")),
        ],
        initial="code",
        widget=forms.RadioSelect,
    )
    client_id = forms.CharField(label=gettext_lazy("Client ID of the application"), max_length=200)
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    authorize_url = forms.CharField(label=gettext_lazy("Address for the consent"), max_length=300)
    token_url = forms.CharField(label=gettext_lazy("Address for tokens"), max_length=300)
    scope = forms.CharField(label=gettext_lazy("Scope"), max_length=300)

    grant_names: tuple[str, ...] = ("flow", "client_id", "client_secret", "authorize_url", "token_url", "scope")
    field_order = (
        "username", "flow", "tenant", "client_id", "client_secret", "authorize_url", "token_url", "scope", "host",
        "port", "security", "folder", "allow_private", "is_active", "last_uid",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Address of the mailbox")
        keep_secret(self.fields["client_secret"], is_new=self.is_new, required=False)
        known = PROVIDERS.get(self.provider)
        if known is not None:
            self._fix(known.host)
        if not self.is_new:
            for name in ("flow", "client_id", "authorize_url", "token_url", "scope"):
                if name in self.fields:
                    self.initial[name] = getattr(self.instance.grant, name)

    def _fix(self, host: str) -> None:
        """What is known about a provider is not asked."""
        for name in ("authorize_url", "token_url", "scope", "port", "security", "host", "allow_private"):
            del self.fields[name]
        self._host = host

    def clean(self) -> dict[str, Any]:
        if self.provider in PROVIDERS:
            self.cleaned_data["host"] = self._host
        cleaned = super().clean()
        for name in ("authorize_url", "token_url"):
            if name in self.fields and name in cleaned and not _is_safe(cleaned[name], cleaned):
                self.add_error(name, _("This must be an address that begins with https://."))
        return cleaned

    def grant(self) -> Mapping[str, Any]:
        """The columns of the grant."""
        return {"provider": self.provider} | {name: self.cleaned_data[name] for name in self.grant_names}

    def _known_grant(self, flow: str, **of_address: str) -> Mapping[str, Any]:
        known = PROVIDERS[self.provider]
        return {
            "provider": self.provider,
            "flow": flow,
            "client_id": self.cleaned_data["client_id"],
            "client_secret": self.cleaned_data["client_secret"],
            "authorize_url": known.authorize_url.format(**of_address),
            "token_url": known.token_url.format(**of_address),
            "scope": known.client_scope if flow == "client" else known.scope,
        }

    def values(self) -> dict[str, Any]:
        if self.provider not in PROVIDERS:
            return super().values() | {"grant": self.grant()}
        kept = {name: self.cleaned_data[name] for name in ("username", "folder", "is_active")}
        kept |= {"host": self._host, "port": 993, "security": "tls", "grant": self.grant()}
        return kept | ({"last_uid": self.cleaned_data["last_uid"]} if self.is_new else {})


class MicrosoftForm(GrantForm):
    provider = "microsoft"

    tenant = forms.RegexField(
        label=gettext_lazy("Tenant ID of the organisation"),
        regex=r"^[A-Za-z0-9.-]+$",
        max_length=100,
        help_text=gettext_lazy("In Entra under “Overview”: “Directory (tenant) ID”."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_new:
            self.initial["tenant"] = urlsplit(self.instance.grant.token_url).path.split("/")[1]

    def grant(self) -> Mapping[str, Any]:
        tenant = self.cleaned_data["tenant"]
        return self._known_grant(self.cleaned_data["flow"], tenant=tenant)


class GoogleForm(GrantForm):
    provider = "google"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["flow"]

    def grant(self) -> Mapping[str, Any]:
        return self._known_grant("code")


def _is_safe(address: str, cleaned: Mapping[str, Any]) -> bool:
    """Tokens and secrets travel encrypted; in the own network it is the operator's affair."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and bool(cleaned.get("allow_private")))
    )
