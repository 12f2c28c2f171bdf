import { useSpeech } from '@/i18n';

const en = {
  signedOut: 'You are not signed in',
  signedOutHelp: 'Sign in to see your production requests.',
  framed: 'Not shown here',
  framedHelp:
    'Another site has put this page into a frame, where a click could be meant for something else. Open the page by itself.',
  waiting: (count: number) =>
    count === 1 ? '1 production request waits for you' : `${count} production requests wait for you`,
};

const fr: typeof en = {
  signedOut: 'Vous n’êtes pas connecté',
  signedOutHelp: 'Connectez-vous pour voir vos demandes de mise en production.',
  framed: 'Pas d’affichage ici',
  framedHelp:
    'Un autre site a mis cette page dans un cadre, où un clic pourrait viser autre chose. Ouvrez la page seule.',
  waiting: (count: number) =>
    count <= 1
      ? `${count} demande de mise en production vous attend`
      : `${count} demandes de mise en production vous attendent`,
};

/** What only elements say. */
export function useElementWords(): typeof en {
  return { en, fr }[useSpeech().language];
}
