import type { HistoryEntry, Remark, RemarkKind } from '@/api/types';
import type { Formatter } from './format';
import type { Params } from './refusals';

/** A sentence for every remark of the service in the record; `when` is its moment or span, in the reader's zone. */
export type RemarkWords = Record<Exclude<RemarkKind, 'quoted'>, (params: Params, when: string) => string>;

/**
 * A text of the record in the reader's language: the service's remarks are said anew, what it quotes stays as it is, and
 * so does a text that is no remark.
 */
export function remarked(
  words: RemarkWords,
  format: Formatter,
  remarks: readonly Remark[],
  text: string,
): string {
  if (!remarks.every(({ kind }) => kind === 'quoted' || Object.hasOwn(words, kind))) return text;
  return remarks.reduce((said, each) => joined(said, sentence(words, format, each)), '') || text;
}

function sentence(words: RemarkWords, format: Formatter, { kind, params = {} }: Remark): string {
  if (kind === 'quoted') return params['text'] ?? '';
  const { started, finished, until } = params;
  const when = until ? format.dateTime(until) : started && finished ? format.range(started, finished) : '';
  return words[kind](params, when);
}

function joined(before: string, next: string): string {
  return before && !next.startsWith('\n') ? `${before} ${next}` : before + next;
}

/** The same of an entry's texts. */
export function translated(
  words: RemarkWords,
  format: Formatter,
  entry: HistoryEntry,
  remarks: { comment?: readonly Remark[]; reason?: readonly Remark[]; error?: readonly Remark[] } = {},
): HistoryEntry {
  const { comment, reason, error } = entry;
  return {
    ...entry,
    ...(comment && { comment: remarked(words, format, remarks.comment ?? [], comment) }),
    ...(reason && { reason: remarked(words, format, remarks.reason ?? [], reason) }),
    ...(error && { error: remarked(words, format, remarks.error ?? [], error) }),
  };
}
