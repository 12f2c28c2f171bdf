// Who is signed in is the host's to say. In the build of the elements this module stands in the place of auth/session.ts
// (vite.embed.ts), so that the pages and the client know no difference.
import type { session as consoleSession, SessionState } from '@/auth/session';
import { keptAs } from '@/auth/kept';
import { callServerAt, serverAddress } from '@/api/server';
import type { ConsoleSettings } from '@/api/types';
import type { Place, Settings } from '../../embed/prodgate';
import { placeOf } from './place';

export type { SessionState };

/** How often the storage of the host's session is looked at: it tells nobody in its own tab that it changed. */
const LOOK_MS = 1_000;
/** What was typed belongs to whoever is signed in; all of it has this in front of its name. */
const KEPT = 'prodgate-';

class HostSession {
  private state: SessionState = { status: 'starting', settings: undefined };
  private host: Settings | undefined;
  /** Whom the last token names; empty where nobody is signed in. */
  subject = '';
  /** The token that was given last, and the one that the server took no longer. In memory alone. */
  private given: string | undefined;
  private refused: string | undefined;
  private asked = 0;
  private answered = 0;
  private looking: number | undefined;
  private readonly listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly read = (): SessionState => this.state;
  readonly who = (): string => this.subject;

  /** Take what the host says of itself. */
  async configure(host: Settings): Promise<void> {
    callServerAt(host.api ?? new URL(import.meta.url).origin);
    this.host = host;
    window.clearInterval(this.looking);
    if (typeof host.session !== 'function')
      this.looking = window.setInterval(() => void this.token(), LOOK_MS);
    await this.start();
  }

  /** Learn from the server what a page has to know, and from the host who is signed in. */
  async start(): Promise<void> {
    try {
      const answer = await fetch(serverAddress('/v1/console'));
      if (!answer.ok) throw new Error(`/v1/console answered ${answer.status}`);
      this.tell({ settings: (await answer.json()) as ConsoleSettings });
      await this.token();
    } catch {
      this.tell({ status: 'unreachable' });
    }
  }

  /** The token to send; undefined where nobody is signed in. */
  async token(): Promise<string | undefined> {
    const turn = ++this.asked;
    const token = await this.ask();
    // An answer that was overtaken may name somebody who has left meanwhile.
    if (turn < this.answered) return this.token();
    this.answered = turn;
    this.take(token);
    return token;
  }

  /** The server no longer takes the token: what is on the screen stays, and the sign-in is offered over it. */
  expire(kind?: string): void {
    this.refused = this.given;
    const status = kind === 'session-revoked' ? 'revoked' : 'expired';
    if (this.state.status === 'signed-in') this.tell({ status });
  }

  /** Have the host sign somebody in; `maxAge` asks for a sign-in that is at most so many seconds old. */
  signIn(returnTo: string, maxAge?: number): void {
    const { status } = this.state;
    const reason = status === 'expired' || status === 'revoked' ? status : 'signed-out';
    const place = placeOf(returnTo);
    this.host?.signIn?.({
      ...(maxAge === undefined ? { reason } : { reason: 'stale', maxAge }),
      ...(place && { place }),
    });
  }

  /** The host's own address of a place. */
  link(place: Place): string | undefined {
    return this.host?.links?.(place);
  }

  private async ask(): Promise<string | undefined> {
    const session = this.host?.session;
    try {
      const token: unknown = typeof session === 'function' ? await session() : this.stored(session);
      return typeof token === 'string' && token ? token : undefined;
    } catch (fault) {
      reportError(fault); // the host's own fault, told to the host; nobody is signed in by one
      return undefined;
    }
  }

  /** The ID token that `oidc-client-ts` keeps for Prodgate's client at the provider that Prodgate trusts. */
  private stored(storage: Storage | undefined): unknown {
    const { settings } = this.state;
    const kept = settings && storage?.getItem(keptAs(settings));
    return kept ? (JSON.parse(kept) as { id_token?: unknown }).id_token : undefined;
  }

  private take(token: string | undefined): void {
    this.given = token;
    const subject = token ? subjectOf(token) : '';
    if (this.subject && subject !== this.subject) forgetTyped();
    const before = this.subject;
    this.subject = subject;
    const { status } = this.state;
    const refused = status === 'revoked' ? status : 'expired';
    this.tell({ status: !token ? 'signed-out' : token === this.refused ? refused : 'signed-in' }, before);
  }

  private tell(change: Partial<SessionState>, subject = this.subject): void {
    const before = this.state;
    const next = { ...before, ...change };
    const same = next.status === before.status && next.settings === before.settings;
    if (same && subject === this.subject) return;
    this.state = next;
    this.listeners.forEach((listener) => listener());
  }
}

/** Whom a token names. Nothing is proven by it: it tells whether what is shown belongs to somebody else. */
function subjectOf(token: string): string {
  try {
    const payload = (token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
    const { iss, sub } = JSON.parse(atob(payload)) as { iss?: unknown; sub?: unknown };
    return JSON.stringify([iss, sub]);
  } catch {
    return token; // nobody can be told from it, so another token is another person
  }
}

function forgetTyped(): void {
  Object.keys(sessionStorage)
    .filter((name) => name.startsWith(KEPT))
    .forEach((name) => sessionStorage.removeItem(name));
}

type OfPages = 'subscribe' | 'read' | 'token' | 'expire' | 'subject';

export const session = new HostSession() satisfies Pick<typeof consoleSession, OfPages>;
