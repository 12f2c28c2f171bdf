import type { Need } from '@/api/votes';
import { plural } from './plural';
import type { VoteWords } from './votes';

const n = plural('fr');
const and = ' et ';

function need({ role, group, count }: Need): string {
  if (group) return `${n(count, 'membre', 'membres')} de « ${group} »`;
  return role === 'cpi_admin'
    ? n(count, 'administrateur de la plateforme', 'administrateurs de la plateforme')
    : n(count, 'administrateur du tenant (CPI)', 'administrateurs du tenant (CPI)');
}

export const frVotes: VoteWords = {
  need,
  and,
  given: (count, mine) =>
    mine && count === 1
      ? 'Vous avez voté'
      : `${n(count, 'voix donnée', 'voix données')}${mine ? ', dont la vôtre' : ''}`,
  lacking: (missing, needed, mine) => `${mine ? 'Vous avez voté, ' : ''}manque ${missing} voix sur ${needed}`,
  more: (count) => n(count, 'voix', 'voix'),
  done: (id) => `Votre voix pour ${id} est enregistrée ; il en manque d’autres`,
  later: (what) => `Votre voix pour ${what} sera enregistrée`,
  undone: (id) => `Voix annulée : ${id} attend comme avant`,
  notNeeded: (missing) =>
    missing
      ? `Votre voix n’y remplit aucune place : il manque ${missing}.`
      : 'Votre voix n’y remplit aucune place.',
  noVote: 'Vous n’avez pas de voix sur cette demande.',
  othersToo: (missing) =>
    missing ? `D’autres doivent aussi approuver : ${missing}.` : 'D’autres doivent aussi approuver.',
  tooFew: (missing) =>
    `Trop peu de personnes pourraient l’approuver : il manque ${missing}. Il faut d’abord les ajouter.`,
  lapsed: (missing) => `Selon les règles actuelles de l’entreprise, des voix manquent : ${missing}.`,
};
