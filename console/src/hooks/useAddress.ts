import { useSearchParams } from 'react-router';

/** The query of the address, and a way to change it from what it is by then: the router hands on the one that was drawn
 * last, which undoes a change that is not drawn yet. */
export function useAddress(): [
  URLSearchParams,
  (change: (now: URLSearchParams) => URLSearchParams, replace?: boolean) => void,
] {
  const [search, setSearch] = useSearchParams();
  return [
    search,
    (change, replace = false) => setSearch(change(new URLSearchParams(window.location.search)), { replace }),
  ];
}
