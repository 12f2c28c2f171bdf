import type { TargetVersion, Ticket } from '@/api/types';
import type { TargetOf } from '@/components/requests/links';

/** The newest version before the one in production that is another; undefined where none is known. */
export function versionBefore(versions: readonly TargetVersion[]): TargetVersion | undefined {
  const [now, ...older] = versions;
  return now && older.find(({ version, digest }) => version !== now.version || digest !== now.digest);
}

/** The address of a form that is filled with a request for the version before. */
export function rollBackPath({ tenant, type, name }: TargetOf, now: string, before: TargetVersion): string {
  const { version, digest, ticket } = before;
  const given = { tenant, type, name, version, back: now, digest: digest ?? '', again: ticket ?? '' };
  return `/requests/new?${new URLSearchParams(Object.entries(given).filter(([, value]) => value !== '')).toString()}`;
}

/**
 * The version before the request's own: of what failed, the one that the record has in production; of what was
 * deployed, and is there still, the one before. Undefined where there is none.
 */
export function versionToGoBackTo(
  { metadata: { id }, spec: { target }, status: { state } }: Ticket,
  versions: readonly TargetVersion[],
): TargetVersion | undefined {
  const [now] = versions;
  if (state === 'failed') {
    const same = now?.version === target.version && (now.digest ?? null) === (target.digest ?? null);
    return same ? undefined : now;
  }
  return state === 'deployed' && now?.ticket === id ? versionBefore(versions) : undefined;
}
