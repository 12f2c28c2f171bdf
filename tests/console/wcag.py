"""The criteria of WCAG 2.2, levels A and AA, and how each is checked here."""

from typing import NamedTuple

KEYS = "test_accessible.py::test_a_request_is_made_by_keyboard_alone"
DECIDE = "test_accessible.py::test_a_request_is_decided_by_keyboard_alone"
ZOOM = "test_accessible.py::test_nothing_has_to_be_scrolled_sideways"
FORCED = "test_accessible.py::test_where_one_is_can_be_seen_in_forced_colours"
FOCUS = "test_focus.py::test_what_has_the_focus_is_seen"
PLACES = "test_accessible.py::test_every_page_fits_when_it_is_enlarged"
CONTRAST = "test_accessible.py::test_every_page_can_be_read_with_more_contrast"
CALM = "test_accessible.py::test_who_wants_less_motion_gets_none"
FAULTS = "test_flows.py::test_a_form_says_at_the_field_what_the_server_would_say"
GRAPHS = "test_insights.py::test_every_picture_is_accessible_and_so_is_its_table"
SESSION = "test_renewal.py::test_a_session_that_the_provider_ended_is_taken_up_over_the_form"
DRAFT = "test_flows.py::test_a_draft_survives_a_reload"
ANEW = "test_flows.py::test_what_was_rejected_is_asked_for_again"
TOLD = "test_votes.py::test_two_people_approve_and_one_of_them_thinks_again"
LINKS = "test_deciding.py::test_a_link_survives_the_sign_in_and_the_title_counts"
COVERED = "test_accessible.py::test_nothing_focused_hides_behind_the_decisions"
STILL = "test_speed.py::test_nothing_moves_while_others_work"


class Eye(NamedTuple):
    """A person's look: the day, and what they looked at, by the names of the pictures in docs/screenshots."""

    date: str
    pages: tuple[str, ...]

    @property
    def where(self) -> str:
        return ", ".join(self.pages)


class Criterion(NamedTuple):
    """One criterion: axe's rules of it always count; besides them tests, and what nobody but a person can see."""

    number: str
    name: str
    level: str
    tests: tuple[str, ...] = ()
    by_hand: str = ""
    not_here: str = ""

    @property
    def looked(self) -> "Eye | None":
        """The last time that a person looked at what `by_hand` names."""
        return LOOKED.get(self.number)


_NO_MEDIA = "no audio, no video"
CRITERIA = (
    Criterion("1.1.1", "Non-text content", "A", (GRAPHS,)),
    Criterion("1.2.1", "Audio-only and video-only", "A", not_here=_NO_MEDIA),
    Criterion("1.2.2", "Captions (prerecorded)", "A", not_here=_NO_MEDIA),
    Criterion("1.2.3", "Audio description or alternative", "A", not_here=_NO_MEDIA),
    Criterion("1.2.4", "Captions (live)", "AA", not_here=_NO_MEDIA),
    Criterion("1.2.5", "Audio description", "AA", not_here=_NO_MEDIA),
    Criterion("1.3.1", "Info and relationships", "A"),
    Criterion("1.3.2", "Meaningful sequence", "A", (KEYS,), "read each page without styles"),
    Criterion("1.3.3", "Sensory characteristics", "A", by_hand="no sentence says 'the green one' or 'on the right'"),
    Criterion("1.3.4", "Orientation", "AA", (ZOOM,)),
    Criterion("1.3.5", "Identify input purpose", "AA", not_here="no field asks for the reader's own data"),
    Criterion("1.4.1", "Use of color", "A", (FORCED,), "each badge has a shape and a word"),
    Criterion("1.4.2", "Audio control", "A", not_here=_NO_MEDIA),
    Criterion("1.4.3", "Contrast (minimum)", "AA", (CONTRAST,)),
    Criterion("1.4.4", "Resize text", "AA", (ZOOM, PLACES)),
    Criterion("1.4.5", "Images of text", "AA", by_hand="there is none but the mark"),
    Criterion("1.4.10", "Reflow", "AA", (ZOOM, PLACES)),
    Criterion("1.4.11", "Non-text contrast", "AA", (FORCED, FOCUS), "borders are --color-edge, 3:1 (tokens.md)"),
    Criterion("1.4.12", "Text spacing", "AA", (ZOOM, PLACES)),
    Criterion("1.4.13", "Content on hover or focus", "AA", by_hand="titles repeat what the page says elsewhere"),
    Criterion("2.1.1", "Keyboard", "A", (KEYS, DECIDE)),
    Criterion("2.1.2", "No keyboard trap", "A", (DECIDE,)),
    Criterion("2.1.4", "Character key shortcuts", "A", by_hand="the list of keys (?) turns them off"),
    Criterion("2.2.1", "Timing adjustable", "A", (SESSION,), "a toast stays while pointed at"),
    Criterion("2.2.2", "Pause, stop, hide", "A", (CALM, STILL)),
    Criterion("2.3.1", "Three flashes", "A", by_hand="nothing flashes (motion.md)"),
    Criterion("2.4.1", "Bypass blocks", "A"),
    Criterion("2.4.2", "Page titled", "A"),
    Criterion("2.4.3", "Focus order", "A", (KEYS, DECIDE)),
    Criterion("2.4.4", "Link purpose", "A"),
    Criterion("2.4.5", "Multiple ways", "AA", (LINKS,), "sections, search, and an address of its own for each page"),
    Criterion("2.4.6", "Headings and labels", "AA", by_hand="read them alone"),
    Criterion("2.4.7", "Focus visible", "AA", (FOCUS, f"{FOCUS}_in_the_host")),
    Criterion("2.4.11", "Focus not obscured", "AA", (COVERED,)),
    Criterion("2.5.1", "Pointer gestures", "A", not_here="one press is all that is asked"),
    Criterion("2.5.2", "Pointer cancellation", "A", by_hand="everything acts when the button is let go"),
    Criterion("2.5.3", "Label in name", "A", by_hand="a name in words begins with the words that are seen"),
    Criterion("2.5.4", "Motion actuation", "A", not_here="nothing listens to the device's motion"),
    Criterion("2.5.7", "Dragging movements", "AA", not_here="nothing is dragged"),
    Criterion("2.5.8", "Target size", "AA"),
    Criterion("3.1.1", "Language of page", "A"),
    Criterion("3.1.2", "Language of parts", "AA", by_hand="the names of the languages carry theirs"),
    Criterion("3.2.1", "On focus", "A", (KEYS,)),
    Criterion("3.2.2", "On input", "A", (KEYS,)),
    Criterion("3.2.3", "Consistent navigation", "AA", by_hand="one header, the same on every page"),
    Criterion("3.2.4", "Consistent identification", "AA", by_hand="one component a thing (stories)"),
    Criterion("3.2.6", "Consistent help", "A", by_hand="the menu of the account, at the same place on every page"),
    Criterion("3.3.1", "Error identification", "A", (FAULTS,)),
    Criterion("3.3.2", "Labels or instructions", "A"),
    Criterion("3.3.3", "Error suggestion", "AA", (FAULTS,), "each refusal says a way on (writing.md)"),
    Criterion("3.3.4", "Error prevention", "AA", (DECIDE,), "each decision is asked once more, with what it does"),
    Criterion("3.3.7", "Redundant entry", "A", (DRAFT, ANEW)),
    Criterion("3.3.8", "Accessible authentication", "AA", not_here="the company's identity provider signs people in"),
    Criterion("4.1.2", "Name, role, value", "A"),
    Criterion("4.1.3", "Status messages", "AA", (TOLD,), "whatever else appears is in a live region"),
)

_REQUESTS = ("request-emergency", "request-votes", "request-frozen", "request-standard", "ratify")
_PLACES = ("list-all", "list-emergency", "queue", "calendar", "split", "target", "rules", "delegations", "form-votes")
_FIRST = Eye("2026-12-01", (*_PLACES, *_REQUESTS))
LOOKED = dict.fromkeys(("1.3.3", "1.4.1", "1.4.5", "2.4.5", "2.4.6", "3.2.3", "3.2.6", "3.3.4"), _FIRST)
"""By the criterion's number; what is not here nobody has looked at."""
