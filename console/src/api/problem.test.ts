import { describe, expect, it } from 'vitest';
import { en } from '@/i18n/en';
import { fr } from '@/i18n/fr';
import { explain } from '@/i18n/server';
import { ApiProblem, problemOf, retryable } from './problem';

const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
  new Response(body, { status, headers: { 'Content-Type': 'application/problem+json', ...headers } });

describe('a refusal', () => {
  it('is known by its kind, and said in the reader’s language', async () => {
    const body = { type: 'urn:prodgate:problem:self-approval', detail: 'Cannot approve your own request' };
    const problem = await problemOf(answer(403, JSON.stringify(body)));
    expect(problem).toMatchObject({ status: 403, kind: 'self-approval', maxAge: undefined });
    expect(explain(fr, problem)).toBe(fr.refusals['self-approval']({}));
  });

  it('asks for a fresh sign-in where the challenge says so', async () => {
    const challenge = 'Bearer realm="prodgate", max_age="900", error="insufficient_user_authentication"';
    const problem = await problemOf(answer(401, '{}', { 'WWW-Authenticate': challenge }));
    expect(problem.maxAge).toBe(900);
  });

  it('is a plain 401 otherwise', async () => {
    const problem = await problemOf(answer(401, '{}', { 'WWW-Authenticate': 'Bearer realm="prodgate"' }));
    expect(problem.maxAge).toBeUndefined();
  });

  it('of a proxy is no less understood', async () => {
    const page = await problemOf(answer(502, '<h1>Bad gateway</h1>', { 'Content-Type': 'text/html' }));
    expect(explain(en, page)).toBe(en.errors.server);
    const cut = await problemOf(answer(500, '{"detail": "Some'));
    expect(explain(en, cut)).toBe(en.errors.server);
  });

  it('of a kind that we do not know is never said in the server’s English', () => {
    const type = 'urn:prodgate:problem:full-moon';
    expect(explain(fr, new ApiProblem(409, { type, detail: 'The moon is full' }))).toBe(fr.errors.title);
  });
});

describe('asking again', () => {
  it('may help while something is down, and never after a refusal', () => {
    expect(retryable(new TypeError('Failed to fetch'))).toBe(true);
    expect(retryable(new ApiProblem(503, {}))).toBe(true);
    expect(retryable(new ApiProblem(403, {}))).toBe(false);
  });
});
