import * as Menu from '@radix-ui/react-dropdown-menu';
import { Check, ChevronDown } from 'lucide-react';
import { STATES, type State } from '@/api/types';
import { useSpeech } from '@/i18n';
import { cx } from '@/ui/classes';
import { inputClass } from '@/ui/Field';
import { StatusBadge } from '@/components/requests/StatusBadge';

interface StateFilterProps {
  states: readonly State[];
  change: (states: readonly State[]) => void;
}

/** Several states at once. */
export function StateFilter({ states, change }: StateFilterProps) {
  const { t } = useSpeech();
  const [first] = states;
  const shown =
    states.length === 0
      ? t.list.anyState
      : states.length === 1 && first
        ? t.state[first]
        : t.list.states(states.length);
  const toggle = (state: State, on: boolean) =>
    change(STATES.filter((each) => (each === state ? on : states.includes(each))));
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        aria-label={`${t.list.state}: ${shown}`}
        className={cx(
          inputClass,
          'inline-flex w-auto! items-center justify-between gap-1.5 pe-2.5 max-sm:grow',
        )}
      >
        {shown}
        <ChevronDown className="size-4 text-muted" aria-hidden />
      </Menu.Trigger>
      <Menu.Content
        align="start"
        sideOffset={6}
        className="z-40 w-52 rounded-lg border border-line bg-raised p-1.5 shadow-xl"
      >
        {STATES.map((state) => (
          <Menu.CheckboxItem
            key={state}
            checked={states.includes(state)}
            onCheckedChange={(on) => toggle(state, on)}
            onSelect={(event) => event.preventDefault()}
            className="flex min-h-8 cursor-default items-center gap-2 rounded px-2 outline-none data-highlighted:bg-hover data-highlighted:outline-2 data-highlighted:-outline-offset-2 data-highlighted:outline-accent-text"
          >
            <span className="grid size-4 place-items-center">
              <Menu.ItemIndicator>
                <Check className="size-4" aria-hidden />
              </Menu.ItemIndicator>
            </span>
            <StatusBadge state={state} />
          </Menu.CheckboxItem>
        ))}
      </Menu.Content>
    </Menu.Root>
  );
}
