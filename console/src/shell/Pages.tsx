import { NavLink } from 'react-router';
import type { Me } from '@/api/types';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';

/** The links to the pages that somebody may use; none where there is but one. */
export function Pages({ me }: { me: Me }) {
  const { t } = useSpeech();
  const pages = [
    { to: '/requests', name: t.nav.requests, offered: true },
    { to: '/audit', name: t.nav.audit, offered: me.mayAudit },
  ].filter((each) => each.offered);
  if (pages.length < 2) return null;
  return pages.map(({ to, name }) => (
    <NavLink
      key={to}
      to={to}
      className={({ isActive }) =>
        cx(
          'inline-flex min-h-8 items-center rounded-md px-2 font-medium hover:bg-hover',
          isActive
            ? 'text-text underline decoration-accent-text decoration-2 underline-offset-8'
            : 'text-muted',
        )
      }
    >
      {name}
    </NavLink>
  ));
}
