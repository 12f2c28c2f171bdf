// Tokens are kept per tab (sessionStorage) and end with it. So that a link opened in a new tab doesn't ask for a
// sign-in again, a tab without a session asks those beside it, over a channel that only pages of this origin hear.
const CHANNEL = 'prodgate-session';
/** How long the others get to answer; nobody waits longer for a first page than this. */
const ANSWER_WITHIN_MS = 120;

type Message = { kind: 'ask' } | { kind: 'answer'; user: string } | { kind: 'signed-out' };

interface Sharing {
  /** This tab's session, as it can be stored. */
  mine: () => string | undefined;
  /** Another tab signed out: so did this one. */
  signedOut: () => void;
}

export function shareSession({ mine, signedOut }: Sharing) {
  const channel = new BroadcastChannel(CHANNEL);
  let answered: ((user: string | undefined) => void) | undefined;
  const say = (message: Message) => channel.postMessage(message);

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    const user = data.kind === 'ask' ? mine() : undefined;
    if (user) say({ kind: 'answer', user });
    if (data.kind === 'answer') answered?.(data.user);
    if (data.kind === 'signed-out') signedOut();
  };

  return {
    tellSignedOut: () => say({ kind: 'signed-out' }),
    ask: () =>
      new Promise<string | undefined>((resolve) => {
        answered = resolve;
        window.setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
        say({ kind: 'ask' });
      }),
  };
}
