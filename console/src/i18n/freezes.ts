import { useSpeech } from '.';

/** Sentences of a freeze, and of the time outside of the windows for changes; of one that is never over, without a date. */
const en = {
  frozen: (rule: string, until?: string) =>
    `Nothing is launched ${until ? `until ${until}` : 'for a year at least'} (rule ${rule})`,
  outside: (rule: string, until?: string) =>
    until
      ? `Outside of the change windows until ${until} (rule ${rule})`
      : `Outside of the change windows, and none comes within a year (rule ${rule})`,
  outsideHelp: 'Nothing is launched before the next window.',
  waits: 'You can send it all the same: once approved, it waits until then.',
  waitsLong: 'You can send it all the same, but it is not launched as long as the rule says so.',
};

const fr: typeof en = {
  frozen: (rule, until) =>
    `Aucun déploiement ${until ? `avant le ${until}` : 'pendant un an au moins'} (règle ${rule})`,
  outside: (rule, until) =>
    until
      ? `Hors des créneaux de changement jusqu’au ${until} (règle ${rule})`
      : `Hors des créneaux de changement, sans créneau d’ici un an (règle ${rule})`,
  outsideHelp: 'Aucun déploiement avant le prochain créneau.',
  waits: 'Vous pouvez l’envoyer quand même : une fois approuvée, elle attend jusque-là.',
  waitsLong: 'Vous pouvez l’envoyer quand même, mais elle n’est pas déployée tant que la règle le dit.',
};

/** The words of freezes and change windows, in the reader's language. */
export function useFreezeWords() {
  const { language } = useSpeech();
  return { en, fr }[language];
}
