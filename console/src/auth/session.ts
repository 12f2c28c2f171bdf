// Who is signed in: authorization code with PKCE at the provider that the server names.
// A store outside React, because the API client and the live stream need the token as much as the pages do.
import type { UserManager } from 'oidc-client-ts';
import type { ConsoleSettings } from '@/api/types';
import { keptAs, type Kept } from './kept';
import { endHere, leave, takeOver } from './notified';
import { shareSession } from './share';

type SessionStatus = 'starting' | 'signed-out' | 'signed-in' | 'expired' | 'revoked' | 'unreachable';

export interface SessionState {
  status: SessionStatus;
  settings: ConsoleSettings | undefined;
}

/** Where to return to after the sign-in; travels through the provider as OIDC state. */
interface Journey {
  returnTo: string;
}

/** A token is renewed this long before it ends, so that none ends on its way to the server. */
const RENEW_BEFORE_MS = 60_000;
/** Held by the tab that renews. */
const TURN = 'prodgate-renewal';

class Session {
  private state: SessionState = { status: 'starting', settings: undefined };
  private manager: Promise<UserManager> | undefined;
  private user: Kept | undefined;
  /** Whether the provider may still give a new token for the one that ends. */
  private renewable = false;
  private timer: number | undefined;
  private renewing: Promise<void> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly share = shareSession({
    mine: (than) => {
      if (!this.user || this.state.status !== 'signed-in') return undefined;
      const { sub, exp } = this.user.profile;
      return !than || (sub === than.sub && exp > than.exp) ? this.stored : undefined;
    },
    signedOut: () => this.forget(),
    renewed: (spent, stored) => {
      if (this.user?.refresh_token === spent) this.take(this.adopt(stored));
    },
    late: (stored) => {
      if (this.state.status === 'signed-out') this.take(this.adopt(stored));
    },
  });

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly read = (): SessionState => this.state;

  /** Learn from the server how to sign in, and take up the session of this tab or of one beside it. */
  async start(): Promise<void> {
    try {
      const answer = await fetch('/v1/console');
      if (!answer.ok) throw new Error(`/v1/console answered ${answer.status}`);
      this.tell({ settings: (await answer.json()) as ConsoleSettings });
      const beside = this.own() ? undefined : await this.share.ask();
      // Asked again: the page that the provider sends back to may have signed in meanwhile.
      this.take(this.own() ?? this.adopt(beside));
      // Whoever is about to sign in need not wait for it.
      if (!this.user) void this.provider().catch(() => undefined);
    } catch {
      this.tell({ status: 'unreachable' });
    }
  }

  /** Leave for the provider. `maxAge` asks it for a sign-in that is at most so many seconds old (RFC 9470). */
  async signIn(returnTo: string, maxAge?: number): Promise<void> {
    const journey: Journey = { returnTo };
    const again = maxAge === undefined ? {} : { max_age: maxAge, prompt: 'login' };
    await (await this.provider()).signinRedirect({ state: journey, ...again });
  }

  /** Take the provider's answer in the address of this page; the path to go on to. */
  async finishSignIn(): Promise<string> {
    const user = await (await this.provider()).signinRedirectCallback();
    await takeOver(user.profile.sub);
    this.take(user);
    const returnTo = (user.state as Partial<Journey> | undefined)?.returnTo;
    // Only paths of this origin: "//elsewhere" would lead away.
    return returnTo && /^\/(?!\/)/.test(returnTo) ? returnTo : '/';
  }

  async signOut(): Promise<void> {
    const manager = await this.provider();
    const token = this.user?.id_token;
    // One that comes later would sign in again.
    await this.renewing;
    await leave(this.user?.id_token);
    this.share.tellSignedOut();
    this.forget();
    const { end_session_endpoint: end } = await manager.metadataService.getMetadata();
    if (end) await manager.signoutRedirect(token ? { id_token_hint: token } : {});
  }

  /** The token to send, renewed where it is about to end; undefined where nobody is signed in. */
  async token(): Promise<string | undefined> {
    if (this.renewable && this.endsSoon()) {
      this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
      await this.renewing;
    }
    return this.user?.id_token;
  }

  /** The server no longer takes the token: what is on the screen stays, and the sign-in is offered over it.
   * `kind` is the refusal's. */
  expire(kind?: string): void {
    const status = kind === 'session-revoked' ? 'revoked' : 'expired';
    if (this.state.status === 'signed-in') this.tell({ status });
    // Signed out elsewhere, by themselves or by whoever knows that the browser is in other hands.
    if (status === 'revoked') void endHere();
  }

  /** The address at which the person is known to the provider; names what is kept for them in this browser. */
  get subject(): string {
    return this.user?.profile.sub ?? '';
  }

  /** One tab at a time, which first asks those beside for what they have: many providers take a refresh token once,
   * and end the session where it comes a second time. */
  private async renew(): Promise<void> {
    await navigator.locks.request(TURN, async () => {
      if (!this.user || !this.endsSoon()) return;
      const { sub, exp } = this.user.profile;
      const user = this.adopt(await this.share.ask({ sub, exp }));
      if (user) this.take(user);
      if (this.endsSoon()) await this.spend(this.user);
    });
  }

  private async spend(before: Kept): Promise<void> {
    try {
      const user = await (await this.provider()).signinSilent();
      if (user && before.refresh_token) this.share.tellRenewed(before.refresh_token, user.toStorageString());
      // A provider may renew the access token alone; the API is shown the ID token, and asking again gives no other.
      this.take(user, user?.id_token !== before.id_token);
    } catch (fault) {
      // The library's ErrorResponse, which is not loaded here.
      const refused = fault instanceof Error && 'error' in fault && fault.error === 'invalid_grant';
      if (refused) this.renewable = false;
      // What else went wrong may pass: the token is good for a while yet, and the next call tries again.
      if (refused || this.left() <= 0) this.expire();
    }
  }

  private endsSoon(): boolean {
    return this.left() < RENEW_BEFORE_MS;
  }

  /** Milliseconds until the token ends. */
  private left(): number {
    return this.user ? this.user.profile.exp * 1000 - Date.now() : Infinity;
  }

  private take(user: Kept | null, renewable = true): void {
    this.user = user ?? undefined;
    this.renewable = renewable && user?.refresh_token !== undefined;
    const ended = this.left() <= 0 && !this.renewable;
    this.tell({ status: user ? (ended ? 'expired' : 'signed-in') : 'signed-out' });
    window.clearTimeout(this.timer);
    if (!user || this.renewable) return;
    // setTimeout counts in 32 bits of milliseconds; a longer one would fire at once.
    this.timer = window.setTimeout(() => this.expire(), Math.min(this.left(), 2 ** 31 - 1));
  }

  private get stored(): string | undefined {
    return sessionStorage.getItem(keptAs(this.known())) ?? undefined;
  }

  /** The session that this tab keeps. */
  private own(): Kept | null {
    return this.stored ? (JSON.parse(this.stored) as Kept) : null;
  }

  private adopt(stored: string | undefined): Kept | null {
    if (stored) sessionStorage.setItem(keptAs(this.known()), stored);
    return stored ? this.own() : null;
  }

  private forget(): void {
    sessionStorage.removeItem(keptAs(this.known()));
    this.take(null);
  }

  private provider(): Promise<UserManager> {
    this.manager ??= import('./provider').then(({ managerFor }) => managerFor(this.known()));
    this.manager.catch(() => (this.manager = undefined)); // whoever asks again, loads again
    return this.manager;
  }

  private known(): ConsoleSettings {
    if (!this.state.settings) throw new Error('the session has not started');
    return this.state.settings;
  }

  private tell(change: Partial<SessionState>): void {
    this.state = { ...this.state, ...change };
    this.listeners.forEach((listener) => listener());
  }
}

export const session = new Session();
