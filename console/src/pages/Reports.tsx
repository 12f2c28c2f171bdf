import { FileStack } from 'lucide-react';
import { holds } from '@/api/rights';
import { OrderForm } from '@/components/reports/OrderForm';
import { ReportCard } from '@/components/reports/ReportCard';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useReports } from '@/hooks/useReports';
import { useSpeech } from '@/i18n';
import { useReportWords } from '@/i18n/reports';
import { PageSkeleton } from '@/shell/Shell';
import { useCaller } from '@/shell/useCaller';
import { Button } from '@/ui/Button';
import { Empty } from '@/ui/Empty';
import { NotRead } from '@/ui/NotRead';

/** Reports: asked for here, made in the background, kept, and fetched by links that work once. */
export default function Reports() {
  const words = useReportWords();
  const me = useCaller();
  usePageTitle(words.title);
  return (
    <div className="space-y-4">
      <div>
        <h1 className="text-xl font-semibold">{words.title}</h1>
        <p className="text-muted">{words.help}</p>
      </div>
      {holds(me, 'report') && <OrderForm />}
      <ReportList />
    </div>
  );
}

function ReportList() {
  const { t } = useSpeech();
  const words = useReportWords();
  const list = useReports();
  if (list.isPending) return <PageSkeleton />;
  if (list.isError && !list.data) return <NotRead error={list.error} retry={list.refetch} />;
  const reports = list.data.pages.flatMap((page) => page.reports);
  if (reports.length === 0) return <Empty icon={FileStack} title={words.empty} help={words.emptyHelp} />;
  return (
    <section aria-label={words.list} className="space-y-2">
      <h2 className="font-semibold">{words.list}</h2>
      <ul className="overflow-clip rounded-lg border border-line bg-surface">
        {reports.map((report) => (
          <ReportCard key={report.id} report={report} />
        ))}
      </ul>
      {list.isError && <NotRead error={list.error} retry={list.refetch} />}
      {list.hasNextPage && (
        <div className="flex justify-center py-3">
          <Button busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {list.isFetchingNextPage ? t.list.loadingMore : t.list.more}
          </Button>
        </div>
      )}
    </section>
  );
}
