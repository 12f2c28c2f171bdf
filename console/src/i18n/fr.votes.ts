import type { Need } from '@/api/votes';
import { plural } from './plural';
import type { VoteWords } from './votes';

const n = plural('fr');
const and = ' et ';

function need({ role, group, count }: Need): string {
  if (group) return `${n(count, 'membre', 'membres')} de « ${group} »`;
  return role === 'cpi_admin'
    ? n(count, 'administrateur de la plateforme', 'administrateurs de la plateforme')
    : n(count, 'administrateur du tenant (CPI)', 'administrateurs du tenant (CPI)');
}

export const frVotes: VoteWords = {
  need,
  and,
  title: 'Voix',
  progress: (given, all) => `${n(given, 'voix', 'voix')} sur ${all}`,
  rule: 'Selon la règle de l’entreprise',
  needs: 'Il faut',
  complete: 'complet',
  missing: (count) => (count === 1 ? 'il en manque 1' : `il en manque ${count}`),
  voted: 'Ont voté',
  nobody: 'Personne pour l’instant',
  awaiting: (count) => `En attente de ${n(count, 'voix', 'voix')}…`,
  asked: 'Qui peut encore voter',
  given: (count, mine) =>
    `${n(count, 'voix donnée', 'voix données')}${mine ? (count === 1 ? ', la vôtre' : ', dont la vôtre') : ''}`,
  more: (count) => n(count, 'voix', 'voix'),
  button: 'Voter pour',
  rest: (rest) => `C’est votre voix. Il manquera ensuite : ${rest}.`,
  last: 'C’est la dernière voix qui manque.',
  askTitle: (what) => `Voter pour ${what} ?`,
  askHelp: (rest) =>
    `Votre voix est enregistrée dans Git à votre nom. Il manquera ensuite : ${rest} ; rien n’est déployé avant.`,
  commentHelp: 'Conservé dans la trace, pour qui décidera ensuite.',
  confirm: 'Voter',
  done: (id) => `Votre voix pour ${id} est enregistrée ; il en manque d’autres`,
  back: 'Retirer votre voix',
  backTitle: (what) => `Retirer votre voix pour ${what} ?`,
  backHelp: 'Elle ne comptera plus. Tant que la demande est en attente, vous pouvez voter à nouveau.',
  backConfirm: 'La retirer',
  backDone: (id) => `Votre voix pour ${id} est retirée`,
  later: (what) => `Votre voix pour ${what} sera enregistrée`,
  undone: (id) => `Voix annulée : ${id} attend comme avant`,
  one: 'Votre voix est enregistrée ; il en manque d’autres.',
  already: 'Vous avez voté. Sa page permet de retirer votre voix.',
  notNeeded: (missing) =>
    missing
      ? `Votre voix n’y remplit aucune place : il manque ${missing}.`
      : 'Votre voix n’y remplit aucune place.',
  noVote: 'Vous n’avez pas de voix sur cette demande.',
  othersToo: (missing) =>
    missing ? `D’autres doivent aussi approuver : ${missing}.` : 'D’autres doivent aussi approuver.',
  tooFew: (missing) =>
    `Trop peu de personnes pourraient l’approuver : il manque ${missing}. Il faut d’abord les ajouter.`,
  lapsed: (missing) => `Selon les règles actuelles de l’entreprise, des voix manquent : ${missing}.`,
  willNeed: (needs) => `Il faut ${needs}`,
};
