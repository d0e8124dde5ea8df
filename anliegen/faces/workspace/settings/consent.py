"""A person consents at the provider that this program reads a mailbox: out there, and back with a code."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anliegen.faces.ui.permissions import asks
from anliegen.faces.workspace.settings.frame import actor_of, alarmed, done, refused
from anliegen.flow.channels.mailroom import oauth, sources
from anliegen.flow.channels.mailroom.troubles import SourceRefused, explain
from anliegen.flow.channels.models import Grant
from anliegen.ground import clock

KEPT = "consent"  # in the session, for as long as the person is away


def redirect_address() -> str:
    """Where the provider sends the person back to; it must be entered there exactly so."""
    return f"{settings.ANLIEGEN_BASE_URL}{reverse('workspace:settings-source-consent')}"


@asks("settings.manage")
@require_safe
def ask_for_consent(request: HttpRequest, pk: int, source_pk: int) -> HttpResponse:
    """To the provider. A link and no form, because our own policy forbids forms that lead elsewhere."""
    grant = get_object_or_404(Grant.objects.select_related("source"), source=source_pk, source__mailbox=pk, flow="code")
    state, verifier = secrets.token_urlsafe(32), oauth.new_verifier()
    request.session[KEPT] = {"source": source_pk, "state": state, "verifier": verifier}
    address = oauth.consent_address(grant, state=state, verifier=verifier, redirect_uri=redirect_address())
    return HttpResponseRedirect(address)


@asks("settings.manage")
@require_safe
def consent_given(request: HttpRequest) -> HttpResponse:
    """Back from the provider. Only who went there in this very browser is believed."""
    kept = request.session.pop(KEPT, None)
    if kept is None or not secrets.compare_digest(request.GET.get("state", ""), kept["state"]):
        return refused(request, _("This consent was not asked for here. Please begin again."), "mailboxes")
    grant = get_object_or_404(Grant.objects.select_related("source"), source=kept["source"])
    where = (grant.source.mailbox_id, grant.source_id)
    code = request.GET.get("code")
    if not code:
        return refused(request, _("The provider gave no leave. Nothing was changed."), "source", *where)
    try:
        values = oauth.redeem(grant, code=code, verifier=kept["verifier"], redirect_uri=redirect_address())
    except SourceRefused as error:
        trouble = explain(error.code)
        return alarmed(request, f"{trouble.happened} {trouble.next}", "source", *where)
    sources.connect(grant.source, values, actor=actor_of(request), at=clock.now())
    return done(request, _("Consent given: this program may read the mailbox now."), "source", *where)
