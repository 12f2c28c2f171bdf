import { CircleCheck, CircleX, Paperclip } from 'lucide-react';
import type { Ticket } from '@/api/types';
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

export function PreChecks({ checks }: { checks: Ticket['spec']['preChecks'] }) {
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
    </ul>
  );
}
