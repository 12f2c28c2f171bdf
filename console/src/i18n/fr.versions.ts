import type { enBulk, enVersions } from './en.versions';
import { plural } from './plural';

const n = plural('fr');

export const frVersions: typeof enVersions = {
  direction: {
    first: 'Première',
    newer: 'Plus récente',
    older: 'Plus ancienne',
    same: 'Identique',
    unknown: 'Indéterminé',
  },
  version: 'Version',
  replaces: 'est remplacée par',
  comparing: 'Comparaison avec la production…',
  notCompared: 'Non comparée',
  failed: 'La comparaison avec la production n’a pas pu être faite.',
  olderTitle: 'C’est un retour à une version plus ancienne',
  older: (before, version) => `La production est en ${before} ; ${version} est plus ancienne.`,
  unknownTitle: 'Impossible de dire quelle version est la plus récente',
  unknown: (before, version) =>
    `La production est en ${before} ; vérifiez que ${version} doit bien la remplacer.`,
  others: (count) => `${n(count, 'autre demande ouverte', 'autres demandes ouvertes')} pour cette cible`,
  othersShort: (count) => `+${count} en cours`,
  digest: 'Empreinte',
  copy: 'Copier l’empreinte',
  copied: 'L’empreinte est copiée',
};

export const frBulk: typeof enBulk = {
  alone: 'un impact élevé ou critique se décide une par une',
  aloneHelp: 'Les demandes à impact élevé ou critique se décident une par une, chacune sur sa propre page.',
  older: (count) =>
    `${n(count, 'demande revient', 'demandes reviennent')} à une version plus ancienne, ou l’ordre est indéterminé`,
  sharedTitle: (name, count) => `${count} d’entre elles sont des versions de ${name}`,
  shared: (version) =>
    `Chaque approbation est un déploiement. Celle de ${version} est la dernière : la production finit là.`,
  newestOnly: (count) =>
    `Seulement la plus récente : écarter ${n(count, 'autre version', 'autres versions')}`,
  newestHelp: 'Ce qui est écarté reste en attente.',
  leftOut: 'Écartée, reste en attente',
};
