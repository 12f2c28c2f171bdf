// Votes that were handed to the reader: where their own roles refuse, they decide for who let them.
import type { Decision, Permissions } from './types';

const VOTING = ['approve', 'reject', 'unendorse'] as const;
type Voting = (typeof VOTING)[number];

export type Behalf = Permissions['onBehalfOf'][number];

/** For whom the reader takes the decision; undefined where they take it by a right of their own, or may not. */
export function behalfOf(permissions: Permissions | undefined, decision: Decision): Behalf | undefined {
  if (!permissions || permissions[decision].allowed || !VOTING.some((each) => each === decision)) {
    return undefined;
  }
  return permissions.onBehalfOf.find((each) => each[decision as Voting]);
}

/** The same rights, with what the reader may decide for others counted as theirs. */
export function withBehalf(permissions: Permissions): Permissions {
  const of = (decision: Voting) =>
    behalfOf(permissions, decision) ? { allowed: true, why: null, who: [] } : permissions[decision];
  return { ...permissions, approve: of('approve'), reject: of('reject'), unendorse: of('unendorse') };
}
