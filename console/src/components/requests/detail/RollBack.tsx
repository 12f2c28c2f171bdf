import { Undo2 } from 'lucide-react';
import type { Ticket } from '@/api/types';
import { rollBackPath, versionToGoBackTo } from '@/components/places/rollBack';
import { useVersions } from '@/hooks/usePlaces';
import { usePlaceWords } from '@/i18n/places';
import { ButtonLink } from '@/ui/Button';

/** A form filled with a request for the version before, where the request's own may be what runs in production. */
export function RollBack({ ticket, className }: { ticket: Ticket; className?: string }) {
  const words = usePlaceWords().target;
  const { tenant } = ticket.metadata;
  const { type, name, version } = ticket.spec.target;
  const target = { tenant, type, name };
  const { data } = useVersions(target);
  const before = versionToGoBackTo(ticket, data?.pages.flatMap((page) => page.versions) ?? []);
  if (!before) return null;
  return (
    <div className={className}>
      <ButtonLink small to={rollBackPath(target, version, before)}>
        <Undo2 className="size-4" aria-hidden />
        {words.rollBack(before.version)}
      </ButtonLink>
    </div>
  );
}
