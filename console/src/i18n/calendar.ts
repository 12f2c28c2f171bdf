import { useSpeech } from '.';

const en = {
  title: 'Calendar',
  help: 'Deployments to production that have a date, of requests that you may see, and freezes.',
  view: 'Show',
  week: 'Week',
  month: 'Month',
  before: { week: 'Week before', month: 'Month before' },
  after: { week: 'Week after', month: 'Month after' },
  today: 'Today',
  zone: (zone: string) => `Times of your device: ${zone}.`,
  count: (count: number) => (count === 1 ? '1 deployment' : `${count} deployments`),
  nothing: 'Nothing is planned',
  nothingHelp: 'No request that you may see has a date in this time.',
  more: (more: number) => `${more} more in this time are not shown. Look at a week, or in the list.`,
  days: 'Days',
  frozen: (from?: string, until?: string) =>
    from && until
      ? `Frozen ${from}–${until}`
      : from
        ? `Frozen from ${from}`
        : until
          ? `Frozen until ${until}`
          : 'Frozen',
  rule: (rule: string) => `Rule ${rule}`,
  someTargets: 'some targets only',
  feed: 'In your own calendar',
  feedHelp:
    'Make an address that Outlook, Google Calendar or Thunderbird can fetch. Whoever has the address sees what you may see of the plan, so keep it to yourself.',
  make: 'Make an address',
  again: 'Make another address',
  end: 'End the address',
  ended: 'The address was ended. Calendars that have it show nothing new.',
  since: 'You have an address since',
  once: 'Copy it now, it is shown only once. An address that you had before works no more.',
  address: 'Address of your calendar',
  copy: 'Copy',
  copied: 'Copied',
};

const fr: typeof en = {
  title: 'Calendrier',
  help: 'Mises en production datées, pour les demandes que vous pouvez voir, et gels.',
  view: 'Afficher',
  week: 'Semaine',
  month: 'Mois',
  before: { week: 'Semaine précédente', month: 'Mois précédent' },
  after: { week: 'Semaine suivante', month: 'Mois suivant' },
  today: 'Aujourd’hui',
  zone: (zone) => `Heures de votre appareil : ${zone}.`,
  count: (count) => (count <= 1 ? `${count} mise en production` : `${count} mises en production`),
  nothing: 'Rien n’est prévu',
  nothingHelp: 'Aucune demande visible par vous n’a de date dans cette période.',
  more: (more) =>
    `${more} de plus dans cette période ne sont pas affichées. Regardez une semaine, ou la liste.`,
  days: 'Jours',
  frozen: (from, until) =>
    from && until
      ? `Gel ${from}–${until}`
      : from
        ? `Gel dès ${from}`
        : until
          ? `Gel jusqu’à ${until}`
          : 'Gel',
  rule: (rule) => `Règle ${rule}`,
  someTargets: 'certaines cibles seulement',
  feed: 'Dans votre propre calendrier',
  feedHelp:
    'Créez une adresse qu’Outlook, Google Agenda ou Thunderbird peut consulter. Qui a l’adresse voit du planning ce que vous pouvez en voir : gardez-la pour vous.',
  make: 'Créer une adresse',
  again: 'Créer une autre adresse',
  end: 'Supprimer l’adresse',
  ended: 'L’adresse a été supprimée. Les calendriers qui l’ont n’affichent plus rien de nouveau.',
  since: 'Vous avez une adresse depuis',
  once: 'Copiez-la maintenant, elle n’est affichée qu’une fois. Une adresse précédente ne fonctionne plus.',
  address: 'Adresse de votre calendrier',
  copy: 'Copier',
  copied: 'Copiée',
};

/** The words of the calendar, in the reader's language. */
export function useCalendarWords() {
  const { language } = useSpeech();
  return { en, fr }[language];
}
