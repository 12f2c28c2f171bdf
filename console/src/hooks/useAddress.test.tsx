import { act, renderHook } from '@testing-library/react';
import { useSyncExternalStore, type ReactNode } from 'react';
import { BrowserRouter, Router } from 'react-router';
import { expect, test } from 'vitest';
import { ElementHistory } from '@/embed/history';
import { useAddress } from './useAddress';

test('a change that comes before the last one is drawn keeps it', () => {
  window.history.replaceState(null, '', '/audit?ticket=1&outcome=refused');
  const { result, unmount } = renderHook(useAddress, { wrapper: BrowserRouter });
  // What a timer holds that was set before the filters were cleared.
  const [, change] = result.current;
  act(() => change(() => new URLSearchParams()));
  act(() => change((now) => new URLSearchParams([...now, ['q', 'typed']]), true));
  expect(window.location.search).toBe('?q=typed');
  expect(result.current[0].toString()).toBe('q=typed');
  unmount();
});

test('an element’s query is its own, not that of the host', () => {
  const history = new ElementHistory({ step: () => true, link: () => undefined, leave: () => undefined });
  history.show('/requests?tab=all');
  window.history.replaceState(null, '', '/requests?of=the-host');
  const Within = ({ children }: { children: ReactNode }) => {
    const path = useSyncExternalStore(history.subscribe, history.read);
    return (
      <Router location={path} navigator={history}>
        {children}
      </Router>
    );
  };
  const { result, unmount } = renderHook(useAddress, { wrapper: Within });
  act(() => result.current[1]((now) => new URLSearchParams([...now, ['q', 'pay']])));
  expect(result.current[0].toString()).toBe('tab=all&q=pay');
  expect(history.read()).toBe('/requests?tab=all&q=pay');
  unmount();
});
