import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { queryOf, readQuestion, writeQuestion, type Question } from '@/api/insights';
import { useAddress } from './useAddress';

/** The question in the address, and a way to change it there. */
export function useQuestion(): [Question, (change: Partial<Question>) => void] {
  const [search, setSearch] = useAddress();
  return [
    readQuestion(search),
    (change) => setSearch((now) => writeQuestion({ ...readQuestion(now), ...change })),
  ];
}

export function useInsights(question: Question) {
  const query = queryOf(question);
  return useQuery({
    queryKey: ['insights', query],
    queryFn: async ({ signal }) => data(await api.GET('/v1/insights', { params: { query }, signal })),
    // Another filter answers in a moment; until then the figures before stay.
    placeholderData: keepPreviousData,
  });
}
