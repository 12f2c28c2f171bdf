import { useSearchParams } from 'react-router';
import type { Me } from '@/api/types';
import { LIMITS } from '@/api/limits';
import { copyOf, emptyForm, shapedAs, versionOf, wayBack, type FormValues } from '@/components/form/values';
import { usePlaceWords } from '@/i18n/places';
import { useTicket } from './useRequests';

/** What a form for a new request begins with. */
export interface Start {
  /** Tells it from other beginnings; empty for a form that begins empty. */
  key: string;
  values: FormValues;
  /** The request that it is filled in from. */
  again: string | undefined;
  /** The version in production that a roll back leaves. */
  back: string | undefined;
}

/** The beginning that the address asks for; undefined while the request that it names is read. */
export function useStart(me: Me): Start | undefined {
  const words = usePlaceWords().back;
  const [search] = useSearchParams();
  const { data, isLoading } = useTicket(search.get('again') ?? '');
  if (isLoading) return undefined;
  const again = data?.ticket.metadata.id;
  const given = versionOf(search, me);
  const values = data ? copyOf(data.ticket, emptyForm(me)) : given;
  const from = values.version && shapedAs(search, 'back', LIMITS.version.pattern);
  const back = from === '' ? undefined : from;
  const target = given.name && `${given.tenant} ${given.type} ${given.name} ${given.version}`;
  return {
    key: [again ?? target, back && `from ${back}`].filter(Boolean).join(' '),
    values: back ? wayBack(values, back, words) : values,
    again,
    back,
  };
}
