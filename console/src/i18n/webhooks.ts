import { useSpeech } from '.';

const en = {
  title: 'Webhooks',
  help: 'Who else is told of a tenant’s requests, as its file in the repository says. A change is a commit.',
  tenant: 'Tenant',
  nothing: 'No webhooks',
  nothingHelp: (file: string) => `${file} names none under spec.webhooks.`,
  all: 'every change',
  secret: (name: string) => `signed with ${name}`,
  test: 'Send a test',
  testOf: (url: string) => `Send a test to ${url}`,
  delivered: (status: number) => `Delivered: the receiver answered ${status}.`,
  refused: (status: number) => `Not delivered: the receiver answered ${status}.`,
  failed: 'Not delivered:',
  faults: 'Entries that are told nothing as they are',
  undelivered: 'Not delivered',
  allDelivered: 'Everything was delivered.',
  again: 'Send again',
  againOf: (ticket: string) => `Send again: ${ticket}`,
  gone: 'a webhook that the file no longer names',
};

const fr: typeof en = {
  title: 'Webhooks',
  help: 'Qui d’autre est informé des demandes d’un tenant, selon son fichier dans le dépôt. Un changement est un commit.',
  tenant: 'Tenant',
  nothing: 'Aucun webhook',
  nothingHelp: (file) => `${file} n’en nomme aucun sous spec.webhooks.`,
  all: 'chaque changement',
  secret: (name) => `signé avec ${name}`,
  test: 'Envoyer un test',
  testOf: (url) => `Envoyer un test à ${url}`,
  delivered: (status) => `Remis : le destinataire a répondu ${status}.`,
  refused: (status) => `Non remis : le destinataire a répondu ${status}.`,
  failed: 'Non remis :',
  faults: 'Entrées qui, telles quelles, ne sont informées de rien',
  undelivered: 'Non remis',
  allDelivered: 'Tout a été remis.',
  again: 'Renvoyer',
  againOf: (ticket) => `Renvoyer : ${ticket}`,
  gone: 'un webhook que le fichier ne nomme plus',
};

/** The words of the webhooks' page, in the reader's language. */
export function useWebhookWords() {
  const { language } = useSpeech();
  return { en, fr }[language];
}
