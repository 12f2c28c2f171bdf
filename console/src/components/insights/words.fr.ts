import { plural } from '@/i18n/plural';
import type { Words } from './words';

const n = plural('fr');

export const fr: Words = {
  title: 'Indicateurs',
  period: (from, to) => `Semaines du ${from} au ${to}`,
  scope: 'Des demandes que vous pouvez voir, d’après le registre seul.',
  filters: 'Filtrer les indicateurs',
  weeks: (count) => (count === 53 ? 'Dernière année' : `${count} dernières semaines`),
  periodLabel: 'Période',
  by: 'Répartir',
  splits: { week: 'Par semaine', tenant: 'Par tenant', target: 'Par cible', impact: 'Par impact' },
  columns: { week: 'Semaine du', tenant: 'Tenant', target: 'Cible', impact: 'Impact' },
  tenant: 'Tenant',
  anyTenant: 'Tous les tenants',
  impact: 'Impact',
  anyImpact: 'Tout impact',
  target: 'Cible',
  targetHint: 'Nom d’une cible',
  clear: 'Effacer les filtres',
  pictures: {
    'approval-wait': {
      title: 'Attente de l’approbation',
      help: 'De la création d’une demande à l’approbation qui vaut.',
    },
    queue: {
      title: 'File d’attente',
      help: 'Du moment où une demande peut être déployée (approuvée, date venue, libérée) à son lancement.',
    },
    deployment: { title: 'Déploiement', help: 'Du lancement à la fin, réussie ou non.' },
    'time-to-restore': {
      title: 'Temps de rétablissement',
      help: 'D’un déploiement échoué au prochain de la même cible qui réussit.',
    },
    deployments: {
      title: 'Déploiements',
      help: 'Chaque tentative terminée. Le taux d’échec en est la part échouée.',
    },
    waiting: {
      title: 'En attente d’une décision',
      help: 'Demandes en attente, selon le temps écoulé depuis leur création.',
    },
    teams: {
      title: 'Qui est sollicité',
      help: 'Décisions des équipes, à partir de cinq personnes. Les chiffres d’une personne ne sont montrés qu’à elle.',
    },
  },
  p50: 'La moitié, au plus',
  p90: 'Neuf sur dix, au plus',
  count: 'Nombre',
  deployed: 'Réussis',
  failed: 'Échoués',
  rate: 'Taux d’échec',
  requests: 'Demandes',
  age: 'Âge',
  none: 'Aucun sur cette période.',
  durations: (count, p50, p90) =>
    `${n(count, 'mesure', 'mesures')} : la moitié en ${p50} au plus, neuf sur dix en ${p90} au plus.`,
  longest: (name, p50) => `Le plus lent : ${name}, la moitié en ${p50} au plus.`,
  trend: (name, p50) => `Semaine du ${name} : la moitié en ${p50} au plus.`,
  deployments: (count, failed, rate) =>
    `${n(count, 'déploiement terminé', 'déploiements terminés')}, dont ${failed} en échec (${rate}).`,
  perWeek: (count) => `${count} par semaine`,
  inWeeks: (count, weeks) => `${count} en ${n(weeks, 'semaine', 'semaines')}`,
  waiting: (count) => `${n(count, 'demande attend', 'demandes attendent')}.`,
  ageFrom: (from) => `${from} et plus`,
  ageBelow: (below) => `moins de ${below}`,
  ageBetween: (from, below) => `${from} à ${below}`,
  yours: (waiting, decided) =>
    `${n(waiting, 'demande vous attend', 'demandes vous attendent')} ; vous en avez décidé ${decided} sur cette période.`,
  median: 'médiane',
  teamWaiting: 'En attente',
  teamDecided: 'Décidées',
  people: 'Personnes',
  noTeams: 'Aucune équipe de cinq personnes ou plus dans ce que vous pouvez voir.',
  table: 'Tableau',
  chart: 'Graphique',
  asTable: (title) => `${title}, en tableau`,
  csv: 'CSV',
  csvOf: (title) => `Télécharger « ${title} » en CSV`,
  more: (count) =>
    `${n(count, 'autre n’est pas montré', 'autres ne sont pas montrés')} ; affinez par les filtres.`,
  firstOf: (shown, all) => `Les ${shown} premiers sur ${all} ; le tableau les a tous.`,
  empty: 'Aucun indicateur sur cette période',
  emptyHelp:
    'Rien de ce que vous pouvez voir n’a été approuvé ni déployé. Essayez une période plus longue, ou moins de filtres.',
};
