import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { en, type Messages } from './en';
import { formatter, type Formatter, type Language } from './format';
import { fr } from './fr';

const KEPT_AS = 'prodgate-language';
const DICTIONARIES: Record<Language, Messages> = { en, fr };

interface Speech {
  t: Messages;
  format: Formatter;
  language: Language;
  setLanguage: (language: Language) => void;
}

const Spoken = createContext<Speech | undefined>(undefined);

/** The first of these languages that we speak; English where it is none. */
export function spoken(wanted: readonly string[]): Language {
  const found = wanted.map((each) => each.slice(0, 2).toLowerCase()).find((each) => each in DICTIONARIES);
  return (found as Language | undefined) ?? 'en';
}

/** The language somebody chose, or else the first one of their browser's that we speak. */
function preferred(): Language {
  const chosen = localStorage.getItem(KEPT_AS);
  return spoken(chosen ? [chosen] : navigator.languages);
}

export function SpeechProvider({
  children,
  initial = preferred(),
}: {
  children: ReactNode;
  initial?: Language;
}) {
  const [language, setLanguage] = useState(initial);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = useCallback((chosen: Language) => {
    localStorage.setItem(KEPT_AS, chosen);
    setLanguage(chosen);
  }, []);
  return (
    <SpeechIn language={language} setLanguage={choose}>
      {children}
    </SpeechIn>
  );
}

/** Speaks the language that somebody else chose. */
export function SpeechIn({
  children,
  language,
  setLanguage,
}: Pick<Speech, 'language' | 'setLanguage'> & { children: ReactNode }) {
  const speech = useMemo<Speech>(
    () => ({ t: DICTIONARIES[language], format: formatter(language), language, setLanguage }),
    [language, setLanguage],
  );
  return <Spoken value={speech}>{children}</Spoken>;
}

export function useSpeech(): Speech {
  const speech = use(Spoken);
  if (!speech) throw new Error('useSpeech outside of SpeechProvider');
  return speech;
}
