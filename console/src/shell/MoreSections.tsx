import * as Menu from '@radix-ui/react-dropdown-menu';
import { ChevronDown } from 'lucide-react';
import { Link } from 'react-router';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import { MENU, MENU_ITEM } from './menu';
import type { Place } from './places';

interface Given {
  /** Those that stand in the line too, where there is room. */
  narrow: readonly Place[];
  places: readonly Place[];
  /** The one of them that the page belongs to. */
  here: Place | undefined;
}

/** The places that are not everybody's daily work. Its button names the one where the reader is. */
export function MoreSections({ narrow, places, here }: Given) {
  const { t, language } = useSpeech();
  const inMenu = here && places.includes(here);
  if (narrow.length + places.length === 0) return null;
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        className={cx(
          'flex min-h-9 items-center gap-1 whitespace-nowrap rounded-md px-2.5 font-medium text-muted hover:bg-hover hover:text-text aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent-text',
          places.length === 0 && 'sm:hidden',
        )}
        aria-current={inMenu ? 'page' : undefined}
      >
        {inMenu ? (
          <>
            {here.name[language]}
            <span className="sr-only">, {t.nav.more}</span>
          </>
        ) : (
          t.nav.more
        )}
        <ChevronDown className="size-4" aria-hidden />
      </Menu.Trigger>
      <Menu.Content align="start" sideOffset={6} collisionPadding={8} className={cx(MENU, 'w-52')}>
        {[...narrow, ...places].map((place) => (
          <Menu.Item
            key={place.to}
            className={cx(MENU_ITEM, 'min-h-9', narrow.includes(place) && 'sm:hidden')}
            asChild
          >
            <Link to={place.to} aria-current={place === here ? 'page' : undefined}>
              {place.name[language]}
            </Link>
          </Menu.Item>
        ))}
      </Menu.Content>
    </Menu.Root>
  );
}
