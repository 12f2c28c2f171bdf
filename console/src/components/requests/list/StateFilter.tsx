import { ChevronDown } from 'lucide-react';
import type { ComponentProps } from 'react';
import type { State } from '@/api/types';
import { useOnDemand } from '@/hooks/useOnDemand';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import { inputClass } from '@/ui/Field';

interface StateFilterProps {
  states: readonly State[];
  change: (states: readonly State[]) => void;
}

const load = () => import('./StateMenu').then((module) => module.StateMenu);

/** Several states at once. */
export function StateFilter({ states, change }: StateFilterProps) {
  const { Part: Menu, button } = useOnDemand(load);
  return Menu ? <Menu states={states} change={change} /> : <StateButton states={states} {...button} />;
}

export function StateButton({
  states,
  ...rest
}: Pick<StateFilterProps, 'states'> & ComponentProps<'button'>) {
  const { t } = useSpeech();
  const [first] = states;
  const shown =
    states.length === 0
      ? t.list.anyState
      : states.length === 1 && first
        ? t.state[first]
        : t.list.states(states.length);
  return (
    <button
      type="button"
      aria-haspopup="menu"
      aria-expanded={false}
      {...rest}
      aria-label={`${t.list.state}: ${shown}`}
      className={cx(
        inputClass,
        'inline-flex w-auto! items-center justify-between gap-1.5 pe-2.5 max-sm:grow',
      )}
    >
      {shown}
      <ChevronDown className="size-4 text-muted" aria-hidden />
    </button>
  );
}
