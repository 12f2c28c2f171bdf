import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import type { FormValues } from '@/components/form/values';
import { show } from '@/test/render';
import { useCheck } from './useCheck';

const GOOD: FormValues = {
  tenant: 'tenant-finance',
  type: 'api',
  name: 'payment-api',
  version: '2.1.0',
  digest: '',
  justification: 'Instant payments for the autumn',
  releaseNotes: 'A new route',
  impact: 'low',
  rollbackPlan: 'Promote 2.0.0 again',
  when: 'asap',
  local: '',
  zone: 'UTC',
  staging: true,
  security: true,
  performance: false,
  evidence: 'https://gitlab.example/pipelines/1',
};

function Form() {
  const [sent, setSent] = useState(false);
  useCheck(useForm<FormValues>({ defaultValues: GOOD }), sent);
  return (
    <button type="button" onClick={() => setSent(true)}>
      Send
    </button>
  );
}

it('asks no more, and takes its question back, once the form is sent', async () => {
  const asked: AbortSignal[] = [];
  vi.spyOn(api, 'POST').mockImplementation(((_path: string, { signal }: { signal: AbortSignal }) => {
    asked.push(signal);
    return new Promise(() => undefined);
  }) as never);
  show(<Form />);
  await vi.waitUntil(() => asked.length === 1);
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  await expect.poll(() => asked[0]?.aborted).toBe(true);
  expect(asked).toHaveLength(1);
});
