import type { Decision, Permissions, State } from './types';

/** Which decisions a state has room for at all; who may take them is the server's to say. */
export const ROOM: Record<State, readonly Decision[]> = {
  pending: ['approve', 'reject', 'cancel'],
  approved: ['cancel'],
  failed: ['retry'],
  deploying: [],
  deployed: [],
  rejected: [],
  cancelled: [],
  expired: [],
};

/** The decisions to show somebody: those that the state has room for. Withdrawing is for the requester and admins; to
 * everybody else its button would be noise. */
export function offered(state: State, permissions: Permissions): readonly Decision[] {
  return ROOM[state].filter((decision) => decision !== 'cancel' || permissions.cancel.allowed);
}
