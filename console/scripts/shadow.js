// Makes a style sheet of Tailwind's fit for a shadow tree.

/** Custom properties can't be registered from inside a shadow tree, so their initial values become rules of the lowest layer;
 * and layouts follow the width of the element's container, since the window is the host's.
 * @param {string} css */
export function forShadowTree(css) {
  const initial = [...css.matchAll(/@property (--[\w-]+)\{([^}]*)\}/g)].map(([, name, body]) => {
    const value = /initial-value:([^;}]*)/.exec(body ?? '')?.[1];
    return `${name}:${value ?? 'initial'}`;
  });
  const widths = css
    .replace(/@property --[\w-]+\{[^}]*\}/g, '')
    .replace(
      /@media (not all and |not )?\((min-width:|width[<>]=?)/g,
      (_, not, width) => `@container ${not ? 'not ' : ''}(${width}`,
    );
  return `@layer properties{*,:before,:after,::backdrop{${initial.join(';')}}}${widths}`;
}
