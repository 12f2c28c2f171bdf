import { useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import type { components } from '@/api/schema';
import { KEYS } from './useRequests';

export type Debt = components['schemas']['OpenDebt'];

/** The emergencies for which the reader may answer, where they may at all. */
export function useDebts(may: boolean): readonly Debt[] {
  const { data: debts } = useQuery({
    queryKey: KEYS.debts,
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/debts', { params: { query: { limit: 200 } }, signal })),
    enabled: may,
  });
  return debts?.filter(({ mayAnswer }) => mayAnswer) ?? [];
}
