export const words = {
  en: {
    console: 'Company API console',
    apis: 'APIs',
    production: 'Production requests',
    ask: 'New request',
    desk: 'Desk',
    other: 'Français',
    dark: 'Dark',
    signIn: 'Sign in to the console',
    signOut: 'Sign out',
    intro: 'Here stands what this console is for. Production requests are Prodgate’s, inside it.',
    away: 'Prodgate can’t be reached.',
  },
  fr: {
    console: 'Console APIM de l’entreprise',
    apis: 'APIs',
    production: 'Demandes de production',
    ask: 'Nouvelle demande',
    desk: 'Bureau',
    other: 'English',
    dark: 'Sombre',
    signIn: 'Se connecter à la console',
    signOut: 'Se déconnecter',
    intro:
      'Ici se trouve ce pour quoi cette console existe. Les demandes de production y viennent de Prodgate.',
    away: 'Prodgate est injoignable.',
  },
};
