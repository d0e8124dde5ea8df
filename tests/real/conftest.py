"""Real programs around us; without them these tests are skipped, and CI has them."""

from collections.abc import Iterator
from typing import Any

import pytest

from anliegen.flow.channels.mailroom import receive, send
from anliegen.records.accounts.models import Operator
from tests import needs
from tests.flow.channels.mail_server import MailServer
from tests.real import servers
from tests.real.post import Post


@pytest.fixture
def post(operator: Operator, settings: Any) -> Iterator[Post]:
    if why := servers.missing():
        needs.is_missing(why)
    elsewhere = MailServer()
    with (
        servers.a_place() as place,
        receive.listening("127.0.0.1", 0) as ours,
        servers.postfix(place, ours=ours, theirs=elsewhere.port) as smtp,
        servers.dovecot(place) as imap,
    ):
        settings.ANLIEGEN_SMTP_URL = f"smtp://127.0.0.1:{smtp}?tls=none"
        send.register_mail_server()
        yield Post(place, smtp, imap, elsewhere)
    elsewhere.stop()
