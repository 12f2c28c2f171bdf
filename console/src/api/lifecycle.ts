import type { Decision, State } from './types';

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
