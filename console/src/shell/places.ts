import type { Me } from '@/api/types';

/** Whether somebody runs the whole platform, as its templates are. */
export function runsPlatform(me: Me): boolean {
  return me.grants.some(({ role, tenant }) => role === 'cpi_admin' && !tenant);
}

/** Whether somebody may have reports: of their tenants, or of all. */
export function hasReports(me: Me): boolean {
  return me.grants.some(({ role }) => role === 'cpi' || role === 'cpi_admin');
}
