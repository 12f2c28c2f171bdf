"""Rules, people and delegations of a record as its files have them, by libgit2 and YAML: no code of the product."""

import base64
import json
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import pygit2
import yaml

Doc = dict[str, Any]


class Files:
    """Rules, people, groups and delegations of one commit."""

    def __init__(self, tree: pygit2.Tree, delegations: Collection[Doc] = ()) -> None:
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
        self.delegations = list(delegations)

    def roles(self, who: frozenset[str], tenant: str) -> set[str]:
        """The roles of whoever goes by these names, in the tenant."""
        return {each["role"] for each, where in self.members if where in {None, tenant} and names(each) & who}

    def aliases(self, who: frozenset[str]) -> frozenset[str]:
        """Everything that these names lead to: entries that share one are one person's, with the services they own."""
        more = who.union(*(owned for each, _ in self.members if (owned := names(each) | owner(each)) & who))
        return who if more == who else self.aliases(more)

    def is_service(self, who: frozenset[str]) -> bool:
        return any(names(each) & who and owner(each) for each, _ in self.members)

    # -- delegations -------------------------------------------------------------------------------------------------

    def called(self, address: str) -> str | None:
        """The address by which the files have whoever uses this one: it itself, where an entry is of it."""
        known = [each["email"].casefold() for each, _ in self.members if address.casefold() in names(each)]
        return None if not known else address.casefold() if address.casefold() in known else known[0]

    def hands(self, given: Doc, tenant: str) -> bool:
        """Tells whether the delegation, whenever that is, hands a vote of the tenant over: between two people."""
        giver, to = given["metadata"]["createdBy"].casefold(), given["spec"]["to"].casefold()
        two = frozenset([giver]), frozenset([to])
        return (
            (self.called(giver), self.called(to)) == (giver, to)
            and not any(map(self.is_service, two))
            and not self.aliases(two[0]) & self.aliases(two[1])
            and tenant in given["spec"].get("tenants", [tenant])
            and bool(self.roles(two[0], tenant) & {"cpi", "cpi_admin"})
        )

    def stands_in(self, by: str, giver: str, tenant: str, at: datetime) -> bool:
        """Tells whether whoever goes by that address has the giver's vote at that time, by a delegation to them."""
        return any(
            giver.casefold() == given["metadata"]["createdBy"].casefold()
            and self.called(by) == given["spec"]["to"].casefold()
            and moment(given["spec"]["since"]) <= at < ended(given)
            and self.hands(given, tenant)
            for given in self.delegations
        )


def names(member: Doc) -> frozenset[str]:
    subject = [f"subject {member['subject']}"] if "subject" in member else []
    return frozenset([*(each.casefold() for each in (member["email"], *member.get("aliases", []))), *subject])


def owner(member: Doc) -> frozenset[str]:
    return frozenset([member["owner"].casefold()] if member.get("owner") else [])


def ended(given: Doc) -> datetime:
    """The time from which it gives nothing: its end, or its withdrawal."""
    times = given["spec"]["until"], given.get("status", {}).get("withdrawnAt")
    return min(moment(each) for each in times if each)


def moment(said: str | datetime) -> datetime:
    return said if isinstance(said, datetime) else datetime.fromisoformat(said)


def claims(commit: pygit2.Commit) -> Doc:
    """What the signature says that goes with the act; nothing where there is none."""
    signed = re.search(r"^Signature: [^.\s]+\.([^.\s]+)\.", commit.message, re.MULTILINE)
    found: Doc = json.loads(base64.urlsafe_b64decode(signed[1] + "==")) if signed else {}
    return found


class Delegations:
    """The files under `delegations/`: one counts while its bytes are those that a signed commit gave it last."""

    def __init__(self) -> None:
        self.there: dict[str, pygit2.Blob] = {}
        self.signed: dict[str, pygit2.Oid] = {}

    def take(self, changed: Mapping[str, pygit2.Blob | None], said: Doc) -> None:
        """Take in what a commit changed, and what was signed with it."""
        for path, blob in changed.items():
            self.there.pop(path, None)
            if blob is not None:
                self.there[path] = blob
                if said.get("id", "none") in path and said.get("action") in {"delegated", "withdrawn"}:
                    self.signed[path] = blob.id

    @property
    def given(self) -> list[Doc]:
        """Those that count, the ended ones among them."""
        found = (blob for path, blob in self.there.items() if self.signed.get(path) == blob.id)
        return [yaml.safe_load(blob.data) for blob in found]
