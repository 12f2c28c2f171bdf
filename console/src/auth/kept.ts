// The session as `oidc-client-ts` keeps it in a storage, read without it: the library is three times what reads a session.
import type { User } from 'oidc-client-ts';
import type { ConsoleSettings } from '@/api/types';

/** What is read of it. */
export type Kept = Pick<User, 'id_token' | 'refresh_token' | 'profile'>;

/** The name under which the session of our client at our provider is kept. */
export function keptAs({ issuer, clientId }: ConsoleSettings): string {
  return `oidc.user:${issuer}:${clientId}`;
}
