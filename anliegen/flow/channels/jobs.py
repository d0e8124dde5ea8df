"""The jobs of this room, gathered so that the worker knows them all."""

from anliegen.flow.channels import acknowledge, held, outbox, status_link
from anliegen.flow.channels.guard import pace
from anliegen.flow.channels.mailroom import apart, aside, compare, fetch, storing

JOBS = (
    outbox.deliver,
    outbox.find_forgotten,
    held.forget_hourly,
    status_link.send,
    fetch.fetch_due,
    fetch.fetch,
    acknowledge.make_up,
    pace.forget_often,
    compare.compare_nightly,
    compare.compare,
    compare.fetch_missing,
    apart.read_suspects,
    aside.retry_what_is_there_again,
    storing.clear_up_nightly,
)
