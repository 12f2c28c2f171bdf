import { describe, expect, it } from 'vitest';
import { screen } from '@testing-library/react';
import type { Checked, Standard } from '@/api/types';
import { show } from '@/test/render';
import { SendButton } from './SendButton';

const standard = (approves: boolean) =>
  ({
    data: {
      standard: { rule: 'everyday', approves, facts: [], missing: [] } satisfies Standard,
    } as unknown as Checked,
    error: null,
    complete: true,
    isPlaceholderData: false,
  }) as const;

describe('the button that sends a request', () => {
  it.each([
    ['en', standard(true), 'Send, and have the rule approve it'],
    ['fr', standard(true), 'Envoyer, la règle approuve'],
    ['en', standard(false), 'Send for approval'],
    ['fr', standard(false), 'Envoyer pour approbation'],
    ['en', { ...standard(true), complete: false }, 'Send for approval'],
    ['en', { ...standard(true), isPlaceholderData: true }, 'Send for approval'],
  ] as const)('says what happens then (%s)', (language, check, name) => {
    show(<SendButton sending={false} check={check} />, { language });
    expect(screen.getByRole('button', { name })).toBeVisible();
  });
});
