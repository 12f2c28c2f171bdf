"""The rules about votes and calendars once more, written from what is documented of them: no code of the product.

Reads a record by libgit2 and YAML, and names the acts that no honest gate would have taken. Signatures are read and not
proven; other rules than these are not looked at.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pygit2
import yaml

from tests.model.files import Delegations, Doc, Files, claims, moment

MAY_HAVE_READ = timedelta(minutes=10)
"""An honest gate may have read the files as they were at any time since."""
NOT_JUDGED = "not-judged"
"""No rule that was broken: the act may have met rules that decide nothing, and who can say what votes it took?"""
KEYS = frozenset(
    {"match", "approvals", "freezes", "windows", "standard", "supersede", "strand", "emergency", "escalation"}
)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Finding = tuple[str, str, str]
"""A commit, a ticket, and the rule that the commit broke."""


def rank(rule: Doc, ticket: Doc) -> tuple[int, ...] | None:
    """How closely the rule matches, name before tenant before type before impact; None where it does not hold."""
    match, spec = rule["spec"].get("match", {}), ticket["spec"]
    fitting = [
        each for each in match.get("names", []) if fnmatchcase(spec["target"]["name"].casefold(), each.casefold())
    ]
    own = [len(re.sub(r"[*?]", "", each)) + 1 + 1_000 * (not re.search(r"[*?]", each)) for each in fitting]
    said = {"tenants": ticket["metadata"]["tenant"], "types": spec["target"]["type"]}
    said["impacts"] = spec["request"]["impactAssessment"]
    if ("names" in match and not own) or any(key in match and said[key] not in match[key] for key in said):
        return None
    return (max(own, default=0), *(int(key in match) for key in said))


def part(files: Files, ticket: Doc, key: str) -> tuple[Any, bool]:
    """What the most specific rule says of the part, and whether another one as specific says otherwise."""
    ranked = [(rank(each, ticket), each["spec"][key]) for each in files.rules if key in each["spec"]]
    found = sorted(((each, said) for each, said in ranked if each is not None), key=lambda each: each[0], reverse=True)
    best = [said for each, said in found if each == found[0][0]]
    return (best[0], any(said != best[0] for said in best)) if best else (None, False)


def undecided(files: Files, ticket: Doc) -> bool:
    odd = any(set(each["spec"]) - KEYS for each in files.rules)
    return odd or any(
        part(files, ticket, key)[1]
        for key in ("approvals", "windows", "standard", "supersede", "emergency", "escalation")
    )


# -- votes -------------------------------------------------------------------------------------------------------------


def standing(history: list[Doc]) -> list[Doc]:
    """The votes that were given since it lapsed last, and not taken back: one of each address, in their order."""
    found: dict[str, Doc] = {}
    for each in history:
        if each.get("emergency") or each["action"] == "lapsed":
            found.clear()
        if each["action"] in {"endorsed", "approved", "unendorsed"}:
            found.pop(each["by"], None)
        if each["action"] in {"endorsed", "approved"}:
            found[each["by"]] = each
    return list(found.values())


def emergency(history: list[Doc]) -> Doc | None:
    """The emergency by which it is approved, past votes and freezes."""
    found = None
    for each in history:
        if each["action"] in {"approved", "lapsed"}:
            found = each if each.get("emergency") else None
    return found


def may_declare(files: Files, by: str, ticket: Doc, asker: frozenset[str], subjects: dict[str, str]) -> bool:
    """Tells whether a rule lets whoever it was launch alone."""
    said, who = part(files, ticket, "emergency")[0], signed_in(by, subjects)
    if not said or not may_vote(files, who, ticket, asker):
        return False
    if "group" in said:
        return bool(who & files.groups.get(said["group"], set()))
    return bool(files.roles(who, ticket["metadata"]["tenant"]) & {said["role"], "cpi_admin"})


def may_vote(files: Files, who: frozenset[str], ticket: Doc, asker: frozenset[str]) -> bool:
    roles = files.roles(who, ticket["metadata"]["tenant"])
    may = roles & {"cpi", "cpi_admin"} and not files.is_service(who)
    return bool(may) and not files.aliases(who) & files.aliases(asker)


def people_of(entry: Doc, subjects: dict[str, str]) -> list[frozenset[str]]:
    """The one by whose right it is given, and then whoever gives it for them."""
    return [signed_in(each, subjects) for each in (entry.get("onBehalfOf"), entry["by"]) if each]


def refused(files: Files, entry: Doc, ticket: Doc, asker: frozenset[str], subjects: dict[str, str]) -> str | None:
    """The rule that a vote breaks; a delegation is looked at as of when it was given."""
    who, tenant, giver = people_of(entry, subjects), ticket["metadata"]["tenant"], entry.get("onBehalfOf")
    if giver and not files.stands_in(entry["by"], giver, tenant, moment(entry["at"])):
        return "not-delegated"
    if any(files.aliases(each) & files.aliases(asker) for each in who):
        return "self-approval"
    return None if may_vote(files, who[0], ticket, asker) else "no-role"


def missing(files: Files, ticket: Doc, asker: frozenset[str], subjects: dict[str, str]) -> bool:
    """Tells whether no way to seat the people who voted fills every place that the rules ask for.

    Of two votes that have a person in common, the first one counts, by the right of whose vote it was.
    """
    people: list[tuple[frozenset[str], frozenset[str]]] = []
    for entry in standing(ticket["status"]["history"]):
        who = people_of(entry, subjects)
        known = frozenset().union(*map(files.aliases, who))
        if not refused(files, entry, ticket, asker, subjects) and not any(known & each for each, _ in people):
            people.append((known, who[0]))
    needs = part(files, ticket, "approvals")[0] or [{"role": "cpi"}]
    places = [need for need in needs for _ in range(need.get("count", 1))]

    def fits(who: frozenset[str], need: Doc) -> bool:
        if "group" in need:
            return bool(who & files.groups.get(need["group"], set()))
        return bool(files.roles(who, ticket["metadata"]["tenant"]) & {need["role"], "cpi_admin"})

    def seated(place: int, left: frozenset[int]) -> bool:
        return place == len(places) or any(
            fits(people[each][1], places[place]) and seated(place + 1, left - {each}) for each in left
        )

    return not seated(0, frozenset(range(len(people))))


def signed_in(by: str, subjects: dict[str, str]) -> frozenset[str]:
    known = subjects.get(by.casefold())
    return frozenset([by.casefold(), *([f"subject {known}"] if known else [])])


# -- calendars ---------------------------------------------------------------------------------------------------------


def times(period: Doc, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Beginnings and ends about these times, by the clock on the zone's wall: once, daily or weekly."""
    zone = ZoneInfo(period.get("zone", "UTC"))
    starts, ends = (moment(period[key]) for key in ("starts", "ends"))
    every = dict(each.split("=") for each in period["every"].split(";")) if "every" in period else {}
    days = every.get("BYDAY", DAYS[starts.weekday()] if every.get("FREQ") == "WEEKLY" else ",".join(DAYS)).split(",")
    first = max(0, (since.replace(tzinfo=None) - ends).days - 2) if every else 0
    for day in range(first, first + (until - since).days + (ends - starts).days + 6 if every else 1):
        begins = starts + timedelta(days=day)
        if not every or DAYS[begins.weekday()] in days:
            yield tuple(each.replace(tzinfo=zone).astimezone(UTC) for each in (begins, begins + (ends - starts)))  # type: ignore[misc]


def shut(files: Files, ticket: Doc, since: datetime, until: datetime) -> bool:
    """Tells whether nothing could be launched at any moment between the two."""
    holding = [each["spec"].get("freezes", []) for each in files.rules if rank(each, ticket) is not None]
    freezes = [span for each in holding for freeze in each for span in times(freeze, since, until)]
    said = part(files, ticket, "windows")[0]
    windows = None if said is None else [span for each in said for span in times(each, since, until)]
    moments = {since, *(at for span in (*freezes, *(windows or [])) for at in span if since <= at <= until)}
    return not any(
        not any(begins <= at < ends for begins, ends in freezes)
        and (windows is None or any(begins <= at < ends for begins, ends in windows))
        for at in moments
    )


# -- the record --------------------------------------------------------------------------------------------------------


def illegal(record: Path) -> set[Finding]:
    """Every act on the branch that broke a rule about votes or calendars."""
    git = pygit2.Repository(str(record))
    walk = git.walk(git.references["refs/heads/main"].target, pygit2.enums.SortMode.REVERSE)
    walk.simplify_first_parent()
    states: list[tuple[datetime, Files, str]] = []
    askers: dict[str, frozenset[str]] = {}
    subjects: dict[str, str] = {}
    found: set[Finding] = set()
    delegations = Delegations()
    before: pygit2.Tree | None = None
    for commit in walk:
        tree = commit.tree
        deltas = tree.diff_to_tree(before, swap=True) if before is not None else tree.diff_to_tree(swap=True)
        handed: dict[str, pygit2.Blob | None] = {}
        for delta in deltas.deltas:
            if delta.new_file.path.startswith("delegations/"):
                blob = git.get(delta.new_file.id)
                handed[delta.new_file.path] = blob.peel(pygit2.Blob) if blob is not None else None
            elif delta.new_file.path.startswith("requests/") and states:
                ticket = yaml.load(git[delta.new_file.id].peel(pygit2.Blob).data, yaml.CSafeLoader)
                found |= {
                    (str(commit.id), ticket["metadata"]["id"], each)
                    for each in broken(ticket, claims(commit), states, askers, subjects)
                }
        delegations.take(handed, claims(commit))
        judging = ("rules", "tenants", "platform.yaml", "delegations")
        mark = " ".join(str(tree[each].id) if each in tree else "" for each in judging)
        if "platform.yaml" in tree and (not states or states[-1][2] != mark):
            states.append((datetime.fromtimestamp(commit.commit_time, UTC), Files(tree, delegations.given), mark))
        before = tree
    return found


def broken(
    ticket: Doc,
    said: Doc,
    states: list[tuple[datetime, Files, str]],
    askers: dict[str, frozenset[str]],
    subjects: dict[str, str],
) -> Iterator[str]:
    """The rules that the ticket's last act broke, under every state of the files that a gate may have read."""
    history, last = ticket["status"]["history"], ticket["status"]["history"][-1]
    at, action = moment(last["at"]), last["action"]
    if said.get("sub") and last["by"] != "system":
        subjects.setdefault(last["by"].casefold(), said["sub"])
    who = signed_in(last["by"], subjects)
    asked_by = states[-1][1].aliases(signed_in(ticket["metadata"]["createdBy"], subjects))
    asker = askers.setdefault(ticket["metadata"]["id"], asked_by)  # and is it for good
    older = [number for number, (since, _, _) in enumerate(states) if since <= at - MAY_HAVE_READ]
    read = [files for _, files, _ in states[older[-1] if older else 0 :]]
    launched = action == "deploying" and "jobId" in last
    yield from _wrongly_voted(read, ticket, asker, subjects)
    if action in {"ratified", "refuted"}:
        yield from _wrongly_answered(read[-1], ticket, who, asker, subjects)
    open_ = [undecided(each, ticket) for each in read]
    if (launched or action in {"created", "endorsed", "approved", "retried"}) and all(open_):
        yield "fault-ignored"
    if any(open_):
        yield NOT_JUDGED
        return
    declared = emergency(history)
    if launched or action == "approved":
        yield from _ungranted(read, ticket, declared, asker, subjects)
    made = moment((said.get("job") or {}).get("created") or last["at"])
    asked = min(at, max(made, moment(history[-2]["at"]))) if len(history) > 1 else at
    if launched and not declared and all(shut(each, ticket, asked - MAY_HAVE_READ, asked) for each in read):
        yield "frozen"


def _wrongly_voted(read: list[Files], ticket: Doc, asker: frozenset[str], subjects: dict[str, str]) -> Iterator[str]:
    """Somebody voted who may not, or took back what nobody gave; for somebody else, by any delegation that was read."""
    history, last = ticket["status"]["history"], ticket["status"]["history"][-1]
    giver, cast = last.get("onBehalfOf"), standing(history[:-1])
    if last["action"] == "unendorsed":
        own = [each for each in cast if each["by"] == last["by"]]
        if not any(each.get("onBehalfOf") == giver for each in own):
            yield "no-such-vote"
        judged = last | {"at": own[0]["at"]} if own else last
        if giver and all(refused(each, judged, ticket, asker, subjects) for each in read):
            yield str(refused(read[-1], judged, ticket, asker, subjects))
    elif last["action"] in {"endorsed", "approved"}:
        states = read if giver else read[-1:]
        if all(refused(each, last, ticket, asker, subjects) for each in states):
            yield str(refused(read[-1], last, ticket, asker, subjects))


def _ungranted(
    read: list[Files], ticket: Doc, declared: Doc | None, asker: frozenset[str], subjects: dict[str, str]
) -> Iterator[str]:
    """Nobody let it through: votes are missing, or no rule has such an emergency."""
    if declared is None:
        if all(missing(each, ticket, asker, subjects) for each in read):
            yield "votes-missing"
    elif not any(may_declare(each, declared["by"], ticket, asker, subjects) for each in read):
        yield "emergency-not-allowed"


def _wrongly_answered(
    files: Files, ticket: Doc, who: frozenset[str], asker: frozenset[str], subjects: dict[str, str]
) -> Iterator[str]:
    """Somebody answered for an emergency who may not, or who declared it."""
    declared = emergency(ticket["status"]["history"])
    if not may_vote(files, who, ticket, asker):
        yield "self-approval" if files.aliases(who) & files.aliases(asker) else "no-role"
    if declared and files.aliases(who) & files.aliases(signed_in(declared["by"], subjects)):
        yield "own-emergency"
