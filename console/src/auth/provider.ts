// The protocol, which is loaded when somebody signs in or out, or a token has to be renewed: to go on it is not needed.
import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import type { ConsoleSettings } from '@/api/types';

export function managerFor(settings: ConsoleSettings): UserManager {
  const { origin, sessionStorage } = window;
  const store = new WebStorageStateStore({ store: sessionStorage });
  return new UserManager({
    authority: settings.issuer,
    client_id: settings.clientId,
    redirect_uri: `${origin}/signed-in`,
    post_logout_redirect_uri: `${origin}/`,
    scope: settings.scope,
    userStore: store,
    stateStore: store,
    automaticSilentRenew: false,
  });
}
