import { useSpeech } from '.';

const en = {
  title: 'What you are told',
  help: 'Choose what you are told, by which way and when. It changes nothing about what you may do, nor what others get.',
  deciding: 'When you may decide',
  decidingHelp:
    'An administrator of the platform is asked at once only where nobody of the tenant can decide. Of an emergency everybody who may answer for it hears at once, whatever they chose.',
  following: 'What you asked for, approved or follow',
  followingHelp: 'Whoever was asked to decide is told once that somebody else did.',
  delegated: 'When a vote is handed over',
  delegatedHelp: 'What is handed to you, and that another ended what was handed to you, or by you.',
  ways: {
    '': 'As usual',
    now: 'At once',
    digest: 'In the daily summary',
    off: 'Not at all',
  },
  usual: 'As usual: at once.',
  summary: 'Daily summary',
  summaryHelp: 'What waits for your decision, and what you keep for it. A day without news makes no mail.',
  daily: 'Mail me a daily summary',
  hour: 'At',
  zone: 'In the time zone of the platform.',
  browsers: 'In your browsers',
  browsersHelp:
    'A notification says what a mail’s subject says, also while this page is closed. Signing out ends them in this browser. You may switch on ten browsers.',
  byEvent: 'Choose by event',
  inBrowsers: 'in your browsers',
  switchOn: 'Notify me in this browser',
  here: 'this browser',
  since: 'since',
  remove: 'Remove',
  unsupported:
    'This browser can’t show notifications. On an iPhone or iPad, add Prodgate to the home screen first.',
  denied:
    'This browser refuses notifications of this page. Allow them in its settings for this site, then load the page again.',
  notGranted: 'You have not allowed notifications, so none are shown.',
  notSubscribed: 'This browser could not reach its push service. Try again later, or use another browser.',
  save: 'Save',
  saved: 'Your choice is kept.',
  unchanged: 'Nothing has changed.',
};

const fr: typeof en = {
  title: 'Ce que vous recevez',
  help: 'Choisissez ce que vous recevez, par quel moyen et quand. Cela ne change ni vos droits, ni ce que reçoivent les autres.',
  deciding: 'Quand vous pouvez décider',
  decidingHelp:
    'Un administrateur de la plateforme n’est sollicité aussitôt que si personne du tenant ne peut décider. Qui peut répondre d’une urgence en est informé aussitôt, quel que soit son choix.',
  following: 'Ce que vous avez demandé, approuvé ou suivez',
  followingHelp: 'Qui était sollicité pour décider apprend une fois que quelqu’un d’autre l’a fait.',
  delegated: 'Quand une voix est confiée',
  delegatedHelp:
    'Ce qui vous est confié, et qu’une autre personne y a mis fin, ou à ce que vous avez confié.',
  ways: {
    '': 'Comme d’habitude',
    now: 'Aussitôt',
    digest: 'Dans le résumé quotidien',
    off: 'Pas du tout',
  },
  usual: 'Comme d’habitude : aussitôt.',
  summary: 'Résumé quotidien',
  summaryHelp:
    'Ce qui attend votre décision, et ce que vous y gardez. Un jour sans nouvelles ne donne aucun courriel.',
  daily: 'M’envoyer un résumé quotidien',
  hour: 'À',
  zone: 'Dans le fuseau horaire de la plateforme.',
  browsers: 'Dans vos navigateurs',
  browsersHelp:
    'Une notification dit ce que dit l’objet d’un courriel, même quand cette page est fermée. Se déconnecter y met fin dans ce navigateur. Vous pouvez activer dix navigateurs.',
  byEvent: 'Choisir par évènement',
  inBrowsers: 'dans vos navigateurs',
  switchOn: 'M’avertir dans ce navigateur',
  here: 'ce navigateur',
  since: 'depuis le',
  remove: 'Retirer',
  unsupported:
    'Ce navigateur ne peut pas afficher de notifications. Sur un iPhone ou un iPad, ajoutez d’abord Prodgate à l’écran d’accueil.',
  denied:
    'Ce navigateur refuse les notifications de cette page. Autorisez-les dans ses réglages pour ce site, puis rechargez la page.',
  notGranted: 'Vous n’avez pas autorisé les notifications : aucune n’est affichée.',
  notSubscribed:
    'Ce navigateur n’a pas pu joindre son service de notifications. Réessayez plus tard, ou utilisez un autre navigateur.',
  save: 'Enregistrer',
  saved: 'Votre choix est enregistré.',
  unchanged: 'Rien n’a changé.',
};

/** The words of the page of preferences, in the reader's language. */
export function usePreferenceWords() {
  const { language } = useSpeech();
  return { en, fr }[language];
}
