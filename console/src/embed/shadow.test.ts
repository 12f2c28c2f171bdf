import { describe, expect, it } from 'vitest';
import { forShadowTree } from '../../scripts/shadow.js';

describe('a style sheet in a shadow tree', () => {
  it('begins with the values that can’t be registered there', () => {
    const css = '.a{border-style:var(--tw-b)}@property --tw-b{syntax:"*";inherits:false;initial-value:solid}';
    expect(forShadowTree(css)).toBe(
      '@layer properties{*,:before,:after,::backdrop{--tw-b:solid}}.a{border-style:var(--tw-b)}',
    );
  });

  it('has none for a property without one', () => {
    expect(forShadowTree('@property --tw-c{syntax:"*";inherits:false}')).toContain('--tw-c:initial');
  });

  it('asks how wide the element is, and of the device what is the device’s', () => {
    const css =
      '@media (width>=40rem){.a{}}@media not all and (min-width:64rem){.b{}}@media (forced-colors:active){.c{}}';
    expect(forShadowTree(css)).toContain(
      '@container (width>=40rem){.a{}}@container not (min-width:64rem){.b{}}@media (forced-colors:active){.c{}}',
    );
  });
});
