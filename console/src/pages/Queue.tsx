import { ListOrdered } from 'lucide-react';
import { QueueOfTarget } from '@/components/places/QueueOfTarget';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useQueue } from '@/hooks/usePlaces';
import { usePlaceWords } from '@/i18n/places';
import { PageSkeleton } from '@/shell/Shell';
import { Empty } from '@/ui/Empty';
import { NotRead } from '@/ui/NotRead';

/** What deploys now, and what waits behind what. */
export default function Queue() {
  const words = usePlaceWords().queue;
  const { data, error, refetch } = useQueue();
  usePageTitle(words.title);
  if (error && !data) return <NotRead error={error} retry={refetch} />;
  if (!data) return <PageSkeleton />;
  const all = data.targets.flatMap(({ requests }) => requests);
  const deploying = all.filter(({ state }) => state === 'deploying' || state === 'verifying').length;
  return (
    <div className="space-y-4">
      <div>
        <h1 className="text-xl font-semibold">{words.title}</h1>
        <p className="text-muted">{words.help}</p>
      </div>
      <p role="status" className="text-muted">
        {all.length > 0 && `${words.count(deploying, all.length - deploying)}.`}
      </p>
      {all.length === 0 && <Empty icon={ListOrdered} title={words.empty} help={words.emptyHelp} />}
      <div className="grid items-start gap-4 md:grid-cols-2">
        {data.targets.map((queue) => (
          <QueueOfTarget key={`${queue.tenant} ${queue.type} ${queue.name}`} queue={queue} />
        ))}
      </div>
      {data.more > 0 && <p className="text-muted">{words.more(data.more)}</p>}
    </div>
  );
}
