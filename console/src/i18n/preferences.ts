import { useSpeech } from '.';

const en = {
  title: 'What you are told',
  help: 'Choose which mails you get, and when. It changes nothing about what you may do, nor what others get.',
  deciding: 'When you may decide',
  decidingHelp:
    'An administrator of the platform is asked at once only where nobody of the tenant can decide.',
  following: 'What you asked for, approved or follow',
  followingHelp: 'Whoever was asked to decide is told once that somebody else did.',
  ways: {
    '': 'As usual',
    now: 'At once',
    digest: 'In the daily summary',
    off: 'Not at all',
  },
  usual: 'As usual: at once, but no mail about a deployment that starts within 15 minutes of its approval.',
  summary: 'Daily summary',
  summaryHelp: 'What waits for your decision, and what you keep for it. A day without news makes no mail.',
  daily: 'Mail me a daily summary',
  hour: 'At',
  zone: 'In the time zone of the platform.',
  save: 'Save',
  saved: 'Your choice is kept.',
  unchanged: 'Nothing has changed.',
};

const fr: typeof en = {
  title: 'Ce que vous recevez',
  help: 'Choisissez quels courriels vous recevez, et quand. Cela ne change ni vos droits, ni ce que reçoivent les autres.',
  deciding: 'Quand vous pouvez décider',
  decidingHelp:
    'Un administrateur de la plateforme n’est sollicité aussitôt que si personne du tenant ne peut décider.',
  following: 'Ce que vous avez demandé, approuvé ou suivez',
  followingHelp: 'Qui était sollicité pour décider apprend une fois que quelqu’un d’autre l’a fait.',
  ways: {
    '': 'Comme d’habitude',
    now: 'Aussitôt',
    digest: 'Dans le résumé quotidien',
    off: 'Pas du tout',
  },
  usual:
    'Comme d’habitude : aussitôt, mais sans courriel pour un déploiement lancé dans les 15 minutes suivant son approbation.',
  summary: 'Résumé quotidien',
  summaryHelp:
    'Ce qui attend votre décision, et ce que vous y gardez. Un jour sans nouvelles ne donne aucun courriel.',
  daily: 'M’envoyer un résumé quotidien',
  hour: 'À',
  zone: 'Dans le fuseau horaire de la plateforme.',
  save: 'Enregistrer',
  saved: 'Votre choix est enregistré.',
  unchanged: 'Rien n’a changé.',
};

/** The words of the page of preferences, in the reader's language. */
export function usePreferenceWords() {
  const { language } = useSpeech();
  return { en, fr }[language];
}
