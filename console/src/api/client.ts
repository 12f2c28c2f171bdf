import createClient, { type Middleware } from 'openapi-fetch';
import { session } from '@/auth/session';
import { problemOf } from './problem';
import type { paths } from './schema';
import { serverAddress } from './server';

/** Sends the session's token with each call, and turns each refusal into an ApiProblem that is thrown. */
const gate: Middleware = {
  async onRequest({ request }) {
    const token = await session.token();
    if (token) request.headers.set('Authorization', `Bearer ${token}`);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return undefined;
    const problem = await problemOf(response);
    // A sign-in that is merely too old for this one decision is the dialog's business, not the session's end.
    if (response.status === 401 && problem.maxAge === undefined) session.expire(problem.kind);
    throw problem;
  },
};

class ServerRequest extends Request {
  constructor(path: string, init: RequestInit) {
    super(serverAddress(path), init);
  }
}

export const api = createClient<paths>({ Request: ServerRequest as typeof Request });
api.use(gate);

/** The data of an answer that is known to have some: whatever has none was thrown before. */
export function data<T>(answer: { data?: T; response: Response }): T {
  if (answer.data === undefined) throw new TypeError(`${answer.response.url} answered without a body`);
  return answer.data;
}
