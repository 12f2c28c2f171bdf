/** The form of a phrase that goes with a number, by the language's own rules. */
export function plural(language: string) {
  const rules = new Intl.PluralRules(language);
  const digits = new Intl.NumberFormat(language);
  return (count: number, one: string, other: string): string =>
    `${digits.format(count)} ${rules.select(count) === 'one' ? one : other}`;
}
