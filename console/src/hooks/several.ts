import { api, data } from '@/api/client';
import type { components } from '@/api/schema';
import type { Said } from '@/api/decide';

export type Result = components['schemas']['DecisionResult'];

/** Decide on several at once: one result each, in their order. Throws ApiProblem where the call as a whole is refused. */
export async function decideSeveral(
  said: readonly (Said & { decision: 'approve' | 'reject' })[],
): Promise<readonly Result[]> {
  const decisions = said.map(({ id, decision, text, production }) => {
    const words = text.trim();
    if (decision === 'reject') return { id, action: decision, reason: words };
    return {
      id,
      action: decision,
      ...(words && { comment: words }),
      ...(production !== undefined && { production }),
    };
  });
  return data(await api.POST('/v1/requests/prod/decisions', { body: { decisions }, keepalive: true }));
}
