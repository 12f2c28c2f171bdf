import type { Ticket } from '@/api/types';
import { Contract } from '@/components/contract/Contract';
import { useCompared } from '@/hooks/useComparisons';
import { useSpeech } from '@/i18n';
import { Notice } from '@/ui/Notice';
import { OtherRequests } from '@/components/requests/OtherRequests';
import { ChangeWarning, ComparedVersion } from '@/components/requests/VersionChange';

/** In a dialog, before something is deployed: what goes, what comes, and what else is open. */
export function WhatItReplaces({ ticket }: { ticket: Ticket }) {
  const { t } = useSpeech();
  const compared = useCompared(ticket);
  const { version } = ticket.spec.target;
  return (
    <div className="space-y-3">
      <div>
        <p className="text-[0.8125rem] text-muted">{t.detail.changes}</p>
        <ComparedVersion version={version} compared={compared} />
      </div>
      <Contract ticket={ticket} most={5} />
      {compared === 'failed' && <Notice look="warn">{t.versions.failed}</Notice>}
      {typeof compared === 'object' && (
        <>
          <ChangeWarning before={compared.replaces} version={version} direction={compared.direction} />
          <OtherRequests others={compared.others} newTab />
        </>
      )}
    </div>
  );
}
