import type { Need } from '@/api/votes';
import { plural } from './plural';

const n = plural('en');
const and = ' and ';

function need({ role, group, count }: Need): string {
  if (group) return `${n(count, 'member', 'members')} of “${group}”`;
  return role === 'cpi_admin'
    ? n(count, 'platform administrator', 'platform administrators')
    : n(count, 'tenant administrator (CPI)', 'tenant administrators (CPI)');
}

/** What is said of votes wherever people are; the words of the pages where they vote are in `voting.ts`. */
export const enVotes = {
  need,
  and,
  given: (count: number, mine: boolean) =>
    mine && count === 1 ? 'You voted' : `${n(count, 'vote', 'votes')} given${mine ? ', one yours' : ''}`,
  lacking: (missing: number, needed: number, mine: boolean) =>
    `${mine ? 'You voted, ' : ''}needs ${missing} of ${n(needed, 'vote', 'votes')}`,
  more: (count: number) => n(count, 'vote', 'votes'),
  done: (id: string) => `Your vote for ${id} is recorded; others are missing`,
  later: (what: string) => `Your vote for ${what} will be recorded`,
  undone: (id: string) => `Vote taken back: ${id} waits as before`,
  notNeeded: (missing: string) =>
    missing ? `A vote of yours fills no place: missing are ${missing}.` : 'A vote of yours fills no place.',
  noVote: 'You have no vote on this request.',
  othersToo: (missing: string) =>
    missing ? `Others have to approve, too: ${missing}.` : 'Others have to approve, too.',
  tooFew: (missing: string) =>
    `Too few people could approve this: missing are ${missing}. They have to be added first.`,
  lapsed: (missing: string) => `By the company’s rules as they are now, votes are missing: ${missing}.`,
};
