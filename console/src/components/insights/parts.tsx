import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { writeQuestion, type Question } from '@/api/insights';
import type { FiguresPart, Insights } from '@/api/types';
import { useSpeech } from '@/i18n';
import { useCaller } from '@/shell/useCaller';
import { useWords } from './words';

/** Bars in a drawing; a table has all that the answer has. */
export const MOST_ROWS = 10;

export interface Named {
  key: string;
  /** As text, for a sentence. */
  text: string;
  /** The same, leading to that part's own figures where there are some. */
  name: ReactNode;
  part: FiguresPart;
}

/** The parts that the figures are split in, by names that people know them by. */
export function useParts(told: Insights, question: Question): readonly Named[] {
  const { t } = useSpeech();
  const w = useWords();
  const { tenants } = useCaller();
  const shown = (tenant: string) => tenants.find((each) => each.name === tenant)?.displayName ?? tenant;
  const named = ({ week, tenant, type, target, impact }: FiguresPart): [string, Partial<Question>?] => {
    if (week) return [w.say.week(week)];
    if (impact) return [t.impact[impact], { impact, by: 'week' }];
    const of = {
      tenant: tenant ?? '',
      type: type ?? ('' as const),
      target: target ?? '',
      by: 'week' as const,
    };
    return [of.target ? `${of.target} · ${shown(of.tenant)}` : shown(of.tenant), of];
  };
  return told.parts.map((part) => {
    const [text, narrow] = named(part);
    const to = narrow && `?${writeQuestion({ ...question, ...narrow })}`;
    const name = to ? (
      <Link to={to} className="text-accent-text underline underline-offset-2">
        {text}
      </Link>
    ) : (
      text
    );
    const { week, tenant, type, target, impact } = part;
    return { key: [week, tenant, type, target, impact].join('/'), text, name, part };
  });
}

/** How many of the parts a drawing shows, where that is not all. */
export function NotAll({ shown, all }: { shown: number; all: number }) {
  const w = useWords();
  return shown < all && <p className="mt-2 text-[0.8125rem] text-muted">{w.firstOf(shown, all)}</p>;
}
