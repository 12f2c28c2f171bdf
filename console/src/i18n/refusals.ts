import type { RefusalKind } from '@/api/types';

/** The values of a refusal, by their names. */
export type Params = Readonly<Record<string, string>>;

/** A sentence for every kind that the server has; `state` is the request's, in the reader's language. */
export type Refusals = Record<RefusalKind, (params: Params, state?: string) => string>;
