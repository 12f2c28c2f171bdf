import { useMutation } from '@tanstack/react-query';
import { api, data } from '@/api/client';

export interface Change {
  /** The rule's name, which is its file's. */
  name: string;
  /** None where the file goes. */
  text: string | null;
  /** The first day whose requests are looked at; empty for all. */
  since: string;
}

/** What a change of one rule would have done to past requests; nothing is recorded by it. */
export function useRulesTrial() {
  return useMutation({
    mutationFn: async ({ name, text, since }: Change) => {
      const body = { files: { [`rules/${name}.yaml`]: text }, since: since || null };
      return data(await api.POST('/v1/rules/try', { body }));
    },
  });
}
