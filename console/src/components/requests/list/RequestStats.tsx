import { useStats } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { Bone } from '@/ui/Skeleton';

/** Four numbers over what the caller may see. */
export function RequestStats() {
  const { t, format } = useSpeech();
  const { data, isError } = useStats();
  const rows = [
    [t.list.stats.pending, data?.pending],
    [t.list.stats.approvedToday, data?.approvedToday],
    [t.list.stats.rejectedToday, data?.rejectedToday],
    [t.list.stats.deployedThisWeek, data?.deployedThisWeek],
  ] as const;
  return (
    <section aria-label={t.list.stats.label}>
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4">
        {rows.map(([label, value]) => (
          <div key={label} className="flex flex-col-reverse justify-end bg-surface px-4 py-2.5">
            <dt className="text-[0.8125rem] text-muted">{label}</dt>
            <dd className="text-xl font-semibold tabular-nums">
              {value === undefined && !isError ? <Bone className="my-1 h-5 w-8" /> : format.count(value)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
