import { spoken } from '@/i18n';
import type { Language } from '@/i18n/format';
import type { NavigateDetail, Place, ProdgateElement } from '../../embed/prodgate';
import { ElementHistory } from './history';
import { pathOf } from './place';
import { session } from './session';
import { sheet } from './sheet';

export type View = Place['view'] | 'pending-count';

const listeners = new Set<() => void>();
let shown: readonly ConsoleElement[] = [];

/** The elements that are on the page now. */
export const elements = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read: (): readonly ConsoleElement[] => shown,
};

function show(next: readonly ConsoleElement[]): void {
  shown = next;
  listeners.forEach((listener) => listener());
}

let made = 0;

/** A part of the console inside somebody else's page: attributes come in, events go out. */
export abstract class ConsoleElement extends HTMLElement implements ProdgateElement {
  static observedAttributes = ['id', 'query', 'lang'];
  abstract readonly view: View;
  readonly key = `element-${++made}`;
  readonly tree = this.attachShadow({ mode: 'open' });
  readonly history: ElementHistory;
  private language: Language = 'en';
  private readonly languageListeners = new Set<() => void>();

  constructor() {
    super();
    this.tree.adoptedStyleSheets = [sheet];
    this.history = new ElementHistory({
      step: (step) => this.step(step),
      link: (place) => session.link(place),
      leave: (address) => window.open(address, '_blank', 'noopener'),
    });
  }

  get query(): string {
    return this.getAttribute('query') ?? '';
  }
  set query(query: string) {
    this.setAttribute('query', query);
  }

  connectedCallback(): void {
    this.speak();
    if (shown.includes(this)) return;
    this.history.show(this.path());
    show([...shown, this]);
  }

  disconnectedCallback(): void {
    // Whoever moves an element takes it off the page and puts it back at once; that ends nothing.
    queueMicrotask(() => {
      if (!this.isConnected) show(shown.filter((each) => each !== this));
    });
  }

  attributeChangedCallback(name: string): void {
    if (!this.isConnected) return;
    if (name === 'lang') this.speak();
    else this.history.show(this.path());
  }

  readonly subscribeLanguage = (listener: () => void): (() => void) => {
    this.languageListeners.add(listener);
    return () => this.languageListeners.delete(listener);
  };
  readonly readLanguage = (): Language => this.language;

  /** Tells the host what the element's page is called. */
  readonly named = (title: string): void => {
    this.tell('prodgate-title', { title });
  };
  readonly counted = (count: number): void => {
    this.tell('prodgate-count', { count });
  };

  /** Take the language of the page around; wherever the element has gone by itself, it stays. */
  speak(): void {
    const language = spoken([languageAt(this)]);
    if (language === this.language) return;
    this.language = language;
    this.languageListeners.forEach((listener) => listener());
  }

  /** The place that the attributes name; none for a request without an id. */
  private path(): string {
    const { view, id, query } = this;
    if (view === 'request' && !id) return '';
    return pathOf(view === 'pending-count' ? { view: 'requests', query } : { view, id, query });
  }

  private step(step: NavigateDetail): boolean {
    const own = this.tell('prodgate-navigate', step);
    if (!own || this.view !== 'pending-count') return own;
    window.location.assign(this.history.createHref(pathOf(step)));
    return false;
  }

  /** False where the host keeps the element from what it would do by itself. */
  private tell(name: string, detail: unknown): boolean {
    return this.dispatchEvent(
      new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }),
    );
  }
}

/** The language that holds for the element: an attribute of it or of what it stands in, shadow trees included. */
function languageAt(element: Element): string {
  for (let at: Element | undefined = element; at;) {
    const found: HTMLElement | null = at.closest('[lang]');
    if (found) return found.getAttribute('lang') ?? '';
    const tree: Node = at.getRootNode();
    at = tree instanceof ShadowRoot ? tree.host : undefined;
  }
  return '';
}

new MutationObserver(() => shown.forEach((each) => each.speak())).observe(document.documentElement, {
  attributeFilter: ['lang'],
});

/** Gives the browser the element of that name; a page that loads two versions keeps the first. */
export function define(name: string, view: View): void {
  if (customElements.get(name)) return;
  customElements.define(
    name,
    class extends ConsoleElement {
      readonly view = view;
    },
  );
}
