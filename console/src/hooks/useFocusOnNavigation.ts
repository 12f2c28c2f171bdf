import { useEffect, useRef } from 'react';
import { NavigationType, useLocation, useNavigationType } from 'react-router';
import { useRoot } from '@/shell/root';
import { useFocusKept } from './useFocusKept';

/** After a navigation the focus begins at the new page, or a screen reader would go on in what is gone. */
export function useFocusOnNavigation(toTop: (page: HTMLElement) => void) {
  const { pathname } = useLocation();
  const root = useRoot();
  const main = useRef<HTMLElement>(null);
  useFocusKept(main);
  const before = useRef(pathname);
  const how = useNavigationType();
  useEffect(() => {
    if (before.current === pathname || !main.current) return;
    before.current = pathname;
    // A page that put the focus itself knows better, the place it is in included; and Back returns to where one was.
    if (main.current.contains(root.activeElement)) return;
    main.current.focus({ preventScroll: true });
    if (how !== NavigationType.Pop) toTop(main.current);
  }, [pathname, how, root, toTop]);
  return main;
}
