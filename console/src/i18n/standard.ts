// The words of the pages that explain a standard change: they come with those, and not with the first script.
import { useSpeech } from '.';
import { plural } from './plural';

const [en, fr] = [plural('en'), plural('fr')];

const enStandard = {
  title: 'Standard change',
  approved: 'A rule of the company approved it; nobody had to.',
  lapsed: 'A rule of the company had approved it. That no longer holds: people decide.',
  needsNobody: 'No approval will be needed',
  needsNobodyHelp: 'It is a standard change: a rule of the company approves it as soon as it is sent.',
  send: 'Send, and have the rule approve it',
  not: 'Not a standard change, so people decide',
  rule: 'Rule',
  impact: 'Impact',
  step: 'Step',
  steps: { patch: 'patch', minor: 'minor', any: 'major, or not known' } as Readonly<Record<string, string>>,
  from: (before: string) => `from ${before}`,
  clean: (count: number) => en(count, 'clean deployment', 'clean deployments'),
};

type StandardWords = typeof enStandard;

const frStandard: StandardWords = {
  title: 'Changement standard',
  approved: 'Une règle de l’entreprise l’a approuvé ; personne n’avait à le faire.',
  lapsed: 'Une règle de l’entreprise l’avait approuvé. Elle ne vaut plus : des personnes décident.',
  needsNobody: 'Aucune approbation ne sera nécessaire',
  needsNobodyHelp: 'C’est un changement standard : une règle de l’entreprise l’approuve dès son envoi.',
  send: 'Envoyer, la règle approuve',
  not: 'Ce n’est pas un changement standard : des personnes décident',
  rule: 'Règle',
  impact: 'Impact',
  step: 'Évolution',
  steps: { patch: 'corrective', minor: 'mineure', any: 'majeure, ou inconnue' },
  from: (before) => `depuis ${before}`,
  clean: (count) => fr(count, 'déploiement sans incident', 'déploiements sans incident'),
};

/** The words of standard changes, in the reader's language. */
export function useStandardWords(): StandardWords {
  return useSpeech().language === 'fr' ? frStandard : enStandard;
}
