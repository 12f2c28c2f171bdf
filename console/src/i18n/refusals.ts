import type { RefusalKind } from '@/api/types';

/** The values of a refusal, by their names. */
export type Params = Readonly<Record<string, string>>;

/** Roles that a refusal names, spelled out; `names` are the reader's words for them. */
export function roles(named: string, names: Readonly<Record<string, string>>): string[] {
  return named.split(',').map((role) => names[role] ?? role);
}

/** A sentence for every kind that the server has; `state` is the request's, in the reader's language. */
export type Refusals = Record<RefusalKind, (params: Params, state?: string) => string>;
