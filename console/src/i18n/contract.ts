import type { NotCompared } from '@/api/types';
import { useSpeech } from '.';

const en = {
  title: 'Changes of the contract',
  breaking: (count: number) => (count === 1 ? '1 breaking change' : `${count} breaking changes`),
  mark: 'Contract not compared',
  reading: 'The contract is being read',
  risky: (count: number) => (count === 1 ? '1 that may break callers' : `${count} that may break callers`),
  harmless: (count: number) => (count === 1 ? '1 that breaks nothing' : `${count} that break nothing`),
  same: 'The contract of staging is the one of production.',
  filed: (impact: string) => `For its breaking changes it is filed with the impact “${impact}”.`,
  raises: (impact: string) => `A breaking change has at least the impact “${impact}”.`,
  severity: { 3: 'Breaking', 2: 'May break', 1: 'Breaks nothing' },
  more: (count: number) => (count === 1 ? '1 more is not shown.' : `${count} more are not shown.`),
  by: 'Compared by the service on',
  documents: 'Documents that were compared',
  production: 'Production',
  staging: 'Staging',
  notCompared: {
    'no-differ': 'Not compared: the service has no program for it.',
    'not-allowed': 'Not compared: the address leads to a place that may not be called.',
    away: 'Not compared: a document could not be reached.',
    'too-large': 'Not compared: a document is too large.',
    unreadable: 'Not compared: a document could not be read.',
    'not-kept': 'Not compared when it was submitted.',
  } satisfies Record<NotCompared, string>,
};

const fr: typeof en = {
  title: 'Changements du contrat',
  breaking: (count) =>
    count <= 1 ? `${count} changement incompatible` : `${count} changements incompatibles`,
  mark: 'Contrat non comparé',
  reading: 'Lecture du contrat en cours',
  risky: (count) =>
    count <= 1 ? `${count} qui peut gêner des appelants` : `${count} qui peuvent gêner des appelants`,
  harmless: (count) => (count <= 1 ? `${count} sans incompatibilité` : `${count} sans incompatibilité`),
  same: 'Le contrat de préproduction est celui de production.',
  filed: (impact) => `Ses changements incompatibles la font déposer avec l’impact « ${impact} ».`,
  raises: (impact) => `Un changement incompatible a au moins l’impact « ${impact} ».`,
  severity: { 3: 'Incompatible', 2: 'À risque', 1: 'Compatible' },
  more: (count) =>
    count <= 1 ? `${count} autre n’est pas affiché.` : `${count} autres ne sont pas affichés.`,
  by: 'Comparé par le service le',
  documents: 'Documents comparés',
  production: 'Production',
  staging: 'Préproduction',
  notCompared: {
    'no-differ': 'Non comparé : le service n’a pas de programme pour cela.',
    'not-allowed': 'Non comparé : l’adresse mène à un endroit qui ne peut pas être appelé.',
    away: 'Non comparé : un document n’a pas pu être joint.',
    'too-large': 'Non comparé : un document est trop volumineux.',
    unreadable: 'Non comparé : un document n’a pas pu être lu.',
    'not-kept': 'Non comparé lors de l’envoi.',
  },
};

/** The words of contracts, in the reader's language. */
export function useContractWords() {
  const { language } = useSpeech();
  return { en, fr }[language];
}
