import type { Messages } from './en';
import type { Language } from './format';

const LOADING: Record<Language, () => Promise<Messages>> = {
  en: () => import('./en').then(({ en }) => en),
  fr: () => import('./fr').then(({ fr }) => fr),
};
const known = new Map<Language, Messages>();
const coming = new Map<Language, Promise<Messages>>();

export const LANGUAGES = Object.keys(LOADING) as Language[];

/** The words of a language where they were loaded already. */
export const wordsOf = (language: Language): Messages | undefined => known.get(language);

/** Load the words of a language, once: nobody reads two, and each is a tenth of the first script. */
export function loadWords(language: Language): Promise<Messages> {
  const found =
    coming.get(language) ??
    LOADING[language]().then((words) => {
      known.set(language, words);
      return words;
    });
  coming.set(language, found);
  return found;
}
