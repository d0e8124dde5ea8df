"""Rules that reject mails: who made them and why, and what they would have rejected."""

import re
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.forms import SettingForm, offer
from anliegen.faces.workspace.settings.frame import actor_of, agent_of, done, posted, show
from anliegen.flow.channels.guard import rules
from anliegen.flow.channels.models import RejectionRule
from anliegen.ground import clock
from anliegen.records.accounts.models import Mailbox
from anliegen.records.tickets.models import Ticket

SHORTEST = 3  # signs; less would reject nearly everything


class RuleForm(SettingForm):
    class Meta:
        model = RejectionRule
        fields = ("kind", "pattern", "mailbox", "reason", "includes_customers", "is_active")
        labels = {
            "kind": gettext_lazy("What is compared"),
            "pattern": gettext_lazy("With what"),
            "mailbox": gettext_lazy("For which mailbox"),
            "reason": gettext_lazy("Why such mails are rejected"),
            "includes_customers": gettext_lazy("Also customers with an open concern"),
            "is_active": gettext_lazy("In use"),
        }
        help_texts = {
            "pattern": gettext_lazy(
                "An address such as news@shop.example, a domain such as shop.example (and all below it), or words that"
                " stand together in the subject. Upper and lower case are the same."
            ),
            "reason": gettext_lazy("In a sentence that colleagues understand in a year. It stands at each such mail."),
            "includes_customers": gettext_lazy(
                "Otherwise the rule lets everybody through whose concern is open just now."
            ),
            "is_active": gettext_lazy("What it rejected stays in the intake ledger and can be taken in at any time."),
        }
        widgets = {"kind": forms.RadioSelect, "pattern": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = RejectionRule._meta.get_field("kind").choices  # type: ignore[attr-defined]
        offer(self, "mailbox", Mailbox.objects.all(), nothing=_("for all mailboxes"))
        self.fields["kind"].initial = self.initial.get("kind") or "address"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind, pattern = cleaned.get("kind"), cleaned.get("pattern")
        if kind and pattern:
            pattern = cleaned["pattern"] = rules.folded(kind, pattern)
            same = {"kind": kind, "pattern": pattern, "mailbox": cleaned.get("mailbox")}
            self.insist_on_one("pattern", _("There is such a rule already."), **same)
            if nonsense := _nonsense(kind, pattern):
                self.add_error("pattern", nonsense)
        return cleaned

    def validate_constraints(self) -> None:
        """`clean` has said it in words already."""

    def rule(self) -> RejectionRule:
        """The rule as it is being typed."""
        self.is_valid()
        kept = self.cleaned_data
        return RejectionRule(
            kind=kept.get("kind") or "address",
            pattern=kept.get("pattern") or "",
            mailbox=kept.get("mailbox"),
            includes_customers=bool(kept.get("includes_customers")),
        )


def _nonsense(kind: str, pattern: str) -> str | None:
    """What is wrong with comparing this with that."""
    if kind == "address" and not re.fullmatch(r"[^@\s]+@[^@\s]+", pattern):
        return _("This is no mail address; one looks like news@shop.example.")
    if kind == "domain" and ("@" in pattern or "." not in pattern or " " in pattern):
        return _("This is no domain; one looks like shop.example.")
    return _("So short a word would reject far too much.") if len(pattern) < SHORTEST else None


@asks("settings.manage")
@require_safe
def rejections(request: HttpRequest) -> HttpResponse:
    rows = RejectionRule.objects.select_related("created_by", "mailbox").annotate(rejected=Count("lines"))
    return show(request, "rejections", {"rows": rows.order_by("-is_active", "kind", "pattern")}, place="rejections")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new_rejection(request: HttpRequest) -> HttpResponse:
    form = RuleForm(posted(request))
    if form.is_valid():
        rules.create_rule(actor=actor_of(request), maker=agent_of(request), at=clock.now(), **form.values())
        return done(request, _("The rule is made and counts from now on."), "rejections")
    return show(request, "rejection", {"form": form, "rule": None, **_preview(request, None)}, place="rejections")


@asks("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def rejection(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(RejectionRule, pk=pk)
    form = RuleForm(posted(request), instance=row)
    if form.is_valid():
        rules.change_rule(row, actor=actor_of(request), at=clock.now(), **form.values())
        return done(request, _("The rule is saved."), "rejections")
    kept = RejectionRule.objects.select_related("created_by").annotate(rejected=Count("lines")).get(pk=pk)
    context = {"form": form, "rule": kept, **_preview(request, None if request.method == "POST" else kept)}
    return show(request, "rejection", context, place="rejections")


@asks("settings.manage")
@require_POST
def preview_rejection(request: HttpRequest) -> HttpResponse:
    """What the rule would have rejected, as it is being typed; saves nothing."""
    rule = RuleForm(request.POST).rule()
    context = _preview(request, rule if rule.pattern else None)
    return show(request, "rejection_preview", context, place="rejections", block="preview")


def _preview(request: HttpRequest, rule: RejectionRule | None) -> dict[str, Any]:
    if rule is None:
        return {"preview": None, "visible": set()}
    seen = rules.preview(rule, at=clock.now())
    numbers = {mail.ticket_id for mail in seen.rejected}
    visible = Ticket.objects.visible_to(agent_of(request)).filter(pk__in=numbers)
    return {"preview": seen, "visible": set(visible.values_list("pk", flat=True))}
