// The words of emergencies: they come with the pages that have them, and not with the first script.
import { useSpeech } from '.';

const enEmergencies = {
  emergency: 'Declare an emergency',
  ratify: 'Ratify',
  refute: 'Refute',
  askTitle: (what: string) => `Launch ${what} alone, in an emergency?`,
  askHelp:
    'It is launched past votes and freezes, in your name. Everybody who may approve hears of it at once, and somebody else has to ratify or refute it.',
  confirm: 'Declare the emergency',
  declared: (id: string) => `${id}: the emergency is declared`,
  reason: 'Why it can’t wait',
  reasonHelp: 'At least 10 characters. Whoever answers for it reads this.',
  ratifyTitle: (what: string) => `Ratify the emergency of ${what}?`,
  ratifyHelp: 'You say that it was right to launch it past votes and freezes. Nothing is changed by that.',
  ratified: (id: string) => `${id}: the emergency is ratified`,
  refuteTitle: (what: string) => `Refute the emergency of ${what}?`,
  refuteHelp: 'You say that it was no emergency. Nothing is undone by that: for a way back, ask for one.',
  refuted: (id: string) => `${id}: the emergency is refuted`,
  answerReason: 'Reason',
  title: 'Emergency',
  by: (name: string) => `${name} launched it alone, past votes and freezes.`,
  owed: 'Nobody has answered for it yet.',
  overdue: 'Nobody has answered for it in time.',
  until: 'Answer due by',
  answer: { ratified: 'Ratified by', refuted: 'Refuted by' } as Readonly<Record<string, string>>,
  who: 'Who can answer for it',
  open: 'Emergencies that wait for an answer',
  late: 'overdue',
};

type EmergencyWords = typeof enEmergencies;

const frEmergencies: EmergencyWords = {
  emergency: 'Déclarer une urgence',
  ratify: 'Ratifier',
  refute: 'Désavouer',
  askTitle: (what) => `Lancer ${what} à titre personnel, en urgence ?`,
  askHelp:
    'Le lancement se fait en votre nom, sans attendre les voix ni la fin des gels. Toutes les personnes habilitées à approuver en sont informées aussitôt, et une autre doit le ratifier ou le désavouer.',
  confirm: 'Déclarer l’urgence',
  declared: (id) => `${id} : l’urgence est déclarée`,
  reason: 'Pourquoi cela ne peut pas attendre',
  reasonHelp: 'Au moins 10 caractères. La personne qui en répond les lit.',
  ratifyTitle: (what) => `Ratifier l’urgence de ${what} ?`,
  ratifyHelp:
    'Vous dites qu’il était juste de lancer sans les voix ni les gels. Cela ne change rien d’autre.',
  ratified: (id) => `${id} : l’urgence est ratifiée`,
  refuteTitle: (what) => `Désavouer l’urgence de ${what} ?`,
  refuteHelp: 'Vous dites que ce n’était pas une urgence. Rien n’est annulé : pour revenir, demandez-le.',
  refuted: (id) => `${id} : l’urgence est désavouée`,
  answerReason: 'Motif',
  title: 'Urgence',
  by: (name) => `${name} a lancé cela à titre personnel, sans les voix ni les gels.`,
  owed: 'Personne n’en a encore répondu.',
  overdue: 'Personne n’en a répondu à temps.',
  until: 'Réponse attendue avant',
  answer: { ratified: 'Ratifiée par', refuted: 'Désavouée par' },
  who: 'Qui peut en répondre',
  open: 'Urgences qui attendent une réponse',
  late: 'en retard',
};

/** The words of emergencies, in the reader's language. */
export function useEmergencyWords(): EmergencyWords {
  return useSpeech().language === 'fr' ? frEmergencies : enEmergencies;
}
