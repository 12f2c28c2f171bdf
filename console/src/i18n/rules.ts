// The words of the page that tries rules; they come with it.
import { useSpeech } from '.';
import { plural } from './plural';

const [one, un] = [plural('en'), plural('fr')];

const en = {
  title: 'Try rules',
  help: 'What a change of a rule would have done to every past request. Nothing is recorded: a rule is changed by a commit of the record.',
  notYours: 'Rules are tried by platform administrators.',
  name: 'Name of the rule',
  nameHelp: 'Its file is rules/<name>.yaml.',
  nameWrong: 'Small letters, digits and hyphens, such as year-end.',
  text: 'Text of the file',
  textHelp: 'Paste the file as it is to be: it takes the place of the rule of that name.',
  textMissing: 'Paste the file, or say that it goes.',
  gone: 'Take the rule away',
  since: 'Requests from this day on',
  sinceHelp: 'All of them without one.',
  run: 'Try',
  running: 'Past requests are being looked at…',
  busy: 'Another change is being tried, or too much was asked. Wait a moment, then try again.',
  tooLarge: 'It takes too long, or too much memory. Begin at a later day, or use “prodgate rules try”.',
  goTo: (line: string) => `Go to line ${line}`,
  place: (file: string, line: string) => `${file}, line ${line}`,
  result: 'What would have been',
  read: (requests: number, launches: number) =>
    `${one(requests, 'request', 'requests')}, ${one(launches, 'launch', 'launches')} looked at.`,
  unread: (count: number, example: string) =>
    `${one(count, 'file', 'files')} left out, for they hold no request, such as ${example}.`,
  total: (today: number, changed: number) =>
    `Today’s rules would have stopped ${one(today, 'launch', 'launches')}, the change ${changed}.`,
  newlyTotal: (newly: number, deployed: number, failed: number) =>
    `Newly stopped: ${newly} (deployed: ${deployed}, failed: ${failed}).`,
  freedTotal: (freed: number) => `No longer stopped: ${freed}.`,
  nothing: 'No rule would have stopped a launch, or approved a request by itself.',
  table: 'Launches by rule',
  columns: {
    rule: 'Rule',
    today: 'Today',
    changed: 'With it',
    newly: 'Newly',
    deployed: 'Deployed',
    failed: 'Failed',
    freed: 'No longer',
    newest: 'Newest of these',
  },
  effects: {
    frozen: 'frozen',
    'outside-of-windows': 'outside of windows',
    undecided: 'nothing decides',
    votes: 'needs more votes',
  },
  votes: (count: number) => `needs ${one(count, 'vote', 'votes')}`,
  alone: 'approves by itself (requests)',
  more: (count: number) => `and ${count} more`,
  undecided: (rules: string) => `${rules} are as specific and differ: nothing decides for`,
  stranded: (rule: string) => `${rule} asks for votes that nobody could give. It leaves to nobody:`,
  and: 'and',
  refused: 'Such a change is refused before the merge.',
};

const fr: typeof en = {
  title: 'Essai de règles',
  help: 'Ce qu’un changement de règle aurait fait à toutes les demandes passées. Rien n’est enregistré : une règle se change par un commit.',
  notYours: 'Les règles sont essayées par les administrateurs de la plateforme.',
  name: 'Nom de la règle',
  nameHelp: 'Son fichier est rules/<nom>.yaml.',
  nameWrong: 'Des minuscules, des chiffres et des tirets, par exemple year-end.',
  text: 'Texte du fichier',
  textHelp: 'Collez le fichier tel qu’il doit être : il prend la place de la règle de ce nom.',
  textMissing: 'Collez le fichier, ou dites qu’il disparaît.',
  gone: 'Retirer la règle',
  since: 'Demandes à partir de ce jour',
  sinceHelp: 'Sans date, toutes.',
  run: 'Essayer',
  running: 'Les demandes passées sont examinées…',
  busy: 'Un autre changement est à l’essai, ou trop de requêtes sont arrivées. Attendez un instant, puis réessayez.',
  tooLarge:
    'L’essai est trop long, ou prend trop de mémoire. Commencez à un jour plus récent, ou utilisez « prodgate rules try ».',
  goTo: (line) => `Aller à la ligne ${line}`,
  place: (file, line) => `${file}, ligne ${line}`,
  result: 'Ce qui se serait passé',
  read: (requests, launches) =>
    `${un(requests, 'demande', 'demandes')} et ${un(launches, 'lancement examiné', 'lancements examinés')}.`,
  unread: (count, example) =>
    `${un(count, 'fichier laissé', 'fichiers laissés')} de côté, sans demande, par exemple ${example}.`,
  total: (today, changed) =>
    `Les règles d’aujourd’hui auraient arrêté ${un(today, 'lancement', 'lancements')}, le changement ${changed}.`,
  newlyTotal: (newly, deployed, failed) =>
    `Nouveaux arrêts : ${newly} (déployés : ${deployed}, échoués : ${failed}).`,
  freedTotal: (freed) => `Arrêts en moins : ${freed}.`,
  nothing: 'Aucune règle n’aurait arrêté un lancement, ni approuvé une demande d’elle-même.',
  table: 'Lancements par règle',
  columns: {
    rule: 'Règle',
    today: 'Aujourd’hui',
    changed: 'Avec elle',
    newly: 'Nouveaux',
    deployed: 'Déployés',
    failed: 'Échoués',
    freed: 'En moins',
    newest: 'Les plus récents',
  },
  effects: {
    frozen: 'gel',
    'outside-of-windows': 'hors des fenêtres',
    undecided: 'rien ne décide',
    votes: 'demande plus de votes',
  },
  votes: (count) => `demande ${un(count, 'vote', 'votes')}`,
  alone: 'approuve d’elle-même (demandes)',
  more: (count) => `et ${count} de plus`,
  undecided: (rules) => `${rules} sont aussi précises et se contredisent : rien ne décide pour`,
  stranded: (rule) =>
    `${rule} demande des votes que personne ne pourrait donner. Elle ne laisse à personne :`,
  and: 'et',
  refused: 'Un tel changement est refusé avant la fusion.',
};

export type RulesWords = typeof en;

/** The words of trials of rules, in the reader's language. */
export function useRulesWords(): RulesWords {
  return { en, fr }[useSpeech().language];
}
