// One decision on one request, as it is sent.
import { api, data } from './client';
import type { Decision, Ticket } from './types';

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

/** Decide on one request. Throws ApiProblem where it is refused. */
export async function decide(said: Said): Promise<Taken> {
  const answer = await post(said);
  return { ticket: data(answer), recorded: answer.response.status !== 202 };
}

function post({ id, decision, text, etag, production, onBehalfOf }: Said) {
  const words = text.trim();
  const params = { path: { id }, header: { 'if-match': etag ?? null } };
  const comment = words ? { comment: words } : {};
  const shown = production === undefined ? {} : { production };
  const behalf = onBehalfOf === undefined ? {} : { onBehalfOf };
  // Whoever closes the page right after a decision has decided.
  const keepalive = true;
  switch (decision) {
    case 'approve':
      return api.POST('/v1/requests/prod/{id}/approve', {
        params,
        body: { ...comment, ...shown, ...behalf },
        keepalive,
      });
    case 'emergency': {
      const body = { reason: words, ...shown };
      return api.POST('/v1/requests/prod/{id}/emergency', { params, body, keepalive });
    }
    case 'reject': {
      const body = { reason: words, ...behalf };
      return api.POST('/v1/requests/prod/{id}/reject', { params, body, keepalive });
    }
    case 'hold':
    case 'release':
    case 'ratify':
    case 'refute':
      return api.POST(`/v1/requests/prod/{id}/${decision}`, { params, body: { reason: words }, keepalive });
    case 'unendorse':
      return api.POST('/v1/requests/prod/{id}/unendorse', {
        params,
        body: { ...comment, ...behalf },
        keepalive,
      });
    case 'cancel':
    case 'retry':
      return api.POST(`/v1/requests/prod/{id}/${decision}`, { params, body: comment, keepalive });
  }
}
