"""The form of a delegation's file: one writer, one strict reader."""

from typing import Annotated, Literal

from pydantic import Field

from domain.delegations import MOST_TENANTS, Delegation, DelegationId, Withdrawal
from domain.values import Email, Frozen, Moment, Reason, Tenant, iso
from record.files.writing import quoted
from record.people.members import Fault, fault_of, load_strictly

LARGEST = 64_000
"""Bytes of a delegation."""


class _DelegationMetadata(Frozen):
    id: DelegationId
    created_at: Moment
    created_by: Email


class _DelegationSpec(Frozen):
    to: Email
    since: Moment
    until: Moment
    reason: Reason
    tenants: Annotated[tuple[Tenant, ...] | None, Field(min_length=1, max_length=MOST_TENANTS)] = None


class _DelegationStatus(Frozen):
    withdrawn_at: Moment
    withdrawn_by: Email


class _DelegationFile(Frozen):
    api_version: Literal["apim.cab-i.com/v1"]
    kind: Literal["Delegation"]
    metadata: _DelegationMetadata
    spec: _DelegationSpec
    status: _DelegationStatus | None = None


def text_of(delegation: Delegation) -> str:
    """The delegation's file; what is written is read back as an equal one."""
    given, ended = delegation, delegation.withdrawn
    tenants = "".join(f"    - {quoted(each)}\n" for each in given.tenants or ())
    status = ""
    if ended is not None:
        status = f"status:\n  withdrawnAt: {quoted(iso(ended.at))}\n  withdrawnBy: {quoted(ended.by)}\n"
    return f"""apiVersion: apim.cab-i.com/v1
kind: Delegation
metadata:
  id: {quoted(given.id)}
  createdAt: {quoted(iso(given.created_at))}
  createdBy: {quoted(given.giver)}
spec:
  to: {quoted(given.to)}
  since: {quoted(iso(given.since))}
  until: {quoted(iso(given.until))}
  reason: {quoted(given.reason)}
{f"  tenants:{chr(10)}{tenants}" if tenants else ""}{status}"""


def parse(path: str, data: bytes) -> Delegation | Fault:
    """The delegation that the file is, or why it is none."""
    try:
        file = _DelegationFile.model_validate(load_strictly(data, LARGEST))
        meta, spec, status = file.metadata, file.spec, file.status
        found = Delegation(
            id=meta.id,
            created_at=meta.created_at,
            giver=meta.created_by,
            withdrawn=Withdrawal(at=status.withdrawn_at, by=status.withdrawn_by) if status else None,
            **spec.model_dump(by_alias=False),
        )
        if found.path != path:
            return Fault(path, f"it is {found.path} by what it says")
        if text_of(found).encode() != data:
            return Fault(path, "it is not written as the service writes it")
    except Exception as error:  # as in `record.people.members`
        return fault_of(path, data, error)
    return found
