// One decision on one request, as it is sent.
import { api, data } from './client';
import { ApiProblem } from './problem';
import type { Decision, PasskeyAnswer, Ticket } from './types';

export interface Said {
  id: string;
  decision: Decision;
  /** The comment, or the reason. */
  text: string;
  etag?: string | undefined;
  /** With an approval, or an emergency: the version in production that was shown, empty for none. */
  production?: string | undefined;
  /** Whose vote it is, where it was handed to the reader. */
  onBehalfOf?: string | undefined;
}

export interface Taken {
  ticket: Ticket;
  /** False while Git can't be reached: the decision holds, its commit follows. */
  recorded: boolean;
}

/** Decide on one request, by one's passkey where that is asked for. Throws ApiProblem, or PasskeyFault without one. */
export async function decide(said: Said): Promise<Taken> {
  const answer = await post(said).catch(async (error: unknown) => {
    if (!(error instanceof ApiProblem) || error.kind !== 'passkey-required') throw error;
    return post(said, await confirmation(said));
  });
  return { ticket: data(answer), recorded: answer.response.status !== 202 };
}

/** The answer of the reader's passkey to what they are about to say. */
async function confirmation({ id, decision, text, production, onBehalfOf }: Said): Promise<PasskeyAnswer> {
  const { confirmed } = await import('./passkey');
  const words = text.trim();
  const shown = production === undefined ? {} : { production };
  if (decision === 'emergency') return confirmed(id, { action: decision, comment: words, ...shown });
  if (decision === 'release' || decision === 'ratify' || decision === 'refute') {
    return confirmed(id, { action: decision, reason: words });
  }
  const behalf = onBehalfOf === undefined ? {} : { onBehalfOf };
  const comment = words ? { comment: words } : {};
  if (decision === 'retry') return confirmed(id, { action: decision, ...comment });
  return confirmed(id, { action: 'approve', ...comment, ...shown, ...behalf });
}

function post({ id, decision, text, etag, production, onBehalfOf }: Said, passkey?: PasskeyAnswer) {
  const words = text.trim();
  const params = { path: { id }, header: { 'if-match': etag ?? null } };
  const comment = words ? { comment: words } : {};
  const shown = production === undefined ? {} : { production };
  const behalf = onBehalfOf === undefined ? {} : { onBehalfOf };
  const proof = passkey ? { passkey } : {};
  // Whoever closes the page right after a decision has decided.
  const keepalive = true;
  switch (decision) {
    case 'approve':
      return api.POST('/v1/requests/prod/{id}/approve', {
        params,
        body: { ...comment, ...shown, ...behalf, ...proof },
        keepalive,
      });
    case 'emergency': {
      const body = { reason: words, ...shown, ...proof };
      return api.POST('/v1/requests/prod/{id}/emergency', { params, body, keepalive });
    }
    case 'reject': {
      const body = { reason: words, ...behalf };
      return api.POST('/v1/requests/prod/{id}/reject', { params, body, keepalive });
    }
    case 'release':
    case 'ratify':
    case 'refute': {
      const body = { reason: words, ...proof };
      return api.POST(`/v1/requests/prod/{id}/${decision}`, { params, body, keepalive });
    }
    case 'hold':
      return api.POST('/v1/requests/prod/{id}/hold', { params, body: { reason: words }, keepalive });
    case 'unendorse':
      return api.POST('/v1/requests/prod/{id}/unendorse', {
        params,
        body: { ...comment, ...behalf },
        keepalive,
      });
    case 'cancel':
      return api.POST('/v1/requests/prod/{id}/cancel', { params, body: comment, keepalive });
    case 'retry': {
      const body = { ...comment, ...proof };
      return api.POST('/v1/requests/prod/{id}/retry', { params, body, keepalive });
    }
  }
}
