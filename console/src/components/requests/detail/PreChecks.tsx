import { CircleCheck, CircleHelp, CircleX, Paperclip } from 'lucide-react';
import type { Ticket } from '@/api/types';
import { useChecks } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { isWebAddress, OutLink } from '@/ui/OutLink';

const CHECKS = ['stagingTestsPassed', 'securityScanPassed', 'performanceTestsPassed'] as const;

/** The checks that have not passed, in a line each; nothing where all have. */
export function FailedChecks({ checks }: { checks: Ticket['spec']['preChecks'] }) {
  const { t } = useSpeech();
  return CHECKS.filter((check) => !checks[check]).map((check) => (
    <p key={check} className="flex items-center gap-1.5 text-warn-text">
      <CircleX className="size-3.5 shrink-0" aria-hidden />
      {t.detail.checks[check].missing}
    </p>
  ));
}

/** What GitLab said of the evidence, where it is a pipeline that is looked at: it proves nothing by itself. */
function Seen({ id, address }: { id: string; address: string }) {
  const { t } = useSpeech();
  const { data } = useChecks(id, address);
  const { pipeline, reason } = data ?? {};
  if (pipeline) {
    const { jobs } = pipeline;
    return (
      <li className="flex items-start gap-2">
        <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok-text" aria-hidden />
        <span className="min-w-0 break-words">
          {t.detail.evidenceChecked(pipeline.id, pipeline.project, pipeline.ref)}{' '}
          <code className="font-mono text-[0.8125rem]">{pipeline.sha.slice(0, 10)}</code>
          {jobs.map((job) => (
            <span key={job.name} className="block text-muted">
              {t.detail.evidenceJob(job.name, job.status)}
            </span>
          ))}
        </span>
      </li>
    );
  }
  if (!reason) return null;
  return (
    <li className="flex items-start gap-2 text-warn-text">
      <CircleHelp className="mt-0.5 size-4 shrink-0" aria-hidden />
      {t.detail.evidenceNotChecked[reason]}
    </li>
  );
}

export function PreChecks({ id, checks }: { id: string; checks: Ticket['spec']['preChecks'] }) {
  const { t } = useSpeech();
  const address = checks.testEvidenceUrl;
  return (
    <ul className="space-y-1">
      {CHECKS.map((check) => {
        const passed = checks[check];
        const Icon = passed ? CircleCheck : CircleX;
        return (
          <li key={check} className="flex items-center gap-2">
            <Icon className={`size-4 shrink-0 ${passed ? 'text-ok-text' : 'text-warn-text'}`} aria-hidden />
            {t.detail.checks[check][passed ? 'passed' : 'missing']}
          </li>
        );
      })}
      <li className="flex items-start gap-2">
        <Paperclip className="mt-0.5 size-4 shrink-0 text-muted" aria-hidden />
        <span className="min-w-0">
          {t.detail.evidence}{' '}
          {isWebAddress(address) ? (
            <OutLink to={address}>{address}</OutLink>
          ) : (
            <>
              <code className="font-mono text-[0.8125rem]">{address}</code>{' '}
              <span className="text-muted">{t.detail.unsafeLink}</span>
            </>
          )}
        </span>
      </li>
      <Seen id={id} address={address} />
    </ul>
  );
}
