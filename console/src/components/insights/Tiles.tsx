import type { Question } from '@/api/insights';
import type { Figures } from '@/api/types';
import { useWords } from './words';

/** The figures of the whole period at a glance. */
export function Tiles({ figures, question }: { figures: Figures; question: Question }) {
  const w = useWords();
  const tiles = [
    ...(
      [
        ['approval-wait', figures.approvalWait],
        ['queue', figures.queue],
        ['deployment', figures.deployment],
        ['time-to-restore', figures.timeToRestore],
      ] as const
    ).map(([name, { p50 }]) => [`${w.pictures[name].title}, ${w.median}`, w.say.duration(p50)] as const),
    [w.pictures.deployments.title, w.often(figures.deployed, question.weeks)] as const,
    [w.rate, w.say.percent(figures.changeFailureRate)] as const,
  ];
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-3 lg:grid-cols-6">
      {tiles.map(([label, value]) => (
        <div key={label} className="flex flex-col-reverse justify-end bg-surface px-4 py-2.5">
          <dt className="text-[0.8125rem] text-muted">{label}</dt>
          <dd className="text-lg font-semibold tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
