import { ApiProblem, isUnreachable, PasskeyFault } from '@/api/problem';
import type { State } from '@/api/types';
import type { Messages } from './en';
import type { Params } from './refusals';

/** A refusal as the server sends it: its kind, and the values of its sentence. */
export interface Coded {
  kind?: string | null;
  params?: Params;
}

/** The refusal in the reader's language; empty for a kind that a newer server has. */
export function refusalSentence(t: Messages, { kind, params = {} }: Coded): string {
  if (!kind || !Object.hasOwn(t.refusals, kind)) return '';
  const named = params['state'];
  const state = named === 'held' ? t.marks.held : named === undefined ? undefined : t.state[named as State];
  return t.refusals[kind as keyof typeof t.refusals](params, state);
}

/** What went wrong, as a sentence with a way on. */
export function explain(t: Messages, error: unknown): string {
  if (isUnreachable(error)) return t.errors.unreachable;
  if (error instanceof PasskeyFault) return t.errors.passkey[error.fault];
  if (!(error instanceof ApiProblem)) return t.errors.server;
  if (error.status === 429) return t.errors.busy;
  return refusalSentence(t, error) || (error.status >= 500 ? t.errors.server : t.errors.title);
}
