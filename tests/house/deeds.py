"""Every public function that changes something, by who may do it: a person alone, or a machine too and then why.

`tests/flow/automation/test_irreversible.py` has those of `records.tickets.actions`; here are all others of the rooms
below the faces. Found by reading the code, so that a new one without a class fails `test_deeds.py`.
"""

from dataclasses import dataclass

# Ends, refuses, pays, promises, declares, deletes, overwrites, reaches somebody outside, joins people or says what only
# a person can know: a rule or a model is refused before anything is looked at.
REFUSED = {
    "flow.assist.asking": "try_out",
    "flow.assist.register": "create change switch_on withdraw",
    "flow.automation.contest": "contest",
    "flow.automation.opting": "automation_for_this automation_for_all",
    "flow.automation.pauses": "resume",
    "flow.automation.referrals": "set_referrals",
    "flow.automation.rules.actions": "create change roll_back set_stage",
    "flow.automation.thresholds": "change reset",
    "flow.channels.brakes": "release keep",
    "flow.channels.guard.rules": "create_rule change_rule",
    "flow.channels.guard.watch": "change_guard",
    "flow.channels.mail_keys": "import_keys remove_key",
    "flow.channels.mailroom.aside": "retry retry_all",
    "flow.channels.mailroom.compare": "want_missing leave_missing",
    "flow.channels.mailroom.fetch": "begin",
    "flow.channels.mailroom.intake": "let_in",
    "flow.channels.mailroom.sources": "create_source change_source decide connect remove_source",
    "flow.channels.spoken": "write_down",
    "flow.feedback.outcome": "state",
    "flow.macros.actions": "create change set_in_use undo",
    "flow.problems.actions": "begin ask undo undo_some",
    "oversight.compliance.access": "tell",
    "oversight.insights.actions": "take_on",
    "records.accounts.actions.access": "invite set_password create_token revoke_token",
    "records.accounts.actions.agents": "create_agent change_agent create_invited deactivate activate",
    "records.accounts.actions.settings": (
        "create change delete make_default set_hours save_calendar save_team"
    ),
    "records.accounts.frames": "set_frames",
    "records.customers.actions.addresses": "correct_address",
    "records.customers.actions.by_hand": "content_with_automation",
    "records.customers.actions.consents": "give_consent withdraw_consent take_back_withdrawal",
    "records.customers.actions.meeting": "change put_into_organisation",
    "records.customers.actions.merging": "merge unmerge say_distinct take_back_distinct",
    "records.customers.actions.told": "note_fact change_fact note_moment change_moment renew remove restore",
}  # fmt: skip

# Takes the agent who does it, and no other author: no machine can be named.
SIGNED = {
    "flow.automation.approval": "confirm correct reject stop",
    "flow.automation.checked": "answer",
    "flow.automation.taken_up": "put_into_draft give give_up",
    "flow.automation.teaching.exceptions": "say take_in",
    "flow.automation.teaching.actions": "let_speak silence refuse stays_without take_up dismiss",
    "flow.macros.actions": "apply",
    "oversight.insights.actions": "settle",
}


@dataclass(frozen=True)
class Free:
    """What goes without a person at that moment: why that is right, and who answers for it."""

    names: str
    why: str
    answers: str


DECIDER = "the responsible person whom the decision names"
OPERATOR = "who manages the settings"
WRITER = "the agent who wrote it"
FREE = {
    "faces.api.jobs": Free("forget_answers", "its days are over, and it holds nothing of customers", OPERATOR),
    "faces.portal.jobs": Free("forget_attempts", "its days are over", OPERATOR),
    "faces.workspace.jobs": Free(
        "send_digests send_digest send_budget_reached forget_notices_nightly budget_reached",
        "tells agents what happened, and no customer", "the agent who chose their notices",
    ),
    "faces.workspace.noticing.post": Free("post", "tells agents what happened", "the agent who chose their notices"),
    "flow.assist.budget": Free("hold_back settle", "counts what an asking agent spends", "who is named for the budget"),
    "flow.assist.jobs": Free("forget_questions forget_questions_nightly", "keeps figures, no words", OPERATOR),
    "flow.assist.register": Free("switch_off", "stops: nothing leaves any more", "who is named for the provider"),
    "flow.automation.approval": Free("submit apply_due withdraw", "the gate: lets reversible things through", DECIDER),
    "flow.automation.delayed": Free("strike", "asks the gate again when the time to stop it is over", DECIDER),
    "flow.automation.escalate": Free("read_events look_at", "alerts people, through the gate", DECIDER),
    "flow.automation.escalation_clock": Free("strike", "alerts people, through the gate", DECIDER),
    "flow.automation.heard": Free("hear", "writes down what an agent said by their deed", "that agent"),
    "flow.automation.in_force": Free("follow", "writes down what an agent has sent or granted", "that agent"),
    "flow.automation.opting": Free("people_for_this people_for_all", "gives it to people alone", "who asked for it"),
    "flow.automation.unwanted": Free("withdraw_proposals", "takes back what was only asked", "who asked for people"),
    "flow.automation.later": Free("read", "only proposes", DECIDER),
    "flow.automation.shadow": Free("try_out", "nothing comes of it", DECIDER),
    "flow.automation.moot": Free("follow", "takes back what it offered itself", DECIDER),
    "flow.automation.pauses": Free("pause holds active", "stops it; a person lets it go on", "the rule's owner"),
    "flow.automation.promise_clock": Free("strike", "tells the owner of a promise and breaks none", "its owner"),
    "flow.automation.promise_owners": Free("follow", "a promise gets the owner its ticket has", "that owner"),
    "flow.automation.routing": Free("decide give_out_what_lay", "through the gate; can be taken back", DECIDER),
    "flow.automation.rules.apply": Free("put_forward", "through the gate", "the rule's owner"),
    "flow.automation.rules.clock": Free("strike take_turn", "through the gate", "the rule's owner"),
    "flow.automation.rules.run": Free("act decide", "through the gate", "the rule's owner"),
    "flow.automation.routing_clock": Free("strike", "through the gate; can be taken back", DECIDER),
    "flow.automation.teaching.beside": Free("forget", "what was only tried out, after 90 days", "who set the days"),
    "flow.automation.teaching.examples": Free("hear", "an example that a person gave", "that agent"),
    "flow.automation.teaching.lessons": Free("hold", "a model that waits until a person lets it speak", "who lets it"),
    "flow.automation.teaching.missing": Free("propose", "a proposal that a person takes up or not", "who takes it up"),
    "flow.automation.teaching.nightly": Free("learn_anew learn_now", "a model that waits for a person", "who lets it"),
    "flow.automation.team_of_topic": Free("follow", "through the gate", DECIDER),
    "flow.automation.triage": Free("decide make", "through the gate", DECIDER),
    "flow.channels.acknowledge": Free(
        "acknowledge acknowledge_held make_up", "says that a message arrived and nothing of the matter", OPERATOR
    ),
    "flow.channels.attempt": Free("begin hand_over", "sends what a person wrote and released", WRITER),
    "flow.channels.bounced": Free("find_its_mail", "what a mail server reports", OPERATOR),
    "flow.channels.form": Free("open_concern add", "what the customer says themselves", "the customer"),
    "flow.channels.guard.pace": Free(
        "trip forget forget_often", "sets a flood aside: kept, shown, and let in by a person", OPERATOR
    ),
    "flow.channels.guard.rules": Free("preview", "looks only", OPERATOR),
    "flow.channels.held": Free("forget_hourly", "its days are over", OPERATOR),
    "flow.channels.interface": Free("open_concern", "what a customer said, passed on", "the token's agent"),
    "flow.channels.mailroom.apart": Free("read_suspects", "takes in what came", OPERATOR),
    "flow.channels.mailroom.aside": Free(
        "set_aside give_up_on_the_deadly retry_after_update retry_what_is_there_again",
        "keeps every mail and shows it to a person", OPERATOR,
    ),
    "flow.channels.mailroom.beginning": Free("begin", "begins as a person chose", OPERATOR),
    "flow.channels.mailroom.begun": Free("begun others_are_at", "says who is reading", OPERATOR),
    "flow.channels.mailroom.compare": Free(
        "compare_nightly want_comparison compare fetch_missing", "looks, and fetches what a person wants", OPERATOR
    ),
    "flow.channels.mailroom.fetch": Free(
        "fetch_due fetch fetch_round turn_at check count_what_lies_there want_now", "takes in what came", OPERATOR
    ),
    "flow.channels.mailroom.intake": Free(
        "take_in_all take_in take_in_one take_in_suspects", "takes in what came", OPERATOR
    ),
    "flow.channels.mailroom.oauth": Free("log_in", "with the consent that a person gave", OPERATOR),
    "flow.channels.mailroom.rounds": Free("take_new take", "takes in what came", OPERATOR),
    "flow.channels.mailroom.storing": Free("set_aside clear_up_nightly", "keeps every mail", OPERATOR),
    "flow.channels.open_again": Free("open_again", "reads a mail that is kept anyway", OPERATOR),
    "flow.channels.outbox": Free(
        "plan stop_scheduled deliver find_forgotten", "sends what a person wrote, or stops it", WRITER
    ),
    "flow.channels.reported": Free("believe confirm", "what a mail server reports", OPERATOR),
    "flow.channels.restored": Free("hold_back", "stops what a restored backup would send twice", OPERATOR),
    "flow.channels.result": Free(
        "was_taken try_later died too_deadly give_up is_unknown was_called_back", "what became of a sending", WRITER
    ),
    "flow.channels.status_link": Free("send", "the link to their own concern, asked for by them", "the customer"),
    "flow.channels.strangers": Free("tell", "says that a message arrived and nothing of the matter", OPERATOR),
    "flow.feedback.outcome": Free("ask", "a question on the page of the customer; no mail", OPERATOR),
    "flow.problems.actions": Free(
        "look_at_some carry_out_some", "line by line what an agent asked for, in their name", "that agent"
    ),
    "flow.problems.jobs": Free("go_on find_forgotten", "goes on with what an agent asked for", "that agent"),
    "ground.egress.jobs": Free("forget_calls_nightly", "its days are over", OPERATOR),
    "ground.jobs": Free("rescue tidy", "jobs of workers that died, and jobs that are done", OPERATOR),
    "oversight.compliance.checks": Free(
        "check_journal check_ledger retry_reader journal_in_full ledger_in_full", "looks, and says so", OPERATOR
    ),
    "oversight.insights.actions": Free("examine", "looks, and gives what it found to a person", "the finding's owner"),
    "oversight.insights.jobs": Free("look_nightly", "looks", "the finding's owner"),
    "oversight.portability.export": Free("export backup", "typed by a person at the machine", OPERATOR),
    "oversight.portability.restore": Free("restore", "typed by a person at the machine", OPERATOR),
    "records.accounts.actions.access": Free("accept_invitation", "the invited person sets their password", "they"),
    "records.accounts.actions.members": Free("set_memberships", "a part of the actions above it", OPERATOR),
    "records.accounts.actions.settings": Free("set_up", "typed by a person at the machine", OPERATOR),
    "records.accounts.founding": Free("found standard_roles standard_kinds", "typed at the machine", OPERATOR),
    "records.accounts.jobs": Free("forget_sessions forget_sessions_nightly", "sessions that are over", OPERATOR),
    "records.customers.actions.addresses": Free(
        "prefer stop_preferring end_address revive_address note_bounce forget_bounce",
        "can be taken back, or is what a mail server reports", OPERATOR,
    ),
    "records.customers.actions.by_hand": Free("want_people", "gives it to people alone", "who asked for it"),
    "records.customers.actions.meeting": Free(
        "meet meet_again welcome create_person add_address create_organisation",
        "notes who wrote, and overwrites nothing", OPERATOR,
    ),
    "records.customers.actions.told": Free(
        "expire purge_removed", "goes on the day, or after the removal, that a person set", "who set it"
    ),
    "records.customers.jobs": Free("forget_what_has_had_its_day", "goes on the day that a person set", "who set it"),
    "records.knowledge.actions": Free(
        "write change withdraw take_up move_in", "every version stays, and no text leaves but by a person", OPERATOR
    ),
    "records.tickets.jobs": Free(
        "wake_due index_again forget_claims_nightly forget_claims tell_what_runs_out forget_early_hourly compute_again"
        " bring_in_deadlines pass_on_undecided",
        "tells agents what is due, and ends nothing", OPERATOR,
    ),
    "records.tickets.readers": Free(
        "index wake keep_due note_bounces see_to", "follows from what was said or happened", OPERATOR
    ),
}  # fmt: skip

# Where `system` does what a rule or model is refused: a person typed it at the machine, or it says who answers.
BY_THE_SYSTEM = {
    ("config.cli.operate", "create_token"): "typed by a person at the machine",
    ("oversight.insights.actions", "take_on"): "a finding whose owner has left goes to who manages the settings",
    ("records.accounts.founding", "change_agent"): "typed by a person at the machine",
    ("records.accounts.founding", "create"): "typed by a person at the machine",
    ("records.accounts.founding", "create_agent"): "typed by a person at the machine",
    ("records.accounts.founding", "invite"): "typed by a person at the machine",
    ("records.accounts.founding", "set_hours"): "typed by a person at the machine",
    # Of the same name as a brake's: keeps when a ticket is due.
    ("records.tickets.jobs", "keep"): "follows from what happened",
    ("records.tickets.readers", "keep"): "follows from what happened",
}
