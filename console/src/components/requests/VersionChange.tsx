import {
  ArrowRight,
  CircleQuestionMark,
  Equal,
  Flag,
  TrendingDown,
  TrendingUp,
  type LucideIcon,
} from 'lucide-react';
import type { Direction } from '@/api/types';
import type { Compared } from '@/hooks/useComparisons';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import { Notice } from '@/ui/Notice';
import { Bone } from '@/ui/Skeleton';

// Shape and word say the same as the colour; the border is for forced colours, which show no background.
const LOOKS: Record<Direction, { icon: LucideIcon; color: string }> = {
  first: { icon: Flag, color: 'bg-quiet-soft text-muted' },
  newer: { icon: TrendingUp, color: 'bg-quiet-soft text-muted' },
  same: { icon: Equal, color: 'bg-quiet-soft text-muted' },
  older: { icon: TrendingDown, color: 'bg-warn-soft text-warn-text' },
  unknown: { icon: CircleQuestionMark, color: 'bg-warn-soft text-warn-text' },
};

const BADGE =
  'inline-flex items-center gap-1 rounded-full border border-transparent px-2 text-xs font-medium whitespace-nowrap';

export interface Change {
  /** The version in production; null where there is none. */
  before: string | null;
  version: string;
  direction: Direction;
}

/** One line: 3.2.0 → 2.3.0, older. */
export function VersionChange({ before, version, direction }: Change) {
  const { t } = useSpeech();
  return (
    <span className="inline-flex max-w-full flex-wrap items-center gap-x-2 gap-y-0.5">
      <span className="font-mono text-[0.8125rem]">
        {before !== null && (
          <>
            {before} <ArrowRight className="inline size-3.5 align-text-bottom text-text" aria-hidden />
            <span className="sr-only">{t.versions.replaces}</span>{' '}
          </>
        )}
        {version}
      </span>
      <DirectionBadge direction={direction} />
    </span>
  );
}

export function DirectionBadge({ direction }: { direction: Direction }) {
  const { t } = useSpeech();
  const { icon: Icon, color } = LOOKS[direction];
  return (
    <span data-direction={direction} className={cx(BADGE, color)}>
      <Icon className="size-3.5" aria-hidden />
      {t.versions.direction[direction]}
    </span>
  );
}

/** The same line of what was read; the version alone stands until it is there, and where it can't be had. */
export function ComparedVersion({ version, compared }: { version: string; compared: Compared | undefined }) {
  const { t } = useSpeech();
  if (typeof compared === 'object') {
    return <VersionChange before={compared.replaces} version={version} direction={compared.direction} />;
  }
  return (
    <span className="inline-flex max-w-full flex-wrap items-center gap-x-2 gap-y-0.5">
      <span className="font-mono text-[0.8125rem]">{version}</span>
      {compared === 'loading' && (
        <>
          <span className="sr-only">{t.versions.comparing}</span>
          <Bone className="h-4 w-16 rounded-full" />
        </>
      )}
      {compared === 'failed' && (
        <span className={cx(BADGE, 'bg-warn-soft text-warn-text')} title={t.versions.failed}>
          <CircleQuestionMark className="size-3.5" aria-hidden />
          {t.versions.notCompared}
        </span>
      )}
    </span>
  );
}

export const isWarning = (direction: Direction) => direction === 'older' || direction === 'unknown';

/** A warning where production would go back, or where nobody can tell; nothing otherwise. */
export function ChangeWarning({ before, version, direction }: Change) {
  const { t } = useSpeech();
  if (!isWarning(direction) || before === null) return null;
  const which = direction === 'older' ? 'older' : 'unknown';
  return (
    <Notice look="warn" title={t.versions[`${which}Title`]}>
      {t.versions[which](before, version)}
    </Notice>
  );
}
