import { describe, expect, it } from 'vitest';
import { show } from '@/test/render';
import type { Step } from '@/i18n/escalation';
import { EscalationSection } from './EscalationSection';

const STEPS: readonly Step[] = [
  { role: 'cpi_admin', group: null, at: '2026-12-23T10:30:00Z', asked: '2026-12-23T10:31:00Z' },
  { role: null, group: 'management', at: '2026-12-25T10:30:00Z', asked: null },
];

describe('whom rules ask while nobody decides', () => {
  it.each([
    ['en', ['While nobody decides', 'the platform’s administrators', 'asked Wed', 'the group “management”']],
    ['en', ['to be asked Fri', 'Only who may approve anyway can decide.']],
    ['fr', ['Tant que personne ne décide', 'les administrateurs de la plateforme', 'sollicitation le mer.']],
    ['fr', ['le groupe « management »', 'sollicitation prévue le ven.']],
  ] as const)('says who was asked, and who will be when (%s)', (language, said) => {
    const { container } = show(<EscalationSection steps={STEPS} />, { language });
    for (const each of said) expect(container).toHaveTextContent(each);
  });
});
