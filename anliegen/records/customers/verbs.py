"""What can happen to customers."""

from django.utils.translation import gettext_lazy as _

from anliegen.ground.journal.verbs import Kind, Verb

PERSON_MET = Verb("person.met", _("{subject} got in touch for the first time"))
PERSON_CHANGED = Verb("person.changed", _("{actor} changed {fields} of {subject}"), {"fields": Kind.CODES})
PERSON_BY_HAND = Verb("person.by_hand", _("{subject} wants nothing handled by automation"))
PERSON_AUTOMATIC = Verb("person.automatic_again", _("{subject} is content with automation again"))
ADDRESS_ADDED = Verb("person.address_added", _("{actor} added an address to {subject}"), {"address": Kind.REF})
ORGANISATION_CREATED = Verb("organisation.created", _("{actor} created {subject}"))
ADDRESS_CHANGED = Verb("person.address_changed", _("{actor} corrected an address of {subject}"), {"address": Kind.REF})
ADDRESS_PREFERRED = Verb(
    "person.address_preferred", _("{actor} marked an address of {subject} as preferred"), {"address": Kind.REF}
)
ADDRESS_NOT_PREFERRED = Verb(
    "person.address_not_preferred", _("{actor} took the preference from an address of {subject}"), {"address": Kind.REF}
)
ADDRESS_ENDED = Verb(
    "person.address_ended", _("{actor} marked an address of {subject} as no longer valid"), {"address": Kind.REF}
)
ADDRESS_REVIVED = Verb(
    "person.address_revived", _("{actor} marked an address of {subject} as valid again"), {"address": Kind.REF}
)
ADDRESS_BOUNCED = Verb(
    "person.address_bounced",
    _("A mail to an address of {subject} came back: {reason}"),
    {"address": Kind.REF, "reason": Kind.CODE},
)
ADDRESS_REACHED = Verb(
    "person.address_reached", _("A mail to an address of {subject} arrived again"), {"address": Kind.REF}
)
FACT_NOTED = Verb("fact.noted", _("{actor} noted what {subject} told us"), {"fact": Kind.REF, "special": Kind.FLAG})
FACT_CHANGED = Verb(
    "fact.changed", _("{actor} corrected what {subject} told us: {fields}"), {"fact": Kind.REF, "fields": Kind.CODES}
)
FACT_RENEWED = Verb("fact.renewed", _("{actor} renewed what {subject} told us"), {"fact": Kind.REF})
FACT_REMOVED = Verb("fact.removed", _("{actor} removed what {subject} told us"), {"fact": Kind.REF})
FACT_RESTORED = Verb("fact.restored", _("{actor} put back what {subject} told us"), {"fact": Kind.REF})
FACT_EXPIRED = Verb("fact.expired", _("What {subject} told us was removed on its day"), {"fact": Kind.REF})
MOMENT_NOTED = Verb(
    "moment.noted", _("{actor} noted a moment in the life of {subject}"), {"moment": Kind.REF, "kind": Kind.CODE}
)
MOMENT_CHANGED = Verb(
    "moment.changed",
    _("{actor} changed a moment in the life of {subject}: {fields}"),
    {"moment": Kind.REF, "fields": Kind.CODES},
)
MOMENT_RENEWED = Verb("moment.renewed", _("{actor} renewed a moment in the life of {subject}"), {"moment": Kind.REF})
MOMENT_REMOVED = Verb("moment.removed", _("{actor} removed a moment in the life of {subject}"), {"moment": Kind.REF})
MOMENT_RESTORED = Verb("moment.restored", _("{actor} put back a moment in the life of {subject}"), {"moment": Kind.REF})
MOMENT_EXPIRED = Verb(
    "moment.expired", _("A moment in the life of {subject} was removed on its day"), {"moment": Kind.REF}
)
CONSENT_GIVEN = Verb(
    "consent.given", _("{actor} noted a consent of {subject} ({way})"), {"consent": Kind.REF, "way": Kind.CODE}
)
CONSENT_WITHDRAWN = Verb(
    "consent.withdrawn", _("{actor} noted that {subject} withdrew a consent"), {"consent": Kind.REF}
)
CONSENT_RESTORED = Verb(
    "consent.restored", _("{actor} took back that {subject} withdrew a consent"), {"consent": Kind.REF}
)
PERSON_MERGED = Verb(
    "person.merged",
    _("{actor} said that {subject} is the same person as {into}"),
    {"into": Kind.REF, "merge": Kind.REF, "evidence": Kind.CODES},
)
PERSON_TOOK_IN = Verb(
    "person.took_in", _("{actor} joined {other} with {subject}"), {"other": Kind.REF, "merge": Kind.REF}
)
PERSON_UNMERGED = Verb(
    "person.unmerged",
    _("{actor} took back that {subject} is the same person as {other}"),
    {"other": Kind.REF, "merge": Kind.REF},
)
PERSON_GAVE_BACK = Verb(
    "person.gave_back", _("{actor} parted {other} from {subject} again"), {"other": Kind.REF, "merge": Kind.REF}
)
PEOPLE_DISTINCT = Verb(
    "person.distinct", _("{actor} said that {subject} and {other} are different people"), {"other": Kind.REF}
)
PEOPLE_MAYBE_SAME = Verb(
    "person.maybe_same", _("{actor} took back that {subject} and {other} are different people"), {"other": Kind.REF}
)
