import { useSpeech } from '.';
import { plural } from './plural';

const [n, m] = [plural('en'), plural('fr')];

const en = {
  target: {
    inProduction: 'In production',
    nothing: 'Nothing was deployed yet',
    since: 'since',
    figures: (weeks: number) => `The last ${weeks} weeks`,
    allFigures: 'All figures',
    minimumImpact: (impact: string) => `Its owners ask for “${impact}” impact at least.`,
    versions: 'Versions in production',
    now: 'In production now',
    held: (duration: string) => `for ${duration}`,
    beforeFirst: 'Before the first request, as the catalogue says',
    asked: (name: string) => `Asked by ${name}`,
    approved: (name: string) => `approved by ${name}`,
    launchedAlone: (name: string) => `launched in an emergency by ${name}`,
    byRule: (rule: string) => `approved by the rule ${rule}`,
    attempts: (count: number) => `at attempt ${count}`,
    open: 'Open requests',
    noOpen: 'None that you may see.',
    failed: 'Failed',
    noFailed: 'None failed of those that you may see.',
    all: (count: number) => `All ${count}`,
    ask: 'Ask for a version',
    rollBack: (version: string) => `Roll back to ${version}`,
    notFound: 'No such target',
    notFoundHelp: 'Nothing of this name was deployed or asked for, as far as you may see.',
  },
  back: {
    title: (name: string, version: string) => `This rolls ${name} back to ${version}`,
    help: (from: string, version: string) =>
      `Production has ${from}, and this request replaces it by ${version}, which was there before. It is approved like any other. Say why, and confirm that the pre-checks hold for ${version} today: data may have changed since.`,
    notes: (from: string, version: string) =>
      `Rolls back from ${from} to ${version}, which was in production before.`,
    plan: (from: string) => `Deploy ${from} again.`,
  },
  tenant: {
    title: 'Tenants',
    choose: 'Tenant',
    file: (file: string) => `As ${file} in the repository says; a change is a commit.`,
    people: 'People',
    service: (owner: string) => `Service account of ${owner}`,
    everywhere: (roles: string) => `${roles}, everywhere`,
    targets: 'Targets',
    search: 'How a name begins',
    noTargets: 'No target that you may know of.',
    firstOf: (count: number) => `The first ${count}; type how the name begins to find others.`,
    notDeployed: 'nothing in production',
    rules: 'Rules',
    holdsFor: (duration: string) => `An approval holds for ${duration} after the request is due.`,
    supersede: 'The approval of a newer version closes the requests of older ones.',
    owned: 'A target belongs to one tenant; no other may ask for it.',
    moving: (names: string) => `These versions need a digest: ${names}.`,
    more: 'More of this tenant',
    requests: 'Requests',
    none: 'You belong to no tenant',
  },
  queue: {
    title: 'Queue',
    help: 'What deploys now, and what waits behind what. Deployments of one target take turns.',
    empty: 'Nothing deploys, and nothing waits',
    emptyHelp: 'Approved requests stand here until they are deployed.',
    next: 'Next',
    behind: (ahead: number) => n(ahead, 'ahead of it', 'ahead of it'),
    hidden: 'Another request',
    scheduled: 'for',
    more: (count: number) => `${n(count, 'more request finds', 'more requests find')} no room here.`,
    count: (deploying: number, waiting: number) =>
      `${n(deploying, 'deployment runs', 'deployments run')}, ${n(waiting, 'request waits', 'requests wait')}`,
  },
};

const fr: typeof en = {
  target: {
    inProduction: 'En production',
    nothing: 'Rien n’a encore été déployé',
    since: 'depuis le',
    figures: (weeks) => `Les ${weeks} dernières semaines`,
    allFigures: 'Tous les indicateurs',
    minimumImpact: (impact) => `Ses propriétaires demandent au moins l’impact « ${impact} ».`,
    versions: 'Versions en production',
    now: 'En production actuellement',
    held: (duration) => `pendant ${duration}`,
    beforeFirst: 'Avant la première demande, selon le catalogue',
    asked: (name) => `Demandée par ${name}`,
    approved: (name) => `approuvée par ${name}`,
    launchedAlone: (name) => `lancée en urgence par ${name}`,
    byRule: (rule) => `approuvée par la règle ${rule}`,
    attempts: (count) => `à la tentative ${count}`,
    open: 'Demandes ouvertes',
    noOpen: 'Aucune que vous puissiez voir.',
    failed: 'Échecs',
    noFailed: 'Aucun échec parmi celles que vous pouvez voir.',
    all: (count) => `Les ${count}`,
    ask: 'Demander une version',
    rollBack: (version) => `Revenir à ${version}`,
    notFound: 'Cible inconnue',
    notFoundHelp: 'Rien de ce nom n’a été déployé ni demandé, pour ce que vous pouvez voir.',
  },
  back: {
    title: (name, version) => `Retour en arrière : ${name} revient à ${version}`,
    help: (from, version) =>
      `La production a ${from} ; cette demande la remplace par ${version}, qui y était auparavant. Elle est approuvée comme toute autre. Dites pourquoi, et confirmez que les contrôles préalables valent pour ${version} aujourd’hui : les données ont pu changer depuis.`,
    notes: (from, version) => `Retour de ${from} à ${version}, qui était en production auparavant.`,
    plan: (from) => `Déployer ${from} à nouveau.`,
  },
  tenant: {
    title: 'Tenants',
    choose: 'Tenant',
    file: (file) => `Selon ${file} dans le dépôt ; un changement est un commit.`,
    people: 'Personnes',
    service: (owner) => `Compte de service de ${owner}`,
    everywhere: (roles) => `${roles}, partout`,
    targets: 'Cibles',
    search: 'Début d’un nom',
    noTargets: 'Aucune cible que vous puissiez connaître.',
    firstOf: (count) => `Les ${count} premières ; saisissez le début du nom pour en trouver d’autres.`,
    notDeployed: 'rien en production',
    rules: 'Règles',
    holdsFor: (duration) => `Une approbation vaut ${duration} à partir de l’échéance de la demande.`,
    supersede: 'L’approbation d’une version plus récente clôt les demandes des plus anciennes.',
    owned: 'Une cible appartient à un tenant ; aucun autre ne peut la demander.',
    moving: (names) => `Ces versions exigent une empreinte : ${names}.`,
    more: 'Plus sur ce tenant',
    requests: 'Demandes',
    none: 'Vous n’appartenez à aucun tenant',
  },
  queue: {
    title: 'File d’attente',
    help: 'Ce qui se déploie maintenant, et ce qui attend derrière quoi. Les déploiements d’une cible se suivent.',
    empty: 'Rien ne se déploie et rien n’attend',
    emptyHelp: 'Les demandes approuvées sont ici jusqu’à leur déploiement.',
    next: 'Suivante',
    behind: (ahead) => m(ahead, 'devant elle', 'devant elle'),
    hidden: 'Une autre demande',
    scheduled: 'pour le',
    more: (count) => `${m(count, 'demande de plus n’a', 'demandes de plus n’ont')} pas trouvé de place ici.`,
    count: (deploying, waiting) =>
      `${m(deploying, 'déploiement en cours', 'déploiements en cours')}, ${m(waiting, 'demande en attente', 'demandes en attente')}`,
  },
};

/** The words of the pages of a target, of a tenant and of the queue, in the reader's language. */
export function usePlaceWords() {
  const { language } = useSpeech();
  return { en, fr }[language];
}

export type BackWords = typeof en.back;
