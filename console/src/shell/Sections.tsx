import { NavLink, useLocation } from 'react-router';
import type { Me } from '@/api/types';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import { MoreSections } from './MoreSections';
import { arranged, holdsPage } from './places';

/** As many find room beside the menu on the smallest phone, in both languages. */
const ON_A_PHONE = 2;

/** The parts of the console that somebody may use: what they do daily in a line, the rest in a menu. */
export function Sections({ me }: { me: Me }) {
  const { t, language } = useSpeech();
  const { pathname } = useLocation();
  const { line, menu } = arranged(me);
  const wide = line.slice(ON_A_PHONE);
  return (
    <nav aria-label={t.nav.main} className="flex gap-1 max-sm:order-last max-sm:w-full max-sm:pb-1">
      {line.map(({ to, name }, index) => (
        <NavLink
          key={to}
          to={to}
          className={cx(
            'flex min-h-9 shrink-0 items-center whitespace-nowrap rounded-md px-2.5 font-medium text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent-text',
            index >= ON_A_PHONE && 'max-sm:hidden',
          )}
        >
          {name[language]}
        </NavLink>
      ))}
      <MoreSections
        narrow={wide}
        places={menu}
        here={[...wide, ...menu].find((place) => holdsPage(place, pathname))}
      />
    </nav>
  );
}
