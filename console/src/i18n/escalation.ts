// The words of escalation: they come with the pages that have them, and not with the first script.
import type { Permissions } from '@/api/types';
import { useSpeech } from '.';

export type Step = NonNullable<Permissions['escalation']>[number];

const en = {
  title: 'While nobody decides',
  whom: ({ role, group }: Step) =>
    group
      ? `the group “${group}”`
      : role === 'cpi_admin'
        ? 'the platform’s administrators'
        : role === 'cpi'
          ? 'the tenant’s administrators'
          : 'those who look on',
  asked: 'asked',
  next: 'to be asked',
  help: 'They are asked to see that somebody decides. Only who may approve anyway can decide.',
};

const fr: typeof en = {
  title: 'Tant que personne ne décide',
  whom: ({ role, group }) =>
    group
      ? `le groupe « ${group} »`
      : role === 'cpi_admin'
        ? 'les administrateurs de la plateforme'
        : role === 'cpi'
          ? 'les administrateurs du tenant'
          : 'les personnes en lecture seule',
  asked: 'sollicitation le',
  next: 'sollicitation prévue le',
  help: 'Ces personnes sont invitées à obtenir une décision. Seules celles qui ont déjà le droit d’approuver peuvent décider.',
};

/** The words of escalation, in the reader's language. */
export function useEscalationWords(): typeof en {
  return useSpeech().language === 'fr' ? fr : en;
}
