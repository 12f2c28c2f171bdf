import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useWatch, type UseFormReturn } from 'react-hook-form';
import { api, data } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import { formSchema } from '@/components/form/schema';
import { bodyOf, fieldOf, type FormValues } from '@/components/form/values';
import { useSpeech } from '@/i18n';
import { refusalSentence } from '@/i18n/server';
import type { Messages } from '@/i18n/en';
import { useLater } from './useLater';

const TYPED_MS = 500;

/** Asks the server, while somebody types, what it would say to this form: its answer, or its refusal at the fields.
 * Once the form is `sent` it is asked no more: the request that was made would stand in its own way. */
export function useCheck(form: UseFormReturn<FormValues>, sent: boolean) {
  const queries = useQueryClient();
  const { t } = useSpeech();
  const values = useLater(useWatch({ control: form.control }) as FormValues, TYPED_MS);
  const schema = useMemo(() => formSchema(t), [t]);
  const complete = schema.safeParse(values).success;
  const body = complete ? bodyOf(values) : undefined;
  const check = useQuery({
    queryKey: ['check', body],
    queryFn: async ({ signal }) => {
      if (!body) throw new TypeError('an incomplete form is not asked about');
      return data(await api.POST('/v1/requests/prod/check', { body, signal }));
    },
    enabled: complete && !sent,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
  useEffect(() => {
    if (sent) void queries.cancelQueries({ queryKey: ['check'] });
  }, [sent, queries]);
  const { error } = check;
  const { setError } = form;
  useEffect(() => {
    if (error) showAtFields(t, error, setError);
  }, [error, setError, t]);
  return { ...check, complete, version: body?.target.version ?? '' };
}

/** Puts a refusal's sentences at the fields they are about; the sentences that are about none. */
export function showAtFields(
  t: Messages,
  error: unknown,
  setError: UseFormReturn<FormValues>['setError'],
): readonly string[] {
  if (!(error instanceof ApiProblem)) return [];
  const others: string[] = [];
  error.fields.forEach((fault) => {
    const name = fieldOf(fault.field);
    const message = refusalSentence(t, fault) || t.errors.title;
    if (name) setError(name, { type: 'server', message });
    else others.push(message);
  });
  return others;
}
