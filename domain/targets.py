"""The rules of ownership: a target belongs to one tenant, and only that tenant's requests may change it."""

from collections.abc import Iterable

from domain import remarks
from domain.contract import ContractRule
from domain.delegations import HandedVote
from domain.emergencies import Debt
from domain.errors import FaultyFile, RecordBehind, RuleViolation, TargetNotOwned
from domain.evidence import EvidenceRule
from domain.health import HealthCheck
from domain.roles import Person
from domain.rules import Applied
from domain.ticket import Impact, Target, TargetType
from domain.values import Environment, Frozen, TargetName, Tenant, Version
from domain.versions import Direction, direction
from domain.votes import Poll


class CatalogueEntry(Frozen):
    """A target as the catalogue describes it: whose it is, and how its owners raise the controls.

    `version` is what was in production before the first ticket. `source` and `target` are its environments.
    `evidence` is what its tests' pipeline has to be, `contract` where its OpenAPI documents are. `passkey` says that a
    vote for it takes the voter's passkey. `health` is the check that has to hold after the job.
    """

    tenant: Tenant
    type: TargetType
    name: TargetName
    version: Version
    minimum_impact: Impact | None = None
    source: Environment = "staging"
    target: Environment = "prod"
    evidence: EvidenceRule = EvidenceRule()
    contract: ContractRule | None = None
    passkey: bool = False
    health: HealthCheck | None = None


class FileFault(Frozen):
    """A file that can't be used as it is: where, as far as that is known, and why, in one sentence that tells both."""

    sentence: str
    file: str | None = None
    line: int | None = None


class TargetFacts(Frozen):
    """The facts that one commit of the record states of a target and of the tenant that asks for it.

    `controlled` tells whether the rules of `spec.controls: 2` hold for the request. `faults` are the files in whose
    reach it is and that can't be used as they are. `first_approved` is the tenant of the target's
    first approved request, which owns a target without an entry where the catalogue is open. `production` is the
    version in production, None for none, `coming` those of the target's approved requests that are not deployed yet.
    `rules` are the company's that hold for the request, `poll` the votes for it.
    `debts` are the tenant's emergencies for which nobody answered yet, `declarer` is who declared this request's.
    `handed` are the delegations by which somebody may vote, or might have, for an approver of the tenant.
    `unknown` tells why the record could not be asked: then nothing else is said.
    """

    controlled: bool
    faults: tuple[FileFault, ...] = ()
    entry: CatalogueEntry | None = None
    open_catalogue: bool = False
    first_approved: Tenant | None = None
    production: Version | None = None
    coming: tuple[Version, ...] = ()
    rules: Applied = Applied()
    poll: Poll = Poll()
    debts: tuple[Debt, ...] = ()
    declarer: Person | None = None
    handed: tuple[HandedVote, ...] = ()
    unknown: str | None = None


def told(faults: Iterable[FileFault]) -> str:
    """The faults as one sentence."""
    return "; ".join(fault.sentence for fault in faults)


def owner(facts: TargetFacts) -> str | None:
    """The tenant that owns the target; None where nobody does yet."""
    if facts.entry is not None:
        return facts.entry.tenant
    return facts.first_approved if facts.open_catalogue else None


def objection(facts: TargetFacts, tenant: str, target: Target) -> RuleViolation | None:
    """The reason why nothing of the target may be created, approved, retried or launched for the tenant now, if any."""
    if facts.unknown is not None:
        return RecordBehind(facts.unknown)
    if facts.faults:
        first = facts.faults[0]
        where = {"file": first.file, "line": None if first.line is None else str(first.line)}
        return FaultyFile(told(facts.faults), **{name: value for name, value in where.items() if value is not None})
    if not facts.controlled:
        return None
    owned_by = owner(facts)
    if owned_by == tenant or (owned_by is None and facts.open_catalogue):
        return None
    # The same words for a target of somebody else's and for one that nobody has: neither is told to who asks.
    named = {"tenant": tenant, "type": target.type.value, "name": target.name}
    return TargetNotOwned(remarks.write("target-not-owned", **named), **named)


def shown_rightly(facts: TargetFacts, shown: str | None) -> bool:
    """True where an approver was shown of production what it is now, or what is about to be deployed there."""
    return shown in {facts.production or "", *facts.coming}


def way(before: Target | None, now: Target) -> Direction:
    """The direction from what is in production, None for nothing, to the target.

    Two contents of one version are not the same, and nothing tells which of them came first.
    """
    found = direction(before.version if before else None, now.version)
    contents = {now.digest, before.digest if before else None} - {None}
    return Direction.UNKNOWN if found is Direction.SAME and len(contents) > 1 else found


_ORDER = tuple(Impact)


def at_least(said: Impact, minimum: Impact | None) -> Impact:
    """The higher of what the requester says and what the target's owners set."""
    return said if minimum is None else max(said, minimum, key=_ORDER.index)


def environments(entry: CatalogueEntry | None) -> tuple[str, str]:
    """The environments of a promotion of the target, from and to, in this order."""
    return (entry.source, entry.target) if entry is not None else ("staging", "prod")
