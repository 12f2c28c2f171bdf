"""Entity tags (RFC 9110, section 8.8.3): which revision of a ticket a caller read.

A tag is strong, as If-Match needs it, and stays what it is where the answer is compressed. A strong tag should tell the
two forms apart, so that nobody joins ranges of both: a ticket is never sent in ranges, and caches keep the forms apart
by `Vary`. A proxy that compresses makes the tag weak: good for If-None-Match, refused (412) for If-Match.
"""

import hashlib
import re

from domain.ticket import PromotionRequest

_TAG = re.compile(r'(W/)?("[^"]*")')


def etag(ticket: PromotionRequest) -> str:
    """The entity tag of a ticket as it stands: any change of it is another tag."""
    return f'"{hashlib.sha256(ticket.model_dump_json().encode()).hexdigest()[:32]}"'


def matches(header: str, tag: str) -> bool:
    """Tells whether an If-Match header names the tag: `*` does, a weak tag never (strong comparison)."""
    return header.strip() == "*" or any(found == tag and not weak for weak, found in _TAG.findall(header))


def matches_weakly(header: str, tag: str) -> bool:
    """Tells whether an If-None-Match header names the tag; a proxy that compresses may have made it weak."""
    return header.strip() == "*" or any(found == tag for _, found in _TAG.findall(header))
