import { ChartLine } from 'lucide-react';
import type { Question } from '@/api/insights';
import type { Insights as Told } from '@/api/types';
import { DeploymentsPicture } from '@/components/insights/DeploymentsPicture';
import { DurationPicture } from '@/components/insights/DurationPicture';
import { AskedPicture, WaitingPicture } from '@/components/insights/NowPictures';
import { QuestionFilters } from '@/components/insights/QuestionFilters';
import { Tiles } from '@/components/insights/Tiles';
import { useWords } from '@/components/insights/words';
import { TargetLink, TenantLink } from '@/components/requests/links';
import { tenantName } from '@/components/requests/people';
import { useInsights, useQuestion } from '@/hooks/useInsights';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useCaller } from '@/shell/useCaller';
import { Empty } from '@/ui/Empty';
import { NotRead } from '@/ui/NotRead';
import { Bone, Skeleton } from '@/ui/Skeleton';

/** How long promotions take, how often they are deployed, and what fails: over what its reader may see. */
export default function Insights() {
  const w = useWords();
  const [question, change] = useQuestion();
  const { data, error, refetch, isPlaceholderData } = useInsights(question);
  usePageTitle(w.title);
  return (
    <div className="space-y-4">
      <div>
        <h1 className="text-xl font-semibold">{w.title}</h1>
        <p className="text-muted">
          {data && `${w.period(w.say.monday(data.from), w.say.monday(data.to))}. `}
          {w.scope}
        </p>
      </div>
      <QuestionFilters question={question} change={change} />
      <About question={question} />
      {error ? (
        <NotRead error={error} retry={refetch} />
      ) : data ? (
        <div aria-busy={isPlaceholderData} className="space-y-4">
          <Pictures told={data} question={question} />
        </div>
      ) : (
        <Loading />
      )}
    </div>
  );
}

/** Leads to what the figures are narrowed to. */
function About({ question: { tenant, type, target } }: { question: Question }) {
  const me = useCaller();
  if (!tenant) return null;
  return (
    <p>
      {type && target && (
        <>
          <TargetLink target={{ tenant, type, name: target }} /> ·{' '}
        </>
      )}
      <TenantLink tenant={tenant} name={tenantName(me, tenant)} />
    </p>
  );
}

function Pictures({ told, question }: { told: Told; question: Question }) {
  const w = useWords();
  const { approvalWait, queue, deployed, failed, timeToRestore } = told.overall;
  const measured = approvalWait.count + queue.count + deployed + failed + timeToRestore.count;
  const given = { told, question };
  return (
    <>
      {measured > 0 ? (
        <Tiles figures={told.overall} question={question} />
      ) : (
        <Empty icon={ChartLine} title={w.empty} help={w.emptyHelp} />
      )}
      {told.more > 0 && <p className="text-muted">{w.more(told.more)}</p>}
      <div className="grid gap-4 lg:grid-cols-2">
        {measured > 0 && (
          <>
            <DurationPicture name="approval-wait" {...given} />
            <DurationPicture name="queue" {...given} />
            <DurationPicture name="deployment" {...given} />
            <DeploymentsPicture {...given} />
            <DurationPicture name="time-to-restore" {...given} />
          </>
        )}
        <WaitingPicture {...given} />
        <AskedPicture {...given} />
      </div>
    </>
  );
}

function Loading() {
  return (
    <Skeleton>
      <Bone className="h-16 w-full" />
      <div className="mt-4 grid gap-4 lg:grid-cols-2">
        {Array.from({ length: 4 }, (_, picture) => (
          <Bone key={picture} className="h-72 w-full" />
        ))}
      </div>
    </Skeleton>
  );
}
