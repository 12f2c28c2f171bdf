import { useSpeech } from '.';
import { enAudit } from './en.audit';
import { frAudit } from './fr.audit';

/** The words of the audit trail's page, in the reader's language. */
export function useAuditWords() {
  const { language } = useSpeech();
  return { en: enAudit, fr: frAudit }[language];
}
