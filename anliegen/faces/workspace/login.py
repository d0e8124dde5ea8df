"""Logging in and out, by django-allauth with our own page. An administrator makes accounts; nobody signs up."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django.views.generic.edit import FormView

from anliegen.faces.ui.permissions import open_to_all_agents
from anliegen.faces.workspace.attempts import Attempt, TooMany
from anliegen.ground.compiled import compiled
from anliegen.records.accounts.models import Agent

# The windows of ACCOUNT_RATE_LIMITS and of `attempts`: a minute for one sender, five minutes for one address there.
TOO_MANY_HERE = _(
    "Too many attempts. Please try again in a minute. If you forgot your password, ask your administrator for a new "
    "link."
)
TOO_MANY_FOR_ONE = _(
    "Too many attempts. Please try again in five minutes. If you forgot your password, ask your administrator for a "
    "new link."
)


class Adapter(DefaultAccountAdapter):
    """How allauth behaves here."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address and the password do not belong together."),
        "too_many_login_attempts": TOO_MANY_FOR_ONE,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Only the address the agent has now; allauth would take one of before as well."""
        given = str(credentials.get("email", "")).lower()
        try:
            attempt = Attempt(request, given)
        except TooMany:
            raise self.validation_error("too_many_login_attempts") from None
        agent = super().authenticate(request, **credentials)
        if agent is None or agent.get_username().lower() != given:
            return None
        attempt.succeeded()
        return agent

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        messages.error(request, _("This account has been deactivated. Please talk to your administrator."))
        return HttpResponseRedirect(reverse("workspace:login"))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page that follows shows that one is logged in; allauth need not say so."""


class Backend(AuthenticationBackend):
    """allauth's, but for who asks: every page asks for the role too, so both are read at once."""

    def get_user(self, user_id: int) -> Agent | None:
        agent = next(iter(_at_work(user_id)), None)
        return agent if self.user_can_authenticate(agent) else None


@compiled
def _at_work(pk: int) -> QuerySet[Agent]:
    return Agent.objects.at_work().filter(pk=pk)


class Login(LoginView):
    """The login page. `asks` says for the house that it needs no permission."""

    template_name = "workspace/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code != 429:
            return response
        form = self.get_form_class()(request=request)  # type: ignore[no-untyped-call]
        return self.render_to_response(self.get_context_data(form=form, refused=TOO_MANY_HERE), status=429)

    def get_form(self, form_class: type | None = None) -> Any:
        form = super().get_form(form_class)  # type: ignore[no-untyped-call]
        form.fields["login"].label = _("E-mail address")
        form.fields["login"].widget.attrs["autocomplete"] = "username"
        form.fields["password"].label = _("Password")
        form.fields["password"].help_text = ""
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # Not allauth's own: it names routes that do not exist here.
        context = FormView.get_context_data(self, **kwargs)
        said = list(messages.get_messages(self.request))
        return {"refused": None} | context | {"next": self.get_next_url() or "", "said": said}  # type: ignore[no-untyped-call]

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


login = Login.as_view()
login.asks = "agent: this is where one becomes one"  # type: ignore[attr-defined]


@open_to_all_agents("one's own session")
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    auth.logout(request)
    return HttpResponseRedirect(settings.LOGOUT_REDIRECT_URL)
