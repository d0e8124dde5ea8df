"""What a route asks of a token: a scope, and a permission of the agent for whom it acts."""

from collections.abc import Iterator

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.security import HttpBearer

from anliegen.faces.api.problems import Refused
from anliegen.ground import clock
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, ApiToken
from anliegen.records.accounts.permissions import PERMISSIONS, UnknownPermission, may
from anliegen.records.tickets.models import Ticket


class Token(HttpBearer):
    """`auth=` of a route. With several permissions one is enough to come in; the route asks for the one it needs.

    `asks` is read by the house test that walks all routes.
    """

    def __init__(self, scope: str, permissions: tuple[str, ...]) -> None:
        super().__init__()
        if unknown := set(permissions) - PERMISSIONS.keys():
            raise UnknownPermission(", ".join(sorted(unknown)))
        self.scope, self.asks = scope, permissions

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """The valid token of this request, None without one (401). Raises Refused when it does not reach (403)."""
        known = valid_token(token)
        if known is None:
            return None
        if self.scope not in known.scopes:
            raise Refused("not-allowed", f"This token has not the scope `{self.scope}`.")
        if not any(may(known.agent, permission) for permission in self.asks):
            raise Refused("not-allowed", f"This agent may not {' or '.join(self.asks)}.")
        if known.last_used_on != (today := clock.now().date()):
            ApiToken.objects.filter(pk=known.pk).note_use(on=today)
        return known


def reads(*permissions: str) -> Token:
    """A route that only reads."""
    return Token("read", permissions)


def writes(*permissions: str) -> Token:
    """A route that changes something."""
    return Token("write", permissions)


def routes(api: NinjaAPI) -> Iterator[tuple[Operation, Token | None]]:
    """Every route of an API and what it asks; None: it declares nothing, which the house test refuses."""
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                tokens = [auth for auth in operation.auth_callbacks if isinstance(auth, Token)]
                yield operation, tokens[0] if len(tokens) == len(operation.auth_callbacks) == 1 else None


def insist(agent: Agent, permission: str, ticket: Ticket) -> None:
    """Raises Refused where the agent may not do this with the ticket, which they see."""
    if not may(agent, permission, ticket):
        raise Refused("not-allowed", f"This agent may not {permission} in ticket {ticket.pk}.")


def valid_token(secret: str) -> ApiToken | None:
    """The token behind this secret, if it was not revoked and its agent is active."""
    found = ApiToken.objects.valid().select_related("agent__role").filter(digest=accounts.digest(secret))
    return found.first()


def token_of(request: HttpRequest) -> ApiToken:
    """The token that was let in."""
    return request.auth  # type: ignore[attr-defined, no-any-return]  # set by ninja


def agent_of(request: HttpRequest) -> Agent:
    """For whom this request acts."""
    return token_of(request).agent
