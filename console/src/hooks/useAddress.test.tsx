import { act, renderHook } from '@testing-library/react';
import { BrowserRouter } from 'react-router';
import { expect, test } from 'vitest';
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
