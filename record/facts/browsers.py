"""Tells in which browsers the people of an audience are notified: those that their present sign-in switched on."""

from domain.audience import Audience, Contact
from domain.browsers import Browser
from domain.errors import IdentityChanged
from domain.roles import Person, same_address
from record.facts.identities import Identities
from record.git.browsers import BROWSERS, browsers_of
from record.git.journal import Journal
from record.people.directory import Directory


def with_browsers(identities: Identities, directory: Directory, audience: Audience) -> Audience:
    """The audience with everybody's browsers. Raises RecordUnavailable."""
    journal = identities.repository.journal(BROWSERS)
    contacts = (_with_theirs(journal, identities, directory, each) for each in audience.contacts)
    return audience.model_copy(update={"contacts": tuple(contacts)})


def _with_theirs(journal: Journal, identities: Identities, directory: Directory, contact: Contact) -> Contact:
    found = browsers_of(journal, contact.person)
    theirs = tuple(each for each in found if _is_of(identities, directory, each, contact.person))
    return contact.model_copy(update={"browsers": theirs}) if theirs else contact


def _is_of(identities: Identities, directory: Directory, browser: Browser, person: Person) -> bool:
    """Tells whether who switched it on would still be known as this person."""
    try:
        known = identities.person(directory, browser.email, browser.sign_in)
    except IdentityChanged:
        return False
    return known is not None and same_address(known.email) == same_address(person.email)
