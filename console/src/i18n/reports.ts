import { useSpeech } from '.';
import { enReports } from './en.reports';
import { frReports } from './fr.reports';

/** The words of the page of reports, in the reader's language. */
export function useReportWords() {
  const { language } = useSpeech();
  return { en: enReports, fr: frReports }[language];
}
