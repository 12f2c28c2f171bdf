import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callServerAt } from '@/api/server';
import { session } from './session';

const SETTINGS = { issuer: 'https://id.example', clientId: 'prodgate', scope: 'openid' };
const tokenOf = (sub: string, more = '') =>
  `h.${btoa(JSON.stringify({ iss: 'https://id.example', sub, more }))}.s`;

beforeEach(() => {
  vi.stubGlobal('fetch', () => Promise.resolve(Response.json(SETTINGS)));
  vi.stubGlobal('reportError', vi.fn());
});
afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

// The files of tests share one page.
afterAll(() => callServerAt(window.location.origin));

const as = (give: () => string | undefined | Promise<string | undefined>) =>
  session.configure({ api: 'https://gate.example', session: give });

describe('the session of the host', () => {
  it('is over where the callback fails, and the host is told of its fault', async () => {
    await as(() => tokenOf('jean'));
    expect(session.read().status).toBe('signed-in');
    await as(() => Promise.reject(new Error('the host is broken')));
    expect([session.read().status, await session.token(), session.subject]).toEqual([
      'signed-out',
      undefined,
      '',
    ]);
    expect(reportError).toHaveBeenCalledWith(new Error('the host is broken'));
  });

  it.each([null, '', 42, {}])('is none for what is no token: %s', async (given) => {
    await as(() => given as string);
    expect(session.read().status).toBe('signed-out');
  });

  it('forgets what was typed when somebody leaves, and not when their token is renewed', async () => {
    let token: string | undefined = tokenOf('jean');
    await as(() => token);
    sessionStorage.setItem('prodgate-kept-x', 'typed');
    sessionStorage.setItem('host', 'kept');
    token = tokenOf('jean', 'renewed');
    expect(await session.token()).toBe(token);
    expect(sessionStorage.getItem('prodgate-kept-x')).toBe('typed');
    token = tokenOf('claire');
    await session.token();
    expect([sessionStorage.getItem('prodgate-kept-x'), sessionStorage.getItem('host')]).toEqual([
      null,
      'kept',
    ]);
  });

  it('is what was asked for last, whatever answers come late', async () => {
    const answers: ((token: string | undefined) => void)[] = [];
    let late = false;
    await as(() => (late ? new Promise((answer) => answers.push(answer)) : tokenOf('jean')));
    late = true;
    const first = session.token();
    const second = session.token();
    answers[1]?.(undefined);
    await second;
    late = false;
    await as(() => undefined);
    answers[0]?.(tokenOf('jean'));
    expect(await first).toBeUndefined();
    expect(session.read().status).toBe('signed-out');
  });

  it('goes on with another token after one was refused, and not with that one', async () => {
    let token = tokenOf('jean');
    await as(() => token);
    session.expire('session-revoked');
    await session.token();
    expect(session.read().status).toBe('revoked');
    token = tokenOf('jean', 'new');
    await session.token();
    expect(session.read().status).toBe('signed-in');
  });

  it('says what the sign-in is for, and where to be afterwards', async () => {
    const signIn = vi.fn();
    await session.configure({ api: 'https://gate.example', session: () => undefined, signIn });
    session.signIn('/requests/PR-1?decide=approve', 900);
    expect(signIn).toHaveBeenCalledWith({
      reason: 'stale',
      maxAge: 900,
      place: { view: 'request', id: 'PR-1', query: 'decide=approve' },
    });
  });

  it('is read where oidc-client-ts keeps it, of the provider and client that Prodgate names', async () => {
    sessionStorage.setItem(
      'oidc.user:https://id.example:prodgate',
      JSON.stringify({ id_token: tokenOf('jean') }),
    );
    sessionStorage.setItem('oidc.user:https://other.example:prodgate', JSON.stringify({ id_token: 'x.y.z' }));
    await session.configure({ api: 'https://gate.example', session: sessionStorage });
    expect(await session.token()).toBe(tokenOf('jean'));
    await as(() => undefined);
  });
});
