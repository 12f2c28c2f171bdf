// The words of passkeys: they come with the preferences, and not with the first script.
import { useSpeech } from '.';

const enPasskeys = {
  title: 'Passkeys',
  help: 'Where your company’s rules ask for it, you confirm a decision with your security key, phone or fingerprint. Then nobody decides in your name, whatever key of Prodgate they have.',
  none: 'You have no passkey.',
  label: 'Name',
  labelHelp: 'Such as “Blue key” or “Work laptop”',
  make: 'Make a passkey',
  made: (label: string) => `The passkey ${label} counts now`,
  first: 'Nearly there: have this file committed',
  firstHelp:
    'A first passkey counts once your colleagues have merged it, as they do roles. Send them this file and its place; compare what they merge with what you see here.',
  place: 'Place in the repository',
  file: 'The file to commit',
  copy: 'Copy the file',
  copied: 'The file is copied',
  counts: 'confirms your decisions',
  over: 'counts no more',
  since: 'Made',
  withdraw: 'Withdraw',
  ended: 'The passkey is withdrawn',
};

type PasskeyWords = typeof enPasskeys;

const frPasskeys: PasskeyWords = {
  title: 'Clés d’accès',
  help: 'Quand les règles de votre entreprise le demandent, vous confirmez une décision avec votre clé de sécurité, votre téléphone ou votre empreinte. Alors personne ne décide en votre nom, quelle que soit la clé de Prodgate en sa possession.',
  none: 'Vous n’avez aucune clé d’accès.',
  label: 'Nom',
  labelHelp: 'Par exemple « Clé bleue » ou « Portable de travail »',
  make: 'Créer une clé d’accès',
  made: (label) => `La clé d’accès ${label} compte désormais`,
  first: 'Presque fini : faites enregistrer ce fichier',
  firstHelp:
    'Une première clé d’accès compte dès que vos collègues l’ont fusionnée, comme ils le font pour les rôles. Envoyez-leur ce fichier et sa place ; comparez ce qu’ils fusionnent avec ce que vous voyez ici.',
  place: 'Place dans le dépôt',
  file: 'Le fichier à enregistrer',
  copy: 'Copier le fichier',
  copied: 'Le fichier est copié',
  counts: 'confirme vos décisions',
  over: 'ne compte plus',
  since: 'Créée',
  withdraw: 'Retirer',
  ended: 'La clé d’accès est retirée',
};

/** The words of passkeys, in the reader's language. */
export function usePasskeyWords(): PasskeyWords {
  return useSpeech().language === 'fr' ? frPasskeys : enPasskeys;
}
