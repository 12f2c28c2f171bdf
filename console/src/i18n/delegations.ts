// The words of votes that are handed over: they come with the pages that have them, and not with the first script.
import { useSpeech } from '.';

const enDelegations = {
  title: 'Delegations',
  help: 'Somebody else approves and rejects in your name while you are away: what you may, and nothing else. You are told by mail what they decide.',
  to: 'To whom',
  toHelp: 'The e-mail address of somebody of your company’s directory',
  since: 'From',
  sinceHelp: 'Left out, from now on',
  until: 'Until',
  untilHelp: 'At most 30 days later',
  reason: 'Reason',
  reasonHelp: 'At least 10 characters',
  give: 'Hand over my vote',
  given: (to: string) => `Your vote is handed to ${to}`,
  mine: (to: string) => `${to} decides for you`,
  handed: (giver: string) => `You decide for ${giver}`,
  between: (giver: string, to: string) => `${to} decides for ${giver}`,
  none: 'No vote is handed over.',
  states: { coming: 'begins later', stands: 'counts now', ended: 'has ended' } as Readonly<
    Record<string, string>
  >,
  void: 'The giver has no vote of their own now, so this gives none.',
  withdraw: 'End',
  ended: 'The delegation has ended',
  behalf: (by: string, giver: string) => `${by} for ${giver}`,
  banner: (giver: string) => `You decide for ${giver} here, until`,
};

type DelegationWords = typeof enDelegations;

const frDelegations: DelegationWords = {
  title: 'Délégations',
  help: 'Une autre personne approuve et rejette en votre nom pendant votre absence : ce que vous pouvez décider, et rien d’autre. Un courriel vous dit ce qu’elle décide.',
  to: 'À qui',
  toHelp: 'L’adresse électronique d’une personne de l’annuaire de votre entreprise',
  since: 'Du',
  sinceHelp: 'Vide : dès maintenant',
  until: 'Au',
  untilHelp: '30 jours au plus',
  reason: 'Motif',
  reasonHelp: 'Au moins 10 caractères',
  give: 'Confier mon vote',
  given: (to) => `Votre vote est confié à ${to}`,
  mine: (to) => `${to} décide pour vous`,
  handed: (giver) => `Vous décidez pour ${giver}`,
  between: (giver, to) => `${to} décide pour ${giver}`,
  none: 'Aucun vote n’est confié.',
  states: { coming: 'à venir', stands: 'en cours', ended: 'terminée' },
  void: 'La personne qui l’a confié n’a plus de vote : cette délégation n’en donne aucun.',
  withdraw: 'Mettre fin',
  ended: 'La délégation est terminée',
  behalf: (by, giver) => `${by} pour ${giver}`,
  banner: (giver) => `Vous décidez ici pour ${giver}, jusqu’au`,
};

/** The words of delegations, in the reader's language. */
export function useDelegationWords(): DelegationWords {
  return useSpeech().language === 'fr' ? frDelegations : enDelegations;
}
