import css from './elements.css?inline';

/** One sheet for all elements. It is constructed, so a policy without `unsafe-inline` has nothing against it. */
export const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
