import type { Me } from '@/api/types';

/** Whether somebody runs the whole platform, as its templates are. */
export function runsPlatform(me: Me): boolean {
  return me.grants.some(({ role, tenant }) => role === 'cpi_admin' && !tenant);
}
