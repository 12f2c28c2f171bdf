import { useSpeech } from '@/i18n';

/** Says a month, 2026-10, as the reader's language does. */
export function useMonthName(): (month: string) => string {
  const { format } = useSpeech();
  return (month) => format.month(new Date(`${month}-01T00:00`));
}
