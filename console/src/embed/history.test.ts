import { NavigationType } from 'react-router';
import { describe, expect, it, vi } from 'vitest';
import { ElementHistory } from './history';

function history(own = true) {
  const around = {
    step: vi.fn(() => own),
    link: vi.fn((place: { view: string }) => (place.view === 'request' ? '/host' : undefined)),
    leave: vi.fn(),
  };
  const made = new ElementHistory(around);
  made.show('/requests?tab=all');
  return { made, ...around };
}

describe('where an element is', () => {
  it('is told to the host, step by step, and come back from', () => {
    const { made, step } = history();
    made.push('/requests/PR-2026-0001');
    expect(step).toHaveBeenLastCalledWith({ view: 'request', id: 'PR-2026-0001', query: '', replace: false });
    expect(made.read()).toBe('/requests/PR-2026-0001');
    made.replace({ pathname: '/requests', search: '?q=pay' });
    expect(step).toHaveBeenLastCalledWith({ view: 'requests', query: 'q=pay', replace: true });
    expect([made.read(), made.type]).toEqual(['/requests?q=pay', NavigationType.Replace]);
    made.go(-1);
    expect([made.read(), made.type]).toEqual(['/requests?tab=all', NavigationType.Pop]);
    made.go(-1);
    expect(made.read()).toBe('/requests?tab=all');
  });

  it('stays where the host goes itself, and follows its attributes', () => {
    const { made } = history(false);
    const seen = vi.fn();
    made.subscribe(seen);
    made.push('/requests/new');
    expect([made.read(), seen.mock.calls.length]).toEqual(['/requests?tab=all', 0]);
    made.show('/requests?tab=all');
    expect(seen).not.toHaveBeenCalled();
    made.show('/requests/new');
    expect([made.read(), seen.mock.calls.length]).toEqual(['/requests/new', 1]);
  });

  it('leads out to what only the console has', () => {
    const { made, step, leave } = history();
    made.push('/insights');
    expect(leave).toHaveBeenCalledWith(`${window.location.origin}/insights`);
    expect(step).not.toHaveBeenCalled();
  });

  it('has the host’s addresses for links, or else the console’s', () => {
    const { made } = history();
    expect(made.createHref('/requests/PR-2026-0001')).toBe('/host');
    expect(made.createHref('/requests?tab=mine')).toBe(`${window.location.origin}/requests?tab=mine`);
  });
});
