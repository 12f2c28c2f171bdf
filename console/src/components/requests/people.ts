import type { Me } from '@/api/types';

/** A tenant as people call it. */
export function tenantName(me: Me, tenant: string): string {
  return me.tenants.find((each) => each.name === tenant)?.displayName ?? tenant;
}

/** Somebody's address as a short name, for rows that hold no more: pierre.durand of pierre.durand@cab-i.com. */
export function handle(email: string): string {
  return email.split('@')[0] ?? email;
}
