"""Makes entries of the commits that change who may do what: keys, roles, rules, the catalogue, templates.

Their author is whoever the commit names: nothing proves it.
"""

import hashlib
from datetime import datetime
from itertools import islice

import pygit2

from domain.trail import AuditAction, AuditEntry, Via

_FOLDERS = {
    "keys": AuditAction.CHANGE_KEYS,
    "passkeys": AuditAction.CHANGE_KEYS,
    "tenants": AuditAction.CHANGE_ROLES,
    "platform.yaml": AuditAction.CHANGE_ROLES,
    "rules": AuditAction.CHANGE_RULES,
    "delegations": AuditAction.CHANGE_DELEGATIONS,
    "apis": AuditAction.CHANGE_CATALOGUE,
    "applications": AuditAction.CHANGE_CATALOGUE,
    "policies": AuditAction.CHANGE_CATALOGUE,
    "templates": AuditAction.CHANGE_TEMPLATES,
}
"""The acts by the folder, or the file, at the root of the record that they change."""

_MOST_PATHS = 200
"""Paths of one commit that are looked at: what is beyond is counted."""


def entries_of(commit: pygit2.Commit, now: datetime) -> tuple[AuditEntry, ...]:
    """The entries of one commit of the first-parent line: one for each kind of change, and for each tenant's file.

    Made again, they have the ids that they had.
    """
    before = commit.parents[0].tree if commit.parents else None
    if not _touched(commit.tree, before):
        return ()
    diff = before.diff_to_tree(commit.tree) if before else commit.tree.diff_to_tree(swap=True)
    paths = [path for each in diff.deltas if _act(path := each.new_file.raw_path.decode(errors="replace"))]
    found: dict[tuple[AuditAction, str | None], list[str]] = {}
    for path in islice(paths, _MOST_PATHS):
        found.setdefault((_act(path) or AuditAction.CALL, _tenant(path)), []).append(path)
    more = len(paths) - _MOST_PATHS
    return tuple(_entry(commit, now, act, tenant, changed, more) for (act, tenant), changed in found.items())


def _touched(tree: pygit2.Tree, before: pygit2.Tree | None) -> bool:
    """Tells whether the commit changed anything that counts; costs a look at one folder."""
    return any(_oid(tree, name) != (_oid(before, name) if before else None) for name in _FOLDERS)


def _oid(tree: pygit2.Tree, name: str) -> pygit2.Oid | None:
    return tree[name].id if name in tree else None


def _act(path: str) -> AuditAction | None:
    return _FOLDERS.get(path.partition("/")[0])


def _tenant(path: str) -> str | None:
    folder, _, name = path.partition("/")
    return name.removesuffix(".yaml") if folder == "tenants" and name.endswith(".yaml") else None


def _entry(
    commit: pygit2.Commit, now: datetime, act: AuditAction, tenant: str | None, paths: list[str], more: int
) -> AuditEntry:
    oid = str(commit.id)
    digest = hashlib.sha256(f"{oid} {act} {tenant}".encode()).hexdigest()
    beside = f" and {more} more" if more > 0 else ""
    subject = commit.raw_message.decode(errors="replace").partition("\n")[0][:200]
    return AuditEntry.of(
        act,
        commit.author.raw_email.decode(errors="replace"),
        now,
        id=f"{max(0, commit.commit_time) * 1000:012x}"[-12:] + digest[:20],
        name=commit.author.raw_name.decode(errors="replace"),
        tenant=tenant,
        detail=f"{oid}: {', '.join(paths)}{beside}: {subject}",
        via=Via.GIT,
    )
