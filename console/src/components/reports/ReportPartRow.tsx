import { Download, RotateCcw } from 'lucide-react';
import type { Report, ReportPart } from '@/api/types';
import { useDownload, useReportActions } from '@/hooks/useReports';
import { useSpeech } from '@/i18n';
import { useReportWords } from '@/i18n/reports';
import { explain } from '@/i18n/server';
import { useCaller } from '@/shell/useCaller';
import { Button } from '@/ui/Button';
import { Notice } from '@/ui/Notice';
import { useToast } from '@/ui/Toast';

/** A tenant's part: its files to keep, or why there are none, and the way to have it made again. */
export function ReportPartRow({ report, part }: { report: Report; part: ReportPart }) {
  const { t } = useSpeech();
  const words = useReportWords();
  const say = useToast();
  const me = useCaller();
  const { retry } = useReportActions();
  const download = useDownload((name) => say('done', words.downloaded(name)));
  const tenant = me.tenants.find((each) => each.name === part.tenant)?.displayName ?? part.tenant;
  const again = part.state !== 'made' && report.state !== 'making';
  const error = download.error ?? retry.error;
  return (
    <li className="space-y-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="max-sm:w-full sm:min-w-40">{tenant}</span>
        {part.state !== 'made' && (
          <span className="text-[0.8125rem] text-muted">{words.parts[part.state]}</span>
        )}
        {part.files.map((file) => (
          <Button
            key={file.form}
            small
            busy={download.isPending && download.variables.form === file.form}
            title={`${file.name} · SHA-256 ${file.sha256} · ${words.template(part.template ?? '')}`}
            aria-label={words.downloadOf(file.form.toUpperCase(), tenant)}
            onClick={() =>
              download.mutate({ report: report.id, tenant: part.tenant, form: file.form, name: file.name })
            }
          >
            <Download className="size-4" aria-hidden />
            {file.form.toUpperCase()}
          </Button>
        ))}
        {again && (
          <Button
            small
            busy={retry.isPending}
            aria-label={words.retryOf(tenant)}
            onClick={() => retry.mutate({ id: report.id, tenant: part.tenant })}
          >
            <RotateCcw className="size-4" aria-hidden />
            {words.retry}
          </Button>
        )}
      </div>
      {part.failure && part.state === 'failed' && (
        <p className="text-[0.8125rem] break-words text-danger-text">{part.failure}</p>
      )}
      {part.waits && (
        <p className="text-[0.8125rem] break-words text-warn-text">
          {words.waits} {part.waits}
        </p>
      )}
      {error && (
        <Notice look="fault" urgent title={t.errors.title}>
          {explain(t, error)}
        </Notice>
      )}
    </li>
  );
}
