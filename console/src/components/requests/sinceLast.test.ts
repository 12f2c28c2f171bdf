import { describe, expect, it } from 'vitest';
import type { Comparison } from '@/api/types';
import type { ContractRead } from '@/hooks/useContract';
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
    expect(asksFirst(checked(), newer, undefined)).toEqual([]);
    expect(asksFirst(checked(), { ...newer, replaces: null, direction: 'first' }, undefined)).toEqual([]);
  });

  it('for what an approver has to look at twice', () => {
    expect(asksFirst(checked('high'), newer, undefined)).toEqual(['impact']);
    expect(asksFirst(checked('low', false), newer, undefined)).toEqual(['checks']);
    expect(asksFirst(checked(), { ...newer, direction: 'older' }, undefined)).toEqual(['direction']);
    expect(asksFirst(checked(), { ...newer, direction: 'same' }, undefined)).toEqual(['direction']);
    expect(asksFirst(checked(), 'failed', undefined)).toEqual(['direction']);
  });

  it('for a contract that breaks, or that nobody compared', () => {
    const found = { breaking: 0, risky: 2, harmless: 1, changes: [] };
    const breaks: ContractRead = { state: 'compared', found: { ...found, breaking: 1 } };
    expect(asksFirst(checked(), newer, breaks)).toEqual(['contract']);
    expect(asksFirst(checked(), newer, { state: 'not-compared', reason: 'away' })).toEqual(['contract']);
    expect(asksFirst(checked(), newer, 'failed')).toEqual(['contract']);
    expect(asksFirst(checked(), newer, { state: 'compared', found })).toEqual([]);
    expect(asksFirst(checked(), newer, { state: null })).toEqual([]);
  });

  it('or cannot be told before it is compared', () => {
    expect(asksFirst(checked(), newer, 'loading')).toBeUndefined();
    expect(asksFirst(checked(), 'loading', undefined)).toBeUndefined();
  });
});
