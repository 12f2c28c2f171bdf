// Approvals by one key, for the moment in which they can be taken back. A store outside React, because what waits outlives
// the page that it was decided on (ADR 28).
import { session } from '@/auth/session';
import { decide, type Said, type Taken } from '@/api/decide';

/** How long a decision can be taken back before it is sent. */
const UNDO_MS = 5_000;

export interface Delayed {
  said: Said;
  /** Whoever decided, as the session names them: what they decided is never sent as somebody else's. */
  by: string;
  /** The target and version, as people call them. */
  what: string;
  /** True where it is one vote of several, and approves nothing yet. */
  vote?: boolean;
  /** `waiting`: nothing has been sent. `refused`: it was sent once, and did not come about. */
  stage: 'waiting' | 'sending' | 'refused';
  error?: unknown;
}

type Answered = (taken: Taken) => void;
type Session = Pick<typeof session, 'subscribe' | 'subject' | 'token'>;

export class DelayedDecisions {
  private all: readonly Delayed[] = [];
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly watching = new Set<() => void>();
  private readonly answering = new Set<Answered>();

  constructor(
    private readonly send: (said: Said) => Promise<Taken>,
    private readonly delay = UNDO_MS,
    private readonly who: Session = session,
  ) {
    who.subscribe(() => {
      const others = this.all.filter((each) => this.isOthers(each));
      others.forEach((each) => this.drop(each.said.id));
    });
  }

  readonly read = (): readonly Delayed[] => this.all;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.watching.add(listener);
    return () => this.watching.delete(listener);
  };

  /** Calls the listener with each decision that the server has taken. */
  readonly onTaken = (listener: Answered): (() => void) => {
    this.answering.add(listener);
    return () => this.answering.delete(listener);
  };

  /** Has a decision wait, and sends it after that; a second one on the same request changes nothing. */
  add(said: Said, what: string, vote = false): void {
    const { id } = said;
    if (this.all.some((each) => each.said.id === id && each.stage !== 'refused')) return;
    this.show([
      ...this.without(id),
      { said, by: this.who.subject, what, ...(vote && { vote }), stage: 'waiting' },
    ]);
    this.timers.set(
      id,
      setTimeout(() => void this.go(id), this.delay),
    );
  }

  /** Takes the last decision back, or that on this request, and tells which; undefined where nothing waits. */
  undo(id?: string): Delayed | undefined {
    const found = this.all.findLast(
      (each) => each.stage === 'waiting' && (id ?? each.said.id) === each.said.id,
    );
    if (found) this.drop(found.said.id);
    return found;
  }

  /** Sends all that waits at once; whether anything has no answer yet. */
  flush(): boolean {
    this.all.filter((each) => each.stage === 'waiting').forEach((each) => void this.go(each.said.id));
    return this.all.some((each) => each.stage === 'sending');
  }

  /** Forgets one, as it was taken back, taken, or its refusal was read. */
  drop(id: string): void {
    this.unset(id);
    this.show(this.without(id));
  }

  private async go(id: string): Promise<void> {
    const found = this.all.find((each) => each.said.id === id && each.stage === 'waiting');
    if (!found) return;
    this.unset(id);
    this.change(id, { stage: 'sending' });
    try {
      // A host may have signed in somebody else, and is asked who it is as late as this.
      await this.who.token();
      if (this.isOthers(found)) {
        this.drop(id);
        return;
      }
      const taken = await this.send(found.said);
      this.drop(id);
      this.answering.forEach((each) => each(taken));
    } catch (error) {
      this.change(id, { stage: 'refused', error });
    }
  }

  /** While nobody is signed in, the server's refusal is shown. */
  private isOthers({ by }: Delayed): boolean {
    return this.who.subject !== '' && this.who.subject !== by;
  }

  private unset(id: string): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }

  private without(id: string): readonly Delayed[] {
    return this.all.filter((each) => each.said.id !== id);
  }

  private change(id: string, change: Partial<Delayed>): void {
    this.show(this.all.map((each) => (each.said.id === id ? { ...each, ...change } : each)));
  }

  private show(all: readonly Delayed[]): void {
    this.all = all;
    this.watching.forEach((each) => each());
  }
}

export const delayed = new DelayedDecisions(decide);
