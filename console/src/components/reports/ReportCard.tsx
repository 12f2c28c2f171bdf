import { CircleStop } from 'lucide-react';
import type { Report } from '@/api/types';
import { useReportActions } from '@/hooks/useReports';
import { useSpeech } from '@/i18n';
import { useReportWords } from '@/i18n/reports';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { Ago } from '@/ui/Time';
import { ReportPartRow } from './ReportPartRow';
import { ReportState } from './ReportState';
import { useMonthName } from './useMonthName';

/** One report: what it is, who had it made, how far it is, and its parts. */
export function ReportCard({ report }: { report: Report }) {
  const { t } = useSpeech();
  const words = useReportWords();
  const monthName = useMonthName();
  const { cancel } = useReportActions();
  const title = `${words.kinds[report.kind]}, ${report.month ? monthName(report.month) : words.everything}`;
  const who = report.by === 'system' ? words.schedule : (report.name ?? report.by);
  return (
    <li className="space-y-2 border-b border-line px-4 py-3 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="font-medium">{title}</h3>
        <ReportState state={report.state}>{words.states[report.state]}</ReportState>
        <p className="grow text-[0.8125rem] text-muted">
          {words.by(who)} · <Ago at={report.at} />
        </p>
        {report.state === 'making' && (
          <Button
            small
            busy={cancel.isPending}
            onClick={() => cancel.mutate(report.id)}
            aria-label={`${words.cancel}: ${title}`}
          >
            <CircleStop className="size-4" aria-hidden />
            {words.cancel}
          </Button>
        )}
      </div>
      {report.state === 'making' && <Progress report={report} title={title} />}
      {cancel.isError && (
        <Notice look="fault" urgent title={t.errors.title}>
          {explain(t, cancel.error)}
        </Notice>
      )}
      <Parts report={report} />
    </li>
  );
}

function Progress({ report, title }: { report: Report; title: string }) {
  const words = useReportWords();
  const ended = report.parts.filter((part) => part.state !== 'waiting').length;
  return (
    <div className="flex items-center gap-3">
      <progress
        className="h-2 w-full max-w-md accent-accent"
        value={ended}
        max={report.total}
        aria-label={title}
      />
      <span className="text-[0.8125rem] text-muted tabular-nums">{words.progress(ended, report.total)}</span>
    </div>
  );
}

/** The parts; of many, they are opened by whoever looks for one. */
function Parts({ report }: { report: Report }) {
  const words = useReportWords();
  const rows = (
    <ul className="space-y-1.5">
      {report.parts.map((part) => (
        <ReportPartRow key={part.tenant} report={report} part={part} />
      ))}
    </ul>
  );
  if (report.parts.length < 2) return rows;
  return (
    <details open={report.state === 'failed' || undefined}>
      <summary className="w-fit cursor-pointer rounded-md px-1 py-0.5 text-[0.8125rem] text-accent-text">
        {words.show(report.total)}
      </summary>
      <div className="pt-2">{rows}</div>
    </details>
  );
}
