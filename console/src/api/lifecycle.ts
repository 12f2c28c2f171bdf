import type { Decision, HistoryEntry, Permissions, State, Ticket } from './types';

/** Which decisions a state has room for at all; who may take them is the server's to say. */
const ROOM: Record<State | 'held', readonly Decision[]> = {
  pending: ['approve', 'unendorse', 'reject', 'cancel', 'emergency'],
  approved: ['hold', 'cancel'],
  held: ['release', 'cancel'],
  failed: ['retry'],
  deploying: [],
  verifying: [],
  deployed: [],
  rejected: [],
  cancelled: [],
  expired: [],
  superseded: [],
};

const CLOSED: readonly State[] = ['deployed', 'rejected', 'cancelled', 'expired', 'superseded'];

/** Whether it has ended for good, but for the answer that an emergency may still wait for. */
export const isOver = (ticket: Ticket) => CLOSED.includes(ticket.status.state);

/** Whether it waits for a decision; after an approval, whether that was one vote of several. */
export const isPending = (ticket: Ticket) => ticket.status.state === 'pending';

/** The entry of whoever holds an approved request; undefined where nobody does. */
export function holdOf({ status: { state, history } }: Ticket): HistoryEntry | undefined {
  const last = history.at(-1);
  return state === 'approved' && last?.action === 'held' ? last : undefined;
}

/** The entry by which the approval lapsed of what waits to be approved anew; undefined for everything else. */
export function lapseOf({ status: { state, history } }: Ticket): HistoryEntry | undefined {
  return state === 'pending' ? history.findLast((entry) => entry.action === 'lapsed') : undefined;
}

/** Who approved or rejected it last, if it still counts: what lapsed, or a rule approved, has been approved by nobody. */
export function deciderOf({ status: { state, history } }: Ticket): Decided | undefined {
  if (state === 'pending') return undefined;
  return history.findLast(
    (entry): entry is Decided => !entry.rule && (entry.action === 'approved' || entry.action === 'rejected'),
  );
}
type Decided = HistoryEntry & { action: 'approved' | 'rejected' };

/** The entry by which a rule of the company approved, where its approval still counts: then nobody did. */
export function ruleApprovalOf({
  status: { approvedBy, approvedAt, history },
}: Ticket): HistoryEntry | undefined {
  return approvedAt && !approvedBy ? history.find((entry) => entry.rule) : undefined;
}

/** Whether nothing but others' deployments of the same target can keep a request from being deployed now. */
export function standsInLine(ticket: Ticket): boolean {
  const { state, history } = ticket.status;
  return history.at(-1)?.action === 'retried' || (state === 'approved' && !holdOf(ticket));
}

/** Whether a launch of the request may come, so that a freeze would keep it back. */
export function awaitsLaunch({ status: { state, history } }: Ticket): boolean {
  return state === 'pending' || state === 'approved' || history.at(-1)?.action === 'retried';
}

/** The emergency by which a request was approved, past votes and freezes; undefined for a usual approval. */
export function emergencyOf({ status: { approvedAt, history } }: Ticket): HistoryEntry | undefined {
  const last = approvedAt ? history.findLast((entry) => entry.action === 'approved') : undefined;
  return last?.emergency ? last : undefined;
}

/** Whether an emergency was launched, and nobody has answered for it yet. */
export function owesAnswer(ticket: Ticket): boolean {
  const declared = emergencyOf(ticket);
  if (!declared) return false;
  const since = ticket.status.history.slice(ticket.status.history.indexOf(declared));
  const answered = since.some(({ action }) => action === 'ratified' || action === 'refuted');
  return !answered && since.some(({ action }) => action === 'deploying');
}

/** The decisions that a request has room for as it is. */
export function room(ticket: Ticket): readonly Decision[] {
  const { state } = ticket.status;
  const ended = state === 'deployed' || state === 'failed';
  if (ended && emergencyOf(ticket)) return owesAnswer(ticket) ? [...ROOM[state], 'ratify', 'refute'] : [];
  return ROOM[holdOf(ticket) ? 'held' : state];
}

/** Decisions whose buttons would be noise to everybody who may not take them. */
const FOR_FEW: readonly Decision[] = [
  'unendorse',
  'cancel',
  'hold',
  'release',
  'emergency',
  'ratify',
  'refute',
];

/** The decisions to show somebody; who has voted is offered to take that back, and not to vote again. */
export function offered(ticket: Ticket, permissions: Permissions): readonly Decision[] {
  const hidden: readonly Decision[] = permissions.unendorse.allowed ? ['approve'] : [];
  return room(ticket).filter(
    (decision) => permissions[decision].allowed || ![...FOR_FEW, ...hidden].includes(decision),
  );
}

/** Decisions that need a reason, which the requester reads. */
const REASONED: readonly Decision[] = ['reject', 'hold', 'release', 'emergency', 'ratify', 'refute'];
export const needsReason = (decision: Decision) => REASONED.includes(decision);

/** Decisions that lead to a deployment. */
const DEPLOYING: readonly Decision[] = ['approve', 'retry', 'release', 'emergency'];
export const deploys = (decision: Decision) => DEPLOYING.includes(decision);
