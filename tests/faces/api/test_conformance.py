"""The API keeps what its description promises: made-up requests, right and wrong, never end in an error of ours."""

from datetime import datetime

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from anliegen.faces.api.docs import described
from anliegen.ground.journal.actors import SYSTEM
from anliegen.records.accounts import actions as accounts
from anliegen.records.accounts.models import Agent, Brand, Mailbox
from anliegen.records.tickets.models import Ticket

schema = schemathesis.openapi.from_dict(described())
schema.app = get_wsgi_application()
schema.config.generation.with_security_parameters = False  # each request gets the token below

EXAMPLES = 25
# Of the right form, and yet perhaps nobody's, or used before.
LOOKED_UP = {"team", "assignee", "mailbox", "other", "Idempotency-Key", "If-Match"}


@pytest.fixture
def headers(
    transactional_db: None, admin: Agent, brand: Brand, mailbox: Mailbox, ticket: Ticket, now: datetime
) -> dict[str, str]:
    secret = accounts.create_token(admin, scopes=["read", "write"], actor=SYSTEM, at=now)[1]
    return {"Authorization": f"Bearer {secret}"}


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_the_api_keeps_its_description(case: schemathesis.Case, headers: dict[str, str]):
    named = {*(case.headers or {}), *(case.query or {}), *(case.body if isinstance(case.body, dict) else {})}
    excluded = [positive_data_acceptance] if named & LOOKED_UP else []
    case.call_and_validate(headers=headers, excluded_checks=excluded)
