// Which figures are shown: all of it is in the address, so that a link shows somebody else the same.
import { api, data } from './client';
import { keep } from './keep';
import { IMPACTS, TYPES, type Impact, type TargetType } from './types';

export const SPLITS = ['week', 'tenant', 'target', 'impact'] as const;
export type Split = (typeof SPLITS)[number];

/** Weeks of the periods that are offered; the API takes any number up to the last. */
export const PERIODS = [4, 13, 26, 53] as const;
const USUAL = 13;

export type Picture =
  'approval-wait' | 'queue' | 'deployment' | 'time-to-restore' | 'deployments' | 'waiting' | 'teams';

export interface Question {
  by: Split;
  weeks: number;
  /** The last week, such as 2026-W48; empty for the one under way. */
  to: string;
  tenant: string;
  type: TargetType | '';
  target: string;
  impact: Impact | '';
}

const WEEK = /^\d{4}-W(0[1-9]|[1-4]\d|5[0-3])$/;

/** The question that an address holds; whatever is misspelled in it counts as not there. */
export function readQuestion(search: URLSearchParams): Question {
  const text = (name: string) => search.get(name) ?? '';
  const weeks = Number(text('weeks'));
  return {
    by: SPLITS.find((each) => each === text('by')) ?? 'week',
    weeks: Number.isInteger(weeks) && weeks >= 1 && weeks <= PERIODS[3] ? weeks : USUAL,
    to: WEEK.test(text('to')) ? text('to') : '',
    tenant: text('tenant'),
    type: TYPES.find((each) => each === text('type')) ?? '',
    target: text('target'),
    impact: IMPACTS.find((each) => each === text('impact')) ?? '',
  };
}

/** The address that holds the question; what is usual is left out. */
export function writeQuestion(question: Question): URLSearchParams {
  const { by, weeks, ...rest } = question;
  const told = { by: by === 'week' ? '' : by, weeks: weeks === USUAL ? '' : String(weeks), ...rest };
  return new URLSearchParams(Object.entries(told).filter(([, value]) => value !== ''));
}

export function isNarrowed({ tenant, type, target, impact }: Question): boolean {
  return [tenant, type, target, impact].some(Boolean);
}

/** The question as the API takes it. */
export function queryOf({ by, weeks, to, tenant, type, target, impact }: Question) {
  return {
    by,
    weeks,
    ...(to && { to }),
    ...(tenant && { tenant }),
    ...(type && { type }),
    ...(target && { target }),
    ...(impact && { impact }),
  };
}

/** Have the browser keep one picture's figures as a file. Throws ApiProblem where they are refused. */
export async function download(picture: Picture, question: Question): Promise<void> {
  const answer = await api.GET('/v1/insights/{picture}', {
    params: { path: { picture }, query: queryOf(question) },
    parseAs: 'blob',
  });
  keep(data(answer), `${picture}.csv`);
}
