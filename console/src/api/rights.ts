import type { Me, Permission } from './types';

/** Whether somebody holds the permission in any tenant. */
export function holds(me: Me, permission: Permission): boolean {
  return right(me, permission) !== undefined;
}

/** Whether somebody decides on requests: by a role of theirs, or by a vote that was handed to them. */
export function decides(me: Me): boolean {
  return holds(me, 'approve') || me.decidesFor.length > 0;
}

/** Whether somebody holds it in every tenant, and for what is the whole platform's. */
export function holdsEverywhere(me: Me, permission: Permission): boolean {
  return right(me, permission)?.everywhere ?? false;
}

/** The tenants on whose requests somebody holds it, whoever asked for them. */
export function tenantsOf(me: Me, permission: Permission): readonly string[] {
  return right(me, permission)?.tenants ?? [];
}

function right(me: Me, permission: Permission) {
  return me.rights.find((each) => each.permission === permission);
}
