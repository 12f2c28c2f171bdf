import { frVotes } from './fr.votes';
import type { RemarkWords } from './remarks';
import { needed, needsIn } from './votes';

const IMPACTS: Record<string, string> = {
  low: 'faible',
  medium: 'moyen',
  high: 'élevé',
  critical: 'critique',
};
const STEPS: Record<string, string> = { patch: 'corrective', minor: 'mineure', any: 'quelconque' };
const impactIn = (impact = '') => IMPACTS[impact] ?? impact;
const stepOf = (step = '') => STEPS[step] ?? step;

export const frRemarks: RemarkWords = {
  'awx-ran': (_, when) => `AWX l’a exécuté : ${when}.`,
  'awx-twins': ({ jobs }) => `AWX a créé plusieurs jobs pour cette tentative : voir aussi ${jobs}.`,
  'awx-reports': ({ outcome }) => `Statut rapporté par AWX : ${outcome}.`,
  'nothing-launched': () => 'Rien n’a été lancé.',
  'not-approved': () => 'La demande n’est pas approuvée.',
  'file-changed': () => 'Le fichier de la demande a été modifié après l’approbation.',
  'tenant-gone': ({ tenant }) => `Le tenant ${tenant} n’existe plus.`,
  'target-not-owned': ({ tenant, name }) => `Le catalogue n’a pas de ${name} pour ${tenant}.`,
  'requester-gone': ({ requester }) => `${requester}, qui l’a demandée, n’en a plus le droit.`,
  'approver-gone': ({ approver }) => `${approver} avait approuvé, et n’a plus aucun rôle.`,
  'delegation-gone': ({ approver, giver }) =>
    `${approver} avait approuvé, et rien ne lui permet plus de voter pour ${giver}.`,
  'approver-refused': ({ approver }) => `${approver} avait approuvé, et n’en a plus le droit :`,
  'not-authorized': () => 'ses rôles ne le permettent pas.',
  'self-approval': () => 'personne n’approuve sa propre demande.',
  'service-decides': () => 'un compte de service ne peut pas décider.',
  'approve-anew': () => 'La demande doit être approuvée à nouveau.',
  'production-moved-on': ({ ticket, version }) =>
    `${ticket} a mis ${version} en production après l’approbation.`,
  'votes-missing': ({ votes }) => frVotes.lapsed(needed(frVotes, needsIn(votes))),
  'standard-approves': ({ rule, impact, step, before, count, tickets }) =>
    `La règle ${rule} l’a approuvée : impact ${impactIn(impact)}, évolution ${stepOf(step)} depuis ${before}, ${count} déploiements sans incident : ${tickets}.`,
  'standard-impact': ({ impact, highest }) =>
    `L’impact est ${impactIn(impact)}, et la règle approuve un impact ${impactIn(highest)} au plus.`,
  'standard-not-forward': ({ before }) => `Ce n’est pas une version plus récente que ${before}.`,
  'standard-step': ({ step, largest }) =>
    `L’évolution est ${stepOf(step)}, et la règle approuve une évolution ${stepOf(largest)} au plus.`,
  'standard-count': ({ count, days, wanted }) =>
    `La cible compte ${count} déploiements sans incident en ${days} jours, il en faut ${wanted}.`,
  'standard-breaking': () => 'Son contrat rompt la compatibilité pour ses appelants.',
  'standard-not-compared': () => 'Personne n’a pu comparer son contrat à celui de la production.',
  'standard-stopped': ({ ticket, version }) =>
    `Des personnes ont arrêté ${ticket}, qui demandait ${version}.`,
  'standard-untested': () => 'Personne n’a constaté ses preuves de test.',
  'standard-once': () => 'Une règle approuve une demande dès son enregistrement, ou pas du tout.',
  'standard-no-more': () => 'Plus aucune règle ne l’approuve.',
  'emergency-no-more': ({ approver }) =>
    `Aucune règle ne permet plus à ${approver} de déclarer cette urgence.`,
  'emergency-overdue': (_, when) => `Personne n’a répondu de l’urgence avant le ${when}.`,
  'approval-too-old': (_, when) => `L’approbation était valable jusqu’au ${when}.`,
  'no-such-approval': () => 'Le dépôt n’a pas de telle demande approuvée.',
  'date-not-come': () => 'La date demandée n’est pas encore venue.',
  'not-proven': () => 'Le dépôt ne prouve pas que quelqu’un l’a autorisée.',
  'asked-by-nobody': () => 'Ce lancement n’a été demandé par aucune demande du dépôt.',
  'template-without-variables': () =>
    'Le modèle de job d’AWX ne demande pas de variables : il déploierait sans elles.',
  'template-slices': ({ slices }) => `Le modèle de job d’AWX découpe un job en ${slices} tranches.`,
  'awx-templates': ({ found, template }) =>
    `AWX montre ${found} modèles de job pour ${template}, au lieu d’un seul.`,
  'awx-credentials': () =>
    'AWX n’accepte pas les identifiants : le jeton est inconnu, expiré ou révoqué, ou le mot de passe est faux.',
  'awx-forbids': () =>
    'AWX l’interdit : l’utilisateur n’en a pas le droit, ou le jeton ne permet que la lecture.',
  'awx-missing': () => 'AWX ne connaît pas cet objet, ou ne le montre pas à cet utilisateur.',
  'awx-refused': () => 'AWX a refusé.',
  'job-differs': ({ job }) => `AWX a créé le job ${job} pour autre chose que ce qui a été approuvé :`,
  'differs-in-kind': ({ type }) => `son type est ${type}.`,
  'differs-in-fields': ({ fields }) => `le modèle de job a ignoré ${fields}.`,
  'differs-in-values': ({ fields }) => `d’autres valeurs pour ${fields}.`,
  'had-begun': ({ status }) =>
    `Il avait déjà commencé (statut : ${status}) : vérifiez la cible avant de réessayer.`,
  'cancelled-before': () => 'Il a été annulé avant de commencer.',
  'told-to-stop': () => 'Son arrêt a été demandé : vérifiez la cible avant de réessayer.',
  'job-failed': () => 'AWX indique que le job a échoué.',
  'job-cancelled': () => 'Le job a été annulé dans AWX.',
  'job-lost': () =>
    'AWX a perdu la trace du job, son résultat est inconnu : vérifiez la cible avant de réessayer.',
  'job-ended': ({ status }) => `AWX a terminé le job (statut : ${status}).`,
  'output-unread': () => 'Sa sortie ne peut pas être lue.',
  'outcome-unknown': () => 'Résultat inconnu.',
  'never-answered': ({ times }) => `AWX a été sollicité ${times} fois et n’a jamais répondu.`,
  'job-vanished': () =>
    'Le job a disparu d’AWX : quelqu’un l’a supprimé, ou un nettoyage automatique l’a fait.',
  'job-hidden': () =>
    'AWX ne montre plus le job : son modèle a été supprimé, ou l’utilisateur a perdu son rôle.',
  'still-running': ({ after }) => `AWX exécute encore le job après ${after} ; il n’a pas été interrompu.`,
  'not-started': ({ within, explanation }) => `AWX n’a pas démarré le job en ${within} (${explanation}).`,
  'was-cancelled': () => 'Il a été annulé.',
  'not-cancelled': () => 'Il n’a pas pu être annulé :',
  'health-held': ({ seconds, looks, seen }) =>
    `Le contrôle de santé de la cible a tenu ${seconds} s, en ${looks} essais ; dernier constat : ${seen}`,
  'health-failed': ({ wanted, within, seen }) =>
    `Le contrôle de santé de la cible n’a pas tenu ${wanted} s en ${within} s ; dernier constat : ${seen}`,
  'health-unnamed': () => 'Le registre ne nomme plus de contrôle de santé de la cible.',
  'health-unreadable': ({ seen }) =>
    `Le contrôle de santé de la cible ne peut pas être lu dans le catalogue : ${seen}`,
};
