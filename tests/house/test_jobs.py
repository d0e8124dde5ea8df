"""A job that waits is found by its name, whatever an update did to the program in between."""

from procrastinate.contrib.django import app

# Never take one out: a queue may still hold it. A job that moves keeps its name here by `formerly`.
EVER = (
    "faces.api.jobs.forget_answers",
    "faces.portal.jobs.forget_attempts",
    "flow.automation.delayed.strike",
    "flow.automation.escalation_clock.strike",
    "flow.assist.jobs.forget_questions_nightly",
    "flow.automation.promise_clock.strike",
    "flow.automation.teaching.nightly.learn_anew",
    "flow.automation.teaching.nightly.learn_now",
    "flow.automation.routing_clock.strike",
    "flow.automation.rules.clock.strike",
    "faces.workspace.jobs.forget_notices_nightly",
    "faces.workspace.jobs.send_budget_reached",
    "faces.workspace.jobs.send_digest",
    "faces.workspace.jobs.send_digests",
    "flow.channels.acknowledge.make_up",
    "flow.channels.email.compare.compare",
    "flow.channels.email.compare.compare_nightly",
    "flow.channels.email.compare.fetch_missing",
    "flow.channels.email.fetch.fetch",
    "flow.channels.email.fetch.fetch_due",
    "flow.channels.guard.pace.forget_often",
    "flow.channels.held.forget_hourly",
    "flow.channels.mailroom.apart.read_suspects",
    "flow.channels.mailroom.aside.retry_what_is_there_again",
    "flow.channels.mailroom.compare.compare",
    "flow.channels.mailroom.compare.compare_nightly",
    "flow.channels.mailroom.compare.fetch_missing",
    "flow.channels.mailroom.fetch.fetch",
    "flow.channels.mailroom.fetch.fetch_due",
    "flow.channels.mailroom.storing.clear_up_nightly",
    "flow.channels.outbox.deliver",
    "flow.channels.outbox.find_forgotten",
    "flow.channels.status_link.send",
    "flow.problems.jobs.find_forgotten",
    "flow.problems.jobs.go_on",
    "ground.egress.jobs.forget_calls_nightly",
    "ground.jobs.rescue",
    "ground.jobs.tidy",
    "oversight.compliance.checks.journal_in_full",
    "oversight.compliance.checks.ledger_in_full",
    "oversight.insights.jobs.look_nightly",
    "records.accounts.jobs.forget_sessions_nightly",
    "records.tickets.jobs.bring_in_deadlines",
    "records.tickets.jobs.compute_again",
    "records.tickets.jobs.forget_claims_nightly",
    "records.tickets.jobs.forget_early_hourly",
    "records.tickets.jobs.index_again",
    "records.tickets.jobs.wake_due",
    "records.tickets.jobs.tell_what_runs_out",
    "records.customers.jobs.forget_what_has_had_its_day",
    "records.tickets.jobs.pass_on_undecided",
)


def test_every_name_that_a_waiting_job_may_bear_is_known() -> None:
    ours = {name for name in app.tasks if "procrastinate" not in name and not name.startswith("tests.")}
    assert ours == set(EVER)
