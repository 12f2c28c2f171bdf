import type { Place } from '../../embed/prodgate';

/** The console's own address of a place, which is what its pages link to. */
export function pathOf({ view, id, query }: Place): string {
  const path = { requests: '', request: `/${encodeURIComponent(id ?? '')}`, 'new-request': '/new' }[view];
  return `/requests${path}${query && `?${query}`}`;
}

/** The place at such an address; undefined for what only the console itself has. */
export function placeOf(path: string): Place | undefined {
  const { pathname, searchParams } = new URL(path, 'https://console.invalid');
  const query = searchParams.toString();
  const [first, second, ...rest] = pathname.split('/').slice(1);
  if (first !== 'requests' || rest.length > 0) return undefined;
  if (!second) return { view: 'requests', query };
  if (second === 'new') return { view: 'new-request', query };
  return { view: 'request', id: decodeURIComponent(second), query };
}
