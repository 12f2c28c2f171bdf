import { useContext, useMemo, useSyncExternalStore } from 'react';
import {
  UNSAFE_NavigationContext,
  useLocation,
  useSearchParams,
  type Location,
  type Navigator,
} from 'react-router';

/** Every router's history says where it is; its type for others leaves that out. */
type History = Navigator & { location: Pick<Location, 'pathname' | 'search'> };

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** The query of the address, and a way to change it from what it is by then. The router draws a change some time later:
 * what somebody typed or took back meanwhile would meet filters of the address before. So it is read from the history. */
export function useAddress(): [
  URLSearchParams,
  (change: (now: URLSearchParams) => URLSearchParams, replace?: boolean) => void,
] {
  const [, setSearch] = useSearchParams();
  const drawn = useLocation();
  const history = useContext(UNSAFE_NavigationContext).navigator as History;
  const read = () => (history.location.pathname === drawn.pathname ? history.location.search : drawn.search);
  const query = useSyncExternalStore(subscribe, read);
  return [
    useMemo(() => new URLSearchParams(query), [query]),
    (change, replace = false) => {
      setSearch(change(new URLSearchParams(read())), { replace });
      listeners.forEach((listener) => listener());
    },
  ];
}
