"""The people who turn to the operator, what they told us of themselves, and who was found to be one person."""

from anliegen.records.customers.models.merging import Distinct, Merge
from anliegen.records.customers.models.people import (
    ADDRESS_FORMS,
    ADDRESS_KINDS,
    CONTACT_WAYS,
    Address,
    Organisation,
    Person,
)
from anliegen.records.customers.models.told import (
    FACT_KINDS,
    MOMENT_KINDS,
    WAYS_TO_CONSENT,
    Category,
    Consent,
    Fact,
    Moment,
)

__all__ = [
    "ADDRESS_FORMS",
    "ADDRESS_KINDS",
    "CONTACT_WAYS",
    "FACT_KINDS",
    "MOMENT_KINDS",
    "WAYS_TO_CONSENT",
    "Address",
    "Category",
    "Consent",
    "Distinct",
    "Fact",
    "Merge",
    "Moment",
    "Organisation",
    "Person",
]
