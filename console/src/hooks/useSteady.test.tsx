import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useSteady } from './useSteady';

const steady = (value: string, ready: boolean) =>
  renderHook(({ given, there }) => useSteady(given, there), { initialProps: { given: value, there: ready } });

describe('useSteady', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('shows at once what is all there', () => {
    expect(steady('a', true).result.current).toBe('a');
  });

  it('shows nothing before the first has its parts', () => {
    const { result, rerender } = steady('a', false);
    expect(result.current).toBeUndefined();
    rerender({ given: 'a', there: true });
    expect(result.current).toBe('a');
  });

  it('keeps the one before until the next has its parts', () => {
    const { result, rerender } = steady('a', true);
    rerender({ given: 'b', there: false });
    expect(result.current).toBe('a');
    rerender({ given: 'b', there: true });
    expect(result.current).toBe('b');
  });

  it('waits a moment only, and as long again for the next', () => {
    const { result, rerender } = steady('a', false);
    act(() => void vi.advanceTimersByTime(2_000));
    expect(result.current).toBe('a');
    rerender({ given: 'a', there: true });
    rerender({ given: 'b', there: false });
    expect(result.current).toBe('a');
    act(() => void vi.advanceTimersByTime(2_000));
    expect(result.current).toBe('b');
  });
});
