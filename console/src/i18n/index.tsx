import {
  createContext,
  startTransition,
  Suspense,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
  type ReactNode,
} from 'react';
import type { Messages } from './en';
import { formatter, type Formatter, type Language } from './format';
import { LANGUAGES, loadWords, wordsOf } from './words';

const KEPT_AS = 'prodgate-language';

interface Speech {
  t: Messages;
  format: Formatter;
  language: Language;
  setLanguage: (language: Language) => void;
}

const SpeechContext = createContext<Speech | undefined>(undefined);

/** The first of these languages that we speak; English where it is none. */
export function spoken(wanted: readonly string[]): Language {
  const short = wanted.map((each) => each.slice(0, 2).toLowerCase());
  return (short.find((each) => LANGUAGES.includes(each as Language)) as Language | undefined) ?? 'en';
}

/** The language somebody chose, or else the first one of their browser's that we speak. */
export function preferred(): Language {
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
    // The language before stays until the words of the other are there.
    startTransition(() => setLanguage(chosen));
  }, []);
  return (
    <SpeechIn language={language} setLanguage={choose}>
      {children}
    </SpeechIn>
  );
}

interface SpeechInProps extends Pick<Speech, 'language' | 'setLanguage'> {
  children: ReactNode;
}

/** Speaks the language that somebody else chose, as soon as its words are there. */
export function SpeechIn(props: SpeechInProps) {
  return (
    <Suspense fallback={null}>
      <Spoken {...props} />
    </Suspense>
  );
}

function Spoken({ children, language, setLanguage }: SpeechInProps) {
  const t = wordsOf(language) ?? use(loadWords(language));
  const speech = useMemo<Speech>(
    () => ({ t, format: formatter(language), language, setLanguage }),
    [t, language, setLanguage],
  );
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export function useSpeech(): Speech {
  const speech = use(SpeechContext);
  if (!speech) throw new Error('useSpeech outside of SpeechProvider');
  return speech;
}
