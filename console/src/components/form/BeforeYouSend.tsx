import { CircleCheck } from 'lucide-react';
import { type Control, useWatch } from 'react-hook-form';
import { Link } from 'react-router';
import type { Checked } from '@/api/types';
import { useTargets } from './ApiVersionSelector';
import type { useCheck } from '@/hooks/useCheck';
import { FreezeNotice } from '@/components/requests/FreezeNotice';
import { OtherRequests } from '@/components/requests/OtherRequests';
import { ChangeWarning, VersionChange } from '@/components/requests/VersionChange';
import { ContractChanges } from '@/components/contract/ContractChanges';
import { useSpeech } from '@/i18n';
import { useContractWords } from '@/i18n/contract';
import { explain } from '@/i18n/server';
import { Notice } from '@/ui/Notice';
import { ApprovalNeeded } from './ApprovalNeeded';
import type { FormValues } from './values';

interface BeforeYouSendProps {
  control: Control<FormValues>;
  check: ReturnType<typeof useCheck>;
}

/** What to know before it is sent: what it replaces, who can approve it, and whether the server would take it. */
export function BeforeYouSend({ control, check }: BeforeYouSendProps) {
  const { t } = useSpeech();
  const w = useContractWords();
  const { data, error, complete, isFetching, isPlaceholderData, version } = check;
  const answer = complete && !error ? data : undefined;
  // Of the version before nothing may be said of this one.
  const change =
    answer && !isPlaceholderData
      ? { before: answer.production?.version ?? null, version, direction: answer.direction }
      : undefined;
  return (
    <div className="space-y-4">
      <div>
        <h3 className="mb-1 text-[0.8125rem] font-medium text-muted">{t.form.productionNow}</h3>
        <InProduction control={control} answer={answer} />
        {change && (
          <p className="mt-1">
            <VersionChange {...change} />
          </p>
        )}
      </div>
      {answer?.contract.state && (
        <div>
          <h3 className="mb-1 text-[0.8125rem] font-medium text-muted">{w.title}</h3>
          <ContractChanges contract={answer.contract} most={5} />
        </div>
      )}
      {change && answer && <OtherRequests others={answer.others} newTab />}
      <div>
        <h3 className="mb-1 text-[0.8125rem] font-medium text-muted">{t.form.approvers}</h3>
        {answer ? (
          <ApprovalNeeded checked={answer} />
        ) : (
          <p className="text-muted">{t.form.approversUnknown}</p>
        )}
      </div>
      <div role="status" className="space-y-3 empty:hidden">
        {change && <ChangeWarning {...change} />}
        {answer && <Raised control={control} checked={answer} />}
        {change && answer?.closed && <FreezeNotice closed={answer.closed} before />}
        {complete && error && (
          <Notice look="fault" title={t.errors.title}>
            {explain(t, error)}
          </Notice>
        )}
        {complete && !error && (
          <p className="flex items-center gap-2 text-[0.8125rem] text-muted">
            {!isFetching && <CircleCheck className="size-4 shrink-0 text-ok-text" aria-hidden />}
            {isFetching ? t.form.checking : t.form.ready}
          </p>
        )}
      </div>
    </div>
  );
}

/** Says that the impact is filed higher than it was chosen: for a breaking change, or since the target's owners ask for it. */
function Raised({ control, checked }: { control: Control<FormValues>; checked: Checked }) {
  const { t } = useSpeech();
  const w = useContractWords();
  const { impact, contract } = checked;
  const chosen = useWatch({ control, name: 'impact' });
  if (chosen === impact) return null;
  const breaks = (contract.found?.breaking ?? 0) > 0 && contract.impact === impact;
  const say = breaks ? w.filed : t.form.impactRaised;
  return <Notice look="info">{say(t.impact[impact])}</Notice>;
}

function InProduction({ control, answer }: { control: Control<FormValues>; answer: Checked | undefined }) {
  const { t } = useSpeech();
  const known = useTargets(control).known?.production;
  if (answer?.production) {
    const { version, ticket } = answer.production;
    return (
      <p>
        <span className="font-mono font-medium">{version}</span>{' '}
        {ticket && (
          <Link
            to={`/requests/${ticket}`}
            className="font-mono text-[0.8125rem] text-accent-text underline-offset-2 hover:underline"
          >
            {ticket}
          </Link>
        )}
      </p>
    );
  }
  if (known) return <p className="font-mono font-medium">{known}</p>;
  const nothing = answer !== undefined || known === null;
  return <p className="text-muted">{nothing ? t.form.productionNone : t.form.productionUnknown}</p>;
}
