import type { Need } from '@/api/votes';
import type { enVotes } from './en.votes';

export type VoteWords = typeof enVotes;

/** Needs as people read them. */
export function needed({ need, and }: Pick<VoteWords, 'need' | 'and'>, needs: readonly Need[]): string {
  return needs.map(need).join(and);
}

/** The needs in a text of the server, like `2 of cpi and 1 of security`. */
export function needsIn(text = ''): readonly Need[] {
  return [...text.matchAll(/(\d+) of (\S+)/g)].map(([, count, who = '']) => {
    const role = who === 'cpi' || who === 'cpi_admin' ? who : null;
    return { role, group: role ? null : who, count: Number(count) };
  });
}
