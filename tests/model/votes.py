"""The rules about votes and calendars once more, written from what is documented of them: no code of the product.

Reads a record by libgit2 and YAML, and names the acts that no honest gate would have taken. Signatures are read and not
proven; other rules than these are not looked at.
"""

import base64
import json
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pygit2
import yaml

MAY_HAVE_READ = timedelta(minutes=10)
"""An honest gate may have read the files as they were at any time since."""
NOT_JUDGED = "not-judged"
"""No rule that was broken: the act may have met rules that decide nothing, and who can say what votes it took?"""
KEYS = frozenset(
    {"match", "approvals", "freezes", "windows", "standard", "supersede", "strand", "emergency", "escalation"}
)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Doc = dict[str, Any]
Finding = tuple[str, str, str]
"""A commit, a ticket, and the rule that the commit broke."""


class Files:
    """Rules, people and groups of one commit."""

    def __init__(self, tree: pygit2.Tree) -> None:
        def read(folder: str) -> list[Doc]:
            entries: Any = tree[folder] if folder in tree else ()  # noqa: SIM401  a tree has no get
            return [yaml.safe_load(each.data) for each in entries if each.name.endswith(".yaml")]

        self.rules = read("rules")
        platform = yaml.safe_load(tree["platform.yaml"].data)["spec"]  # type: ignore[union-attr]
        self.groups: dict[str, set[str]] = {
            name: {each.casefold() for each in members} for name, members in platform.get("groups", {}).items()
        }
        self.members: list[tuple[Doc, str | None]] = [(each, None) for each in platform.get("members", [])]
        for tenant in read("tenants"):
            self.members += [(each, tenant["metadata"]["name"]) for each in tenant["spec"]["members"]]

    def roles(self, who: frozenset[str], tenant: str) -> set[str]:
        """The roles of whoever goes by these names, in the tenant."""
        return {each["role"] for each, where in self.members if where in {None, tenant} and names(each) & who}

    def aliases(self, who: frozenset[str]) -> frozenset[str]:
        """Everything that these names lead to: entries that share one are one person's."""
        more = who.union(*(names(each) for each, _ in self.members if names(each) & who))
        return who if more == who else self.aliases(more)


def names(member: Doc) -> frozenset[str]:
    subject = [f"subject {member['subject']}"] if "subject" in member else []
    return frozenset([*(each.casefold() for each in (member["email"], *member.get("aliases", []))), *subject])


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


def standing(history: list[Doc]) -> list[str]:
    """Who voted, since it lapsed last, and did not take it back."""
    found: dict[str, None] = {}
    for each in history:
        if each.get("emergency"):
            found.clear()
        if each["action"] in {"endorsed", "approved"}:
            found[each["by"]] = None
        elif each["action"] == "unendorsed":
            found.pop(each["by"], None)
        elif each["action"] == "lapsed":
            found.clear()
    return list(found)


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
    return bool(roles & {"cpi", "cpi_admin"}) and not files.aliases(who) & files.aliases(asker)


def missing(files: Files, ticket: Doc, asker: frozenset[str], subjects: dict[str, str]) -> bool:
    """Tells whether no way to seat the people who voted fills every place that the rules ask for."""
    people: list[tuple[frozenset[str], list[frozenset[str]]]] = []
    for by in standing(ticket["status"]["history"]):
        who = signed_in(by, subjects)
        if may_vote(files, who, ticket, asker):
            same = [each for each in people if each[0] & files.aliases(who)]
            people = [each for each in people if each not in same]
            guises = [who, *(guise for each in same for guise in each[1])]
            people.append((files.aliases(who).union(*(each[0] for each in same)), guises))
    needs = part(files, ticket, "approvals")[0] or [{"role": "cpi"}]
    places = [need for need in needs for _ in range(need.get("count", 1))]

    def fits(guises: Collection[frozenset[str]], need: Doc) -> bool:
        if "group" in need:
            return any(guise & files.groups.get(need["group"], set()) for guise in guises)
        roles = {need["role"], "cpi_admin"}
        return any(files.roles(guise, ticket["metadata"]["tenant"]) & roles for guise in guises)

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
    before: pygit2.Tree | None = None
    for commit in walk:
        tree = commit.tree
        deltas = tree.diff_to_tree(before, swap=True) if before is not None else tree.diff_to_tree(swap=True)
        for delta in deltas.deltas:
            if delta.new_file.path.startswith("requests/") and states:
                ticket = yaml.load(git[delta.new_file.id].peel(pygit2.Blob).data, yaml.CSafeLoader)
                found |= {
                    (str(commit.id), ticket["metadata"]["id"], each)
                    for each in broken(ticket, claims(commit), states, askers, subjects)
                }
        mark = " ".join(str(tree[each].id) if each in tree else "" for each in ("rules", "tenants", "platform.yaml"))
        if "platform.yaml" in tree and (not states or states[-1][2] != mark):
            states.append((datetime.fromtimestamp(commit.commit_time, UTC), Files(tree), mark))
        before = tree
    return found


def claims(commit: pygit2.Commit) -> Doc:
    """What the signature says that goes with the act; nothing where there is none."""
    signed = re.search(r"^Signature: [^.\s]+\.([^.\s]+)\.", commit.message, re.MULTILINE)
    found: Doc = json.loads(base64.urlsafe_b64decode(signed[1] + "==")) if signed else {}
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
    if action in {"endorsed", "approved"} and all(not may_vote(each, who, ticket, asker) for each in read[-1:]):
        yield "self-approval" if read[-1].aliases(who) & read[-1].aliases(asker) else "no-role"
    if action in {"ratified", "refuted"}:
        yield from _wrongly_answered(read[-1], ticket, who, asker, subjects)
    if action == "unendorsed" and not any(
        read[-1].aliases(who) & read[-1].aliases(signed_in(by, subjects)) for by in standing(history[:-1])
    ):
        yield "no-such-vote"
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


def moment(said: str | datetime) -> datetime:
    return said if isinstance(said, datetime) else datetime.fromisoformat(said)
