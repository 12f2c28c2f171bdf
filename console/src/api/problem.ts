import type { Problem } from './types';

const FAMILY = 'urn:prodgate:problem:';

/** An answer of the API that is not what was asked for: RFC 9457 problem details. */
export class ApiProblem extends Error {
  readonly status: number;
  /** The problem's kind without its family, such as `self-approval`; empty where the server names none. */
  readonly kind: string;
  /** The values in the refusal's sentence. */
  readonly params: Readonly<Record<string, string>>;
  readonly fields: NonNullable<Problem['errors']>;
  /** Seconds after which the sign-in is too old for what was asked (RFC 9470); undefined where that isn't it. */
  readonly maxAge: number | undefined;

  constructor(status: number, body: Partial<Problem>, maxAge?: number) {
    super(body.detail ?? '');
    this.name = 'ApiProblem';
    this.status = status;
    this.kind = body.type?.startsWith(FAMILY) ? body.type.slice(FAMILY.length) : '';
    this.params = body.params ?? {};
    this.fields = body.errors ?? [];
    this.maxAge = maxAge;
  }
}

/** The problem that a response carries, whatever its body is: a proxy in between answers with a page of its own. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const isProblem = response.headers.get('Content-Type')?.includes('json') ?? false;
  const body: Partial<Problem> = isProblem ? await readJson(response) : {};
  const challenge = response.headers.get('WWW-Authenticate') ?? '';
  const stale = challenge.includes('insufficient_user_authentication');
  const age = /max_age="?(\d+)/.exec(challenge)?.[1];
  return new ApiProblem(response.status, body, stale ? Number(age ?? 0) : undefined);
}

async function readJson(response: Response): Promise<Partial<Problem>> {
  try {
    return (await response.json()) as Partial<Problem>;
  } catch {
    // Cut off on the way: the status alone has to say it.
    return {};
  }
}

/** Whether the request never got an answer: the network or the server is away. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError;
}

/** Whether asking once more may help: the network, or a server that is busy or down. */
export function retryable(error: unknown): boolean {
  return isUnreachable(error) || (error instanceof ApiProblem && error.status >= 500);
}

/** Why there is no answer of a passkey: the reader has none, the prompt was closed or ran out, no authenticator fits, this page or browser can't ask. */
export type PasskeyFaultKind = 'none' | 'cancelled' | 'unfit' | 'known' | 'elsewhere' | 'unable';

export class PasskeyFault extends Error {
  readonly fault: PasskeyFaultKind;

  constructor(fault: PasskeyFaultKind, cause?: unknown) {
    super(fault, { cause });
    this.name = 'PasskeyFault';
    this.fault = fault;
  }
}
