// The words of the pages where people vote: they come with those, and not with the first script.
import { useSpeech } from '.';
import { plural } from './plural';

const [en, fr] = [plural('en'), plural('fr')];

const enVoting = {
  title: 'Votes',
  progress: (given: number, all: number) => `${given} of ${en(all, 'vote', 'votes')}`,
  rule: 'By the company’s rule',
  needs: 'Needed',
  complete: 'complete',
  missing: (count: number) => `${count} missing`,
  unfillable: (count: number) =>
    count === 1 ? 'nobody is left who could fill it' : `nobody is left who could fill ${count} of them`,
  voted: 'Voted',
  nobody: 'Nobody yet',
  awaiting: (count: number) => `Awaiting ${en(count, 'vote', 'votes')}…`,
  asked: 'Who can still vote',
  button: 'Vote to approve',
  rest: (rest: string) => `One vote of several. Still missing after yours: ${rest}.`,
  last: 'Yours is the last vote that is missing.',
  askTitle: (what: string) => `Vote to approve ${what}?`,
  askHelp: (rest: string) =>
    `Your vote is recorded in Git under your name. Still missing after yours: ${rest}; nothing is deployed before that.`,
  commentHelp: 'Kept in the record, for whoever decides next.',
  confirm: 'Vote',
  back: 'Take your vote back',
  backTitle: (what: string) => `Take your vote for ${what} back?`,
  backHelp: 'It counts no more. While the request is pending, you can vote again.',
  backConfirm: 'Take it back',
  backDone: (id: string) => `Your vote for ${id} is taken back`,
  leaving: 'Your vote will be recorded',
  one: 'Your vote is recorded; others are missing.',
  already: 'You have voted. Its page lets you take that back.',
  willNeed: (needs: string) => `Needs ${needs}`,
};

type VotingWords = typeof enVoting;

const frVoting: VotingWords = {
  title: 'Voix',
  progress: (given, all) => `${fr(given, 'voix', 'voix')} sur ${all}`,
  rule: 'Selon la règle de l’entreprise',
  needs: 'Il faut',
  complete: 'complet',
  missing: (count) => (count === 1 ? 'il en manque 1' : `il en manque ${count}`),
  unfillable: (count) =>
    count === 1 ? 'il ne reste personne pour la donner' : `il ne reste personne pour en donner ${count}`,
  voted: 'Ont voté',
  nobody: 'Personne pour l’instant',
  awaiting: (count) => `En attente de ${fr(count, 'voix', 'voix')}…`,
  asked: 'Qui peut encore voter',
  button: 'Voter pour',
  rest: (rest) => `Une voix parmi d’autres. Il manquera après la vôtre : ${rest}.`,
  last: 'La vôtre est la dernière voix qui manque.',
  askTitle: (what) => `Voter pour ${what} ?`,
  askHelp: (rest) =>
    `Votre voix est enregistrée dans Git à votre nom. Il manquera après la vôtre : ${rest} ; rien n’est déployé avant.`,
  commentHelp: 'Conservé dans la trace, pour qui décidera ensuite.',
  confirm: 'Voter',
  back: 'Retirer votre voix',
  backTitle: (what) => `Retirer votre voix pour ${what} ?`,
  backHelp: 'Elle ne comptera plus. Tant que la demande est en attente, vous pouvez voter à nouveau.',
  backConfirm: 'La retirer',
  backDone: (id) => `Votre voix pour ${id} est retirée`,
  leaving: 'Votre voix sera enregistrée',
  one: 'Votre voix est enregistrée ; il en manque d’autres.',
  already: 'Vous avez voté. Sa page permet de retirer votre voix.',
  willNeed: (needs) => `Il faut ${needs}`,
};

/** The words of voting, in the reader's language. */
export function useVotingWords(): VotingWords {
  return useSpeech().language === 'fr' ? frVoting : enVoting;
}
