import { createContext, use } from 'react';

/** Where a page's elements are: the document, or the shadow tree of a custom element inside somebody else's. */
export type Root = Document | ShadowRoot;

export const RootContext = createContext<Root>(document);

/** Ask it instead of `document` for elements and for the focus: `activeElement`, `querySelector`, `getElementById`. */
export function useRoot(): Root {
  return use(RootContext);
}
