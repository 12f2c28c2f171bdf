import { expect, test } from 'vitest';
import { months } from './months';

test('the running month comes first, and years end where they end', () => {
  const offered = months(new Date(2026, 1, 28));
  expect(offered.slice(0, 4)).toEqual(['2026-02', '2026-01', '2025-12', '2025-11']);
  expect(offered).toHaveLength(24);
});
