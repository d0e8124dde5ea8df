"""What can happen to accounts."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

INSTANCE_SET_UP = Verb("instance.set_up", _("{actor} set up this instance"))
SETTING_CREATED = Verb("setting.created", _("{actor} created {subject}"))
SETTING_CHANGED = Verb("setting.changed", _("{actor} changed {fields} of {subject}"), {"fields": Kind.CODES})
SETTING_DELETED = Verb("setting.deleted", _("{actor} deleted {subject}"))
AGENT_CREATED = Verb("agent.created", _("{actor} created {subject}"), {"role": Kind.CODE, "teams": Kind.REFS})
AGENT_CHANGED = Verb("agent.changed", _("{actor} changed {fields} of {subject}"), {"fields": Kind.CODES})
AGENT_LEFT = Verb("agent.left", _("{actor} deactivated {subject}"))
AGENT_RETURNED = Verb("agent.returned", _("{actor} activated {subject}"))
AGENT_INVITED = Verb("agent.invited", _("{actor} made an invitation link for {subject}"))
PASSWORD_SET = Verb("agent.password_set", _("{subject} set a password"))
TOKEN_CREATED = Verb(
    "token.created", _("{actor} created an API token for {agent}"), {"agent": Kind.REF, "scopes": Kind.CODES}
)
TOKEN_REVOKED = Verb("token.revoked", _("{actor} revoked an API token of {agent}"), {"agent": Kind.REF})
