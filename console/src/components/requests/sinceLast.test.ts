import { describe, expect, it } from 'vitest';
import type { Comparison } from '@/api/types';
import { ticket } from '@/test/tickets';
import { asksFirst } from './decide/asksFirst';
import { differences } from './sinceLast';

const newer: Comparison = { ticketId: 'PR-2026-0003', replaces: '2.0.0', direction: 'newer', others: [] };

function checked(impact: 'low' | 'high' = 'low', passed = true) {
  const made = ticket();
  const request = { ...made.spec.request, impactAssessment: impact };
  const preChecks = { ...made.spec.preChecks, performanceTestsPassed: passed };
  return { ...made, spec: { ...made.spec, request, preChecks } };
}

describe('what differs from the last request of a target', () => {
  it('is nothing where only version and notes are others', () => {
    expect(differences(ticket(), ticket('deployed', 'PR-2026-0001'))).toEqual([]);
  });

  it('is told with what was there before', () => {
    expect(differences(checked('high', true), checked('low', false))).toEqual([
      { what: 'impact', before: 'low', now: 'high' },
      { what: 'check', check: 'performanceTestsPassed', now: true },
    ]);
  });
});

describe('an approval asks first', () => {
  it('not where nothing is to ask', () => {
    expect(asksFirst(checked(), newer)).toEqual([]);
    expect(asksFirst(checked(), { ...newer, replaces: null, direction: 'first' })).toEqual([]);
  });

  it('for what an approver has to look at twice', () => {
    expect(asksFirst(checked('high'), newer)).toEqual(['impact']);
    expect(asksFirst(checked('low', false), newer)).toEqual(['checks']);
    expect(asksFirst(checked(), { ...newer, direction: 'older' })).toEqual(['direction']);
    expect(asksFirst(checked(), { ...newer, direction: 'same' })).toEqual(['direction']);
    expect(asksFirst(checked(), 'failed')).toEqual(['direction']);
  });

  it('or cannot be told before it is compared', () => {
    expect(asksFirst(checked(), 'loading')).toBeUndefined();
  });
});
