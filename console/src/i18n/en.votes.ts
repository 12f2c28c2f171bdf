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

/** The sentences about approvals that take more than one person. */
export const enVotes = {
  need,
  and,
  title: 'Votes',
  progress: (given: number, all: number) => `${given} of ${n(all, 'vote', 'votes')}`,
  rule: 'By the company’s rule',
  needs: 'Needed',
  complete: 'complete',
  missing: (count: number) => `${count} missing`,
  voted: 'Voted',
  nobody: 'Nobody yet',
  awaiting: (count: number) => `Awaiting ${n(count, 'vote', 'votes')}…`,
  asked: 'Who can still vote',
  given: (count: number, mine: boolean) =>
    `${n(count, 'vote', 'votes')} given${mine ? (count === 1 ? ', yours' : ', one yours') : ''}`,
  more: (count: number) => n(count, 'vote', 'votes'),
  button: 'Vote to approve',
  rest: (rest: string) => `It is your vote. Still missing after it: ${rest}.`,
  last: 'It is the last vote that is missing.',
  askTitle: (what: string) => `Vote to approve ${what}?`,
  askHelp: (rest: string) =>
    `Your vote is recorded in Git under your name. Still missing after it: ${rest}; nothing is deployed before that.`,
  commentHelp: 'Kept in the record, for whoever decides next.',
  confirm: 'Vote',
  done: (id: string) => `Your vote for ${id} is recorded; others are missing`,
  back: 'Take your vote back',
  backTitle: (what: string) => `Take your vote for ${what} back?`,
  backHelp: 'It counts no more. While the request is pending, you can vote again.',
  backConfirm: 'Take it back',
  backDone: (id: string) => `Your vote for ${id} is taken back`,
  later: (what: string) => `Your vote for ${what} will be recorded`,
  undone: (id: string) => `Vote taken back: ${id} waits as before`,
  one: 'Your vote is recorded; others are missing.',
  already: 'You have voted. Its page lets you take that back.',
  notNeeded: (missing: string) =>
    missing ? `A vote of yours fills no place: missing are ${missing}.` : 'A vote of yours fills no place.',
  noVote: 'You have no vote on this request.',
  othersToo: (missing: string) =>
    missing ? `Others have to approve, too: ${missing}.` : 'Others have to approve, too.',
  tooFew: (missing: string) =>
    `Too few people could approve this: missing are ${missing}. They have to be added first.`,
  lapsed: (missing: string) => `By the company’s rules as they are now, votes are missing: ${missing}.`,
  willNeed: (needs: string) => `Needs ${needs}`,
};
