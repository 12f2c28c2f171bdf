import { expect, test, vi } from 'vitest';
import { keptAs } from './kept';

const SETTINGS = { issuer: 'https://login.example', clientId: 'prodgate' };
const USER = {
  id_token: 'a.b.c',
  state: { returnTo: '/requests' },
  profile: { sub: 'jean', exp: Date.now() },
};

vi.mock('./provider', () => ({
  managerFor: () => ({
    signinRedirectCallback: () => {
      sessionStorage.setItem(keptAs(SETTINGS as never), JSON.stringify(USER));
      return Promise.resolve(USER);
    },
    metadataService: { getMetadata: () => Promise.resolve({}) },
  }),
}));

test('a sign-in that ends before the tabs beside have answered stays', async () => {
  USER.profile.exp = Date.now() / 1000 + 3600;
  vi.spyOn(globalThis, 'fetch').mockResolvedValue(Response.json(SETTINGS));
  const { session } = await import('./session');
  const started = session.start();
  await vi.waitUntil(() => session.read().settings);
  expect(await session.finishSignIn()).toBe('/requests');
  expect(session.read().status).toBe('signed-in');
  await started;
  expect(session.read().status).toBe('signed-in');
  // The files of tests share one page, and this session.
  await session.signOut();
  expect(session.read().status).toBe('signed-out');
});

test('a tab beside that answers late signs in still, but nobody who has signed out', async () => {
  vi.resetModules();
  vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(Response.json(SETTINGS)));
  const { session } = await import('./session');
  await session.start();
  expect(session.read().status).toBe('signed-out');
  const beside = new BroadcastChannel('prodgate-session');
  const answer = () => beside.postMessage({ kind: 'answer', user: JSON.stringify(USER) });
  answer();
  await vi.waitUntil(() => session.read().status === 'signed-in');
  beside.postMessage({ kind: 'signed-out' });
  await vi.waitUntil(() => session.read().status === 'signed-out');
  answer();
  await new Promise((later) => setTimeout(later, 200));
  expect(session.read().status).toBe('signed-out');
  beside.close();
});
