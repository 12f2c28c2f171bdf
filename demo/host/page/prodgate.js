// All that the host has to do with Prodgate: say who is signed in, and where its places are.
import { people } from './people.js';

let prodgate;

/** The host's address of one of Prodgate's places. */
export function addressOf({ view, id, query }) {
  const page = {
    requests: '/production',
    request: `/production/${id}`,
    'new-request': '/production/new',
  }[view];
  return query ? `${page}?${query}` : page;
}

export const elements = {
  async start({ api }) {
    // The module of the tag, which the browser has checked against its hash.
    prodgate = await import(/* @vite-ignore */ document.getElementById('prodgate').src);
    // To see the other way: ?session=storage has the elements read the session that the host's own client keeps.
    const byStorage = new URLSearchParams(location.search).get('session') === 'storage';
    prodgate.configure({
      api,
      session: byStorage ? sessionStorage : people.token,
      signIn: ({ maxAge, place }) => people.signIn(maxAge, place && addressOf(place)),
      links: addressOf,
    });
  },

  /** After somebody came or left. */
  sessionChanged: () => prodgate?.sessionChanged(),
};
