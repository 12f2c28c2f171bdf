import { usePermissions } from '@/hooks/useRequests';
import { useSpeech } from '@/i18n';
import { Notice } from '@/ui/Notice';

/** That the record's file of a request says something else than what is proven, and who can mend it. */
export function NotProven({ id }: { id: string }) {
  const { t } = useSpeech();
  const found = usePermissions(id).data?.notProven;
  if (!found) return null;
  return (
    <div className="mt-4">
      <Notice look="fault" title={t.detail.notProvenTitle}>
        <p className="max-w-prose">{t.detail.notProven(found.commit?.slice(0, 10))}</p>
        <p className="max-w-prose text-muted">
          {t.detail.notProvenMend}{' '}
          <code className="font-mono text-[0.8125rem]">
            prodgate repair {found.commit?.slice(0, 10) ?? 'COMMIT'}
          </code>
        </p>
      </Notice>
    </div>
  );
}
