import * as Menu from '@radix-ui/react-dropdown-menu';
import { Link } from 'react-router';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import { MENU, MENU_ITEM } from './menu';
import { MoreButton, type MoreSectionsProps } from './MoreSections';

/** The menu of further places, open from the start: it is loaded when somebody wants it. */
export function MoreMenu({ narrow, places, here }: MoreSectionsProps) {
  const { language } = useSpeech();
  return (
    <Menu.Root modal={false} defaultOpen>
      <Menu.Trigger asChild>
        <MoreButton places={places} here={here} />
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
