import { ArrowRight } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { ROWS } from '@/api/filters';
import { waitsFor } from '@/api/votes';
import { useSession } from '@/auth/useSession';
import { useRequests } from '@/hooks/useRequests';
import { useDecidingWords } from '@/i18n/deciding';
import { useCaller } from '@/shell/useCaller';
import { ButtonLink } from '@/ui/Button';

/** After a decision on a page of its own: the way to the next one that waits, where one's next key goes. */
export function NextWaiting({ after }: { after: string }) {
  const words = useDecidingWords();
  const { settings } = useSession();
  const { email } = useCaller();
  const filters = { ...ROWS, tab: 'waiting' } as const;
  const list = useRequests(filters, settings?.timezone ?? 'UTC');
  const next = list.data?.pages
    .flatMap((each) => each.items)
    .find((each) => waitsFor(each, email) && each.metadata.id !== after);
  const link = useRef<HTMLAnchorElement>(null);
  const id = next?.metadata.id;
  useEffect(() => link.current?.focus({ preventScroll: true }), [id]);
  if (!next) return null;
  const { name, version } = next.spec.target;
  return (
    <p className="my-3 print:hidden">
      <ButtonLink ref={link} tone="primary" className="max-w-full" to={`/requests/${next.metadata.id}`}>
        <span className="min-w-0 truncate">
          {words.nextWaiting}: {name} {version}
        </span>
        <ArrowRight className="size-4 shrink-0" aria-hidden />
      </ButtonLink>
    </p>
  );
}
