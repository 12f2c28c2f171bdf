// Tokens are kept per tab (sessionStorage) and end with it. So that a link opened in a new tab doesn't ask for a
// sign-in again, a tab without a session asks those beside it, over a channel that only pages of this origin hear.
const CHANNEL = 'prodgate-session';
/** How long the others get to answer; nobody waits longer for a first page than this, which a late answer changes. */
const ANSWER_WITHIN_MS = 120;

/** Whom a token names, and when it ends; a session is worth taking up whose token ends later. */
interface Than {
  sub: string;
  exp: number;
}

type Message =
  | { kind: 'ask'; than: Than | undefined }
  | { kind: 'answer'; user: string }
  | { kind: 'renewed'; spent: string; user: string }
  | { kind: 'signed-out' };

interface Sharing {
  /** This tab's session, as it can be stored; only where it is fresher, if that is asked for. */
  mine: (than?: Than) => string | undefined;
  /** Another tab signed out: so did this one. */
  signedOut: () => void;
  /** Another tab renewed a session with this refresh token; whoever else holds it has to take the new one instead. */
  renewed: (spent: string, user: string) => void;
  /** Another tab's session, which came when nobody waited for it any more. */
  late: (user: string) => void;
}

export function shareSession({ mine, signedOut, renewed, late }: Sharing) {
  const channel = new BroadcastChannel(CHANNEL);
  let answered: ((user: string) => void) | undefined;
  const say = (message: Message) => channel.postMessage(message);

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    const user = data.kind === 'ask' ? mine(data.than) : undefined;
    if (user) say({ kind: 'answer', user });
    if (data.kind === 'answer') answered?.(data.user);
    if (data.kind === 'renewed') renewed(data.spent, data.user);
    if (data.kind === 'signed-out') {
      answered = undefined;
      signedOut();
    }
  };

  return {
    tellRenewed: (spent: string, user: string) => say({ kind: 'renewed', spent, user }),
    tellSignedOut: () => {
      answered = undefined;
      say({ kind: 'signed-out' });
    },
    ask: (than?: Than) =>
      new Promise<string | undefined>((resolve) => {
        answered = resolve;
        window.setTimeout(() => {
          if (answered === resolve) answered = late;
          resolve(undefined);
        }, ANSWER_WITHIN_MS);
        say({ kind: 'ask', than });
      }),
  };
}
