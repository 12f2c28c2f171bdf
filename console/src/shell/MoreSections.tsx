import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import { useOnDemand } from '@/hooks/useOnDemand';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import type { Place } from './places';

export interface MoreSectionsProps {
  /** Those that stand in the line too, where there is room. */
  narrow: readonly Place[];
  places: readonly Place[];
  /** The one of them that the page belongs to. */
  here: Place | undefined;
}

const load = () => import('./MoreMenu').then((module) => module.MoreMenu);

/** The places that are not everybody's daily work. */
export function MoreSections(props: MoreSectionsProps) {
  const { Part: Menu, button } = useOnDemand(load);
  if (props.narrow.length + props.places.length === 0) return null;
  return Menu ? <Menu {...props} /> : <MoreButton places={props.places} here={props.here} {...button} />;
}

/** Opens the menu of further places, and names the one where the reader is. */
export function MoreButton({
  places,
  here,
  ...rest
}: Omit<MoreSectionsProps, 'narrow'> & ComponentProps<'button'>) {
  const { t, language } = useSpeech();
  const inMenu = here && places.includes(here);
  return (
    <button
      type="button"
      aria-haspopup="menu"
      aria-expanded={false}
      {...rest}
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
    </button>
  );
}
