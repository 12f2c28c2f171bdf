import { screen } from '@testing-library/react';
import { useForm } from 'react-hook-form';
import { describe, expect, it } from 'vitest';
import type { Checked, Closed } from '@/api/types';
import type { useCheck } from '@/hooks/useCheck';
import type { Language } from '@/i18n/format';
import { show } from '@/test/render';
import { BeforeYouSend } from './BeforeYouSend';
import type { FormValues } from './values';

const ANSWER: Checked = {
  approvers: [],
  production: null,
  impact: 'low',
  direction: 'first',
  others: [],
  contract: { state: null },
  closed: null,
};
const FROZEN: Closed = { rule: 'year-end', reason: 'The books are closed', until: '2026-11-30T08:00:00Z' };

function Panel({ closed, before }: { closed: Closed | null; before: boolean }) {
  const { control } = useForm<FormValues>({
    defaultValues: { impact: 'low', type: 'api', tenant: '', name: '' },
  });
  const data = { ...ANSWER, closed };
  const check = {
    data,
    error: null,
    complete: true,
    isFetching: before,
    isPlaceholderData: before,
    version: '2.1.0',
  };
  return <BeforeYouSend control={control} check={check as unknown as ReturnType<typeof useCheck>} />;
}

function panel(closed: Closed | null, before = false, language: Language = 'en') {
  const known = [[['targets'], []]] as const;
  return show(<Panel closed={closed} before={before} />, { language, known });
}

describe('before a request is sent', () => {
  it.each([
    ['en', 'Nothing is launched until Mon 30 Nov, 08:00 UTC (rule year-end)', /send it all the same/],
    ['fr', 'Aucun déploiement avant le lun. 30 nov., 08:00 UTC (règle year-end)', /l’envoyer quand même/],
  ] as const)('one reads that its launch would fall into a freeze (%s)', (language, said, all) => {
    panel(FROZEN, false, language);
    expect(screen.getByText(said)).toBeInTheDocument();
    expect(screen.getByText('The books are closed')).toBeInTheDocument();
    expect(screen.getByText(all)).toBeInTheDocument();
  });

  it.each([
    ['of the answer before', FROZEN, true],
    ['where nothing is closed', null, false],
  ] as const)('nothing is said of it %s', (_, closed, before) => {
    panel(closed, before);
    expect(screen.queryByText(/Nothing is launched/)).toBeNull();
  });
});
