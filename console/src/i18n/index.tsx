import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react';
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

/** The language somebody chose, or else the first one of their browser's that we speak. */
function preferred(): Language {
  const chosen = localStorage.getItem(KEPT_AS);
  const wanted = chosen ? [chosen] : navigator.languages;
  const found = wanted.map((each) => each.slice(0, 2)).find((each) => each in DICTIONARIES);
  return (found as Language | undefined) ?? 'en';
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
  const speech = useMemo<Speech>(
    () => ({
      t: DICTIONARIES[language],
      format: formatter(language),
      language,
      setLanguage: (chosen) => {
        localStorage.setItem(KEPT_AS, chosen);
        setLanguage(chosen);
      },
    }),
    [language],
  );
  return <Spoken value={speech}>{children}</Spoken>;
}

export function useSpeech(): Speech {
  const speech = use(Spoken);
  if (!speech) throw new Error('useSpeech outside of SpeechProvider');
  return speech;
}
