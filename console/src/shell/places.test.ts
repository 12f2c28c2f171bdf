import { describe, expect, it } from 'vitest';
import type { Me, Permission } from '@/api/types';
import { arranged, PLACES } from './places';

function somebody(...permissions: Permission[]): Me {
  const rights = permissions.map((permission) => ({ permission, everywhere: false, tenants: ['t'] }));
  return {
    email: 'a@x',
    name: 'A',
    grants: [],
    tenants: [],
    creates: ['t'],
    mayApprove: false,
    decidesFor: [],
    rights,
    faults: [],
  };
}

const names = (places: readonly { name: { en: string } }[]) => places.map(({ name }) => name.en);

describe('the places that somebody is led to', () => {
  it('are few for who asks: their requests in the line', () => {
    expect(names(arranged(somebody('create')).line)).toEqual(['Requests']);
    expect(names(arranged(somebody('create')).menu)).not.toContain('Audit');
  });

  it('are daily work in the line for who decides, and the rest in the menu', () => {
    const { line, menu } = arranged(somebody('approve', 'audit', 'report', 'templates'));
    expect(names(line)).toContain('Insights');
    expect(names(menu)).toEqual(expect.arrayContaining(['Audit', 'Reports']));
  });

  it('are daily work too for who decides for somebody alone', () => {
    const delegate = { ...somebody('create'), decidesFor: [{ name: 'Claire', email: 'c@x' }] };
    expect(names(arranged(delegate).line)).toContain('Queue');
  });

  it('leave what is the platform’s to who runs it', () => {
    const everywhere = {
      ...somebody(),
      rights: [{ permission: 'templates', everywhere: true, tenants: [] }] as Me['rights'],
    };
    expect(names(arranged(everywhere).menu)).toContain('Templates');
    expect(names(arranged(somebody('templates')).menu)).not.toContain('Templates');
    expect(names(arranged(somebody('operate')).menu)).not.toContain('Try rules');
  });

  it('have an address each', () => {
    expect(new Set(PLACES.map(({ to }) => to)).size).toBe(PLACES.length);
  });
});
