import { createContext, use } from 'react';

/** Where a page's elements are: the document, or the shadow tree of a custom element inside somebody else's. */
export type Root = Document | ShadowRoot;

export const RootContext = createContext<Root>(document);

/** Ask it instead of `document` for elements and for the focus: `activeElement`, `querySelector`, `getElementById`. */
export function useRoot(): Root {
  return use(RootContext);
}

export const TitleContext = createContext<(title: string) => void>((title) => {
  document.title = title;
});

/** Names what is shown: in the tab, or for the host of a custom element. */
export function useTitle(): (title: string) => void {
  return use(TitleContext);
}
