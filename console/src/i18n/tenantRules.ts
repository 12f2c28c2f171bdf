// The words of a tenant's rules: they come with its page, and not with the first script.
import { useSpeech } from '.';
import { plural } from './plural';

const [en, fr] = [plural('en'), plural('fr')];

const enRules = {
  title: 'The company’s rules',
  help: 'As rules/*.yaml in the repository says. Of several that speak of one part, the most specific decides; freezes add up.',
  none: 'None: one approval by an approver is enough, and nothing is frozen.',
  every: 'Every request',
  only: (types: string) => `Only ${types}`,
  impacts: (names: string) => `impact ${names}`,
  targets: (names: string) => `targets ${names}`,
  some: 'some targets, by their names',
  approvals: (needs: string) => `An approval takes ${needs}.`,
  freeze: 'Nothing is launched',
  window: 'Launches only',
  noWindow: 'Nothing is launched: no window comes within a year.',
  again: 'again',
  zone: (zone: string) => `by the clock of ${zone}`,
  emergency: (who: string, within: string) =>
    `In an emergency one person alone may launch past votes and freezes: ${who}. Somebody else answers for it within ${within}.`,
  stops: 'While an answer is overdue, nobody may declare another one.',
  standard: (impact: string, step: string, count: number, days: number) =>
    `Approves by itself: impact ${impact} at most, step ${step} at most, after ${en(count, 'clean deployment', 'clean deployments')} within ${en(days, 'day', 'days')}.`,
  evidence: 'Test evidence must be seen to hold.',
  supersede: 'The approval of a newer version closes the requests of older ones.',
  keep: 'The approval of a newer version closes no other request.',
  noneOf: { standard: 'Nothing is a standard change.', emergency: 'Nobody may declare an emergency.' },
};

const frRules: typeof enRules = {
  title: 'Les règles de l’entreprise',
  help: 'Selon rules/*.yaml dans le dépôt. Si plusieurs parlent d’un même point, la plus précise décide ; les gels s’ajoutent.',
  none: 'Aucune : une approbation par un approbateur suffit, et rien n’est gelé.',
  every: 'Toute demande',
  only: (types) => `Seulement ${types}`,
  impacts: (names) => `impact ${names}`,
  targets: (names) => `cibles ${names}`,
  some: 'certaines cibles, par leur nom',
  approvals: (needs) => `Une approbation demande ${needs}.`,
  freeze: 'Aucun déploiement',
  window: 'Déploiements seulement',
  noWindow: 'Aucun déploiement : pas de créneau d’ici un an.',
  again: 'à nouveau',
  zone: (zone) => `à l’heure de ${zone}`,
  emergency: (who, within) =>
    `En urgence, une seule personne peut lancer sans les voix ni les gels : ${who}. Une autre en répond sous ${within}.`,
  stops: 'Tant qu’une réponse est en retard, personne ne peut en déclarer une autre.',
  standard: (impact, step, count, days) =>
    `Approuve d’elle-même : impact ${impact} au plus, évolution ${step} au plus, après ${fr(count, 'déploiement sans incident', 'déploiements sans incident')} en ${fr(days, 'jour', 'jours')}.`,
  evidence: 'La preuve des tests doit avoir été vérifiée.',
  supersede: 'L’approbation d’une version plus récente clôt les demandes des plus anciennes.',
  keep: 'L’approbation d’une version plus récente ne clôt aucune autre demande.',
  noneOf: {
    standard: 'Rien n’est un changement standard.',
    emergency: 'Personne ne peut déclarer une urgence.',
  },
};

/** The words of the company's rules on a tenant's page, in the reader's language. */
export function useTenantRuleWords() {
  return useSpeech().language === 'fr' ? frRules : enRules;
}
