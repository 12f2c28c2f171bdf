/** Prodgate's custom elements, and how a page tells them who is signed in. */

/** The host asks for a sign-in. */
export interface SignInWanted {
  /** `signed-out`: nobody is known. `expired`, `revoked`: the token is no longer taken. `stale`: one decision needs a fresher
   * sign-in. */
  reason: 'signed-out' | 'expired' | 'revoked' | 'stale';
  /** Seconds that the sign-in may be old, for `stale`; OpenID Connect's `max_age`. */
  maxAge?: number;
  /** Where to be afterwards: the place where somebody was asked, with what they were about to decide. */
  place?: Place;
}

/** Gives the ID token of whoever is signed in at the host; undefined where nobody is. Asked before each call. */
export type TokenCallback = () => string | undefined | Promise<string | undefined>;

export interface Settings {
  /** The origin of Prodgate, such as `https://prodgate.example.com`; that of the script, where it comes from there. */
  api?: string;
  /** Who is signed in: a callback, or the storage in which `oidc-client-ts` keeps the session for Prodgate's client id. */
  session: TokenCallback | Storage;
  /** Called where somebody presses "Sign in". */
  signIn?: (wanted: SignInWanted) => unknown;
  /** The host's address of a place, for links that are opened in a new tab; Prodgate's own console, if left out. */
  links?: (place: Place) => string | undefined;
}

/** Somewhere an element leads to. */
export interface Place {
  view: 'requests' | 'request' | 'new-request';
  /** The request's id, for `request`. */
  id?: string;
  /** What is asked for there, such as `tab=waiting&state=failed`, for the attribute `query`. */
  query: string;
}

/** Cancel it (`preventDefault`) to go there by the host's own router; otherwise the element goes by itself. */
export interface NavigateDetail extends Place {
  /** Whether the step takes the place of the one before, as typing into a filter does. */
  replace: boolean;
}

export interface ProdgateEventMap {
  'prodgate-navigate': CustomEvent<NavigateDetail>;
  /** The element's page has another name, for the host's title. */
  'prodgate-title': CustomEvent<{ title: string }>;
  /** `<prodgate-pending-count>` has another number. */
  'prodgate-count': CustomEvent<{ count: number }>;
}

/** An element of Prodgate. Attributes: `id`, `query`, `lang` (`en`, `fr`; else the page's), `theme` (`light`, `dark`; else the
 * page's). */
export interface ProdgateElement extends HTMLElement {
  query: string;
  addEventListener<Name extends keyof ProdgateEventMap>(
    type: Name,
    listener: (this: ProdgateElement, event: ProdgateEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Tell the elements where Prodgate is and who is signed in; until then they show that they load. */
export function configure(settings: Settings): void;

/** The session at the host is another one or over: ask for the token again. Elements forget what they showed to whoever left. */
export function sessionChanged(): Promise<void>;

declare global {
  interface HTMLElementTagNameMap {
    'prodgate-requests': ProdgateElement;
    'prodgate-request': ProdgateElement;
    'prodgate-new-request': ProdgateElement;
    'prodgate-pending-count': ProdgateElement;
  }
}
