import { FileQuestionMark } from 'lucide-react';
import { Link, useParams } from 'react-router';
import { writeQuestion } from '@/api/insights';
import { ApiProblem } from '@/api/problem';
import { TYPES, type State, type TargetDetail } from '@/api/types';
import { Tiles } from '@/components/insights/Tiles';
import { Versions } from '@/components/places/Versions';
import { TargetHeader } from '@/components/places/TargetHeader';
import { TargetRequests } from '@/components/places/TargetRequests';
import { Section } from '@/components/requests/sections';
import { useInsights } from '@/hooks/useInsights';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useVersions, useTarget } from '@/hooks/usePlaces';
import { useSpeech } from '@/i18n';
import { usePlaceWords } from '@/i18n/places';
import { PageSkeleton } from '@/shell/Shell';
import { ButtonLink } from '@/ui/Button';
import { Empty } from '@/ui/Empty';
import { NotRead } from '@/ui/NotRead';

const WEEKS = 26;
const OPEN: readonly State[] = ['pending', 'approved', 'deploying', 'verifying'];
const FAILED: readonly State[] = ['failed'];

/** One target: what is in production and was, who brought it there, what is asked for and what failed. */
export default function Target() {
  const { t } = useSpeech();
  const words = usePlaceWords().target;
  const { tenant = '', type = '', name = '' } = useParams();
  const target = { tenant, type: TYPES.find((each) => each === type) ?? TYPES[0], name };
  const { data, error, isPending, refetch } = useTarget(target);
  usePageTitle(name);
  if (data) return <Known key={`${tenant} ${type} ${name}`} target={data} />;
  if (isPending) return <PageSkeleton />;
  if (error instanceof ApiProblem && (error.status === 404 || error.status === 422)) {
    return (
      <Empty
        icon={FileQuestionMark}
        heading="h1"
        title={words.notFound}
        help={words.notFoundHelp}
        action={<ButtonLink to="/requests">{t.errors.home}</ButtonLink>}
      />
    );
  }
  return <NotRead error={error} retry={refetch} />;
}

function Known({ target }: { target: TargetDetail }) {
  const words = usePlaceWords().target;
  const list = useVersions(target);
  const versions = list.data?.pages.flatMap((page) => page.versions) ?? [];
  return (
    <div className="space-y-4">
      <TargetHeader target={target} versions={versions} />
      <Measured target={target} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <Section title={words.versions}>
          {list.error && !list.data ? (
            <NotRead error={list.error} retry={list.refetch} />
          ) : (
            <Versions list={list} production={target.production} />
          )}
        </Section>
        <div className="min-w-0 space-y-4">
          <TargetRequests target={target} states={OPEN} title={words.open} nothing={words.noOpen} />
          <TargetRequests target={target} states={FAILED} title={words.failed} nothing={words.noFailed} />
        </div>
      </div>
    </div>
  );
}

/** The figures of the target, where there are any. */
function Measured({ target: { tenant, type, name } }: { target: TargetDetail }) {
  const words = usePlaceWords().target;
  const question = { by: 'week', weeks: WEEKS, to: '', tenant, type, target: name, impact: '' } as const;
  const { data } = useInsights(question);
  if (!data || data.overall.deployed + data.overall.failed === 0) return null;
  return (
    <section aria-label={words.figures(WEEKS)}>
      <p className="mb-1.5 flex flex-wrap justify-between gap-x-4 text-[0.8125rem] text-muted">
        {words.figures(WEEKS)}
        <Link
          to={`/insights?${writeQuestion(question).toString()}`}
          className="text-accent-text underline-offset-2 hover:underline print:hidden"
        >
          {words.allFigures}
        </Link>
      </p>
      <Tiles figures={data.overall} question={question} />
    </section>
  );
}
