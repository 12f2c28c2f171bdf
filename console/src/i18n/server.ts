import { ApiProblem, isUnreachable } from '@/api/problem';
import type { Messages } from './en';

/** A sentence of the server in the reader's language; as the server says it, where it is not one we know. */
export function serverSentence(t: Messages, sentence: string): string {
  const known: Record<string, string> = t.server;
  return known[sentence] ?? sentence;
}

/** What went wrong, as a sentence with a way on. */
export function explain(t: Messages, error: unknown): string {
  if (isUnreachable(error)) return t.errors.unreachable;
  if (!(error instanceof ApiProblem)) return t.errors.server;
  if (error.status === 429) return t.errors.busy;
  return serverSentence(t, error.message) || (error.status >= 500 ? t.errors.server : t.errors.title);
}
