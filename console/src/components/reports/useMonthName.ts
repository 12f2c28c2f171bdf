import { useSpeech } from '@/i18n';

/** Says a month, 2026-10, as the reader's language does. */
export function useMonthName(): (month: string) => string {
  const { language } = useSpeech();
  const names = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' });
  return (month) => names.format(new Date(`${month}-01T00:00:00Z`));
}
