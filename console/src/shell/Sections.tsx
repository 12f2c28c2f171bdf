import { NavLink } from 'react-router';
import type { Me } from '@/api/types';
import { useSpeech } from '@/i18n';
import type { Messages } from '@/i18n/en';
import { hasReports, runsPlatform } from './places';

const SECTIONS: readonly {
  to: string;
  name: keyof Messages['nav'];
  offered?: (me: Me) => boolean;
}[] = [
  { to: '/requests', name: 'requests' },
  { to: '/insights', name: 'insights' },
  { to: '/reports', name: 'reports', offered: hasReports },
  { to: '/templates', name: 'templates', offered: runsPlatform },
  { to: '/audit', name: 'audit', offered: (me) => me.mayAudit },
];

/** The parts of the console that somebody may use; on a phone in a line of their own. */
export function Sections({ me }: { me: Me }) {
  const { t } = useSpeech();
  return (
    <nav
      aria-label={t.nav.main}
      className="flex gap-1 overflow-x-auto max-sm:order-last max-sm:w-full max-sm:pb-1"
    >
      {SECTIONS.filter(({ offered }) => !offered || offered(me)).map(({ to, name }) => (
        <NavLink
          key={to}
          to={to}
          className="flex min-h-9 shrink-0 items-center whitespace-nowrap rounded-md px-2.5 font-medium text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent-text"
        >
          {t.nav[name]}
        </NavLink>
      ))}
    </nav>
  );
}
