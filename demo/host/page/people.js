// The host's own sign-in, which has nothing of Prodgate in it: authorization code with PKCE at the company's provider.
import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { ref } from 'vue';
import { go, path } from './router.js';

let manager;
const person = ref();

export const people = {
  person,

  async start({ issuer, client }) {
    manager = new UserManager({
      authority: issuer,
      client_id: client,
      redirect_uri: `${location.origin}/signed-in`,
      post_logout_redirect_uri: `${location.origin}/`,
      scope: 'openid email profile',
      userStore: new WebStorageStateStore({ store: sessionStorage }),
    });
    if (location.pathname === '/signed-in') {
      const user = await manager.signinRedirectCallback();
      go(user.state, true);
    }
    person.value = (await manager.getUser())?.profile;
  },

  /** The ID token that Prodgate is shown. */
  token: async () => (await manager.getUser())?.id_token,

  signIn: (maxAge, returnTo = path.value) =>
    manager.signinRedirect({
      state: returnTo,
      ...(maxAge === undefined ? {} : { max_age: maxAge, prompt: 'login' }),
    }),

  async signOut() {
    await manager.removeUser();
    person.value = undefined;
  },
};
