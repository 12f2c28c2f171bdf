import * as Menu from '@radix-ui/react-dropdown-menu';
import { Check } from 'lucide-react';
import { STATES, type State } from '@/api/types';
import { StatusBadge } from '@/components/requests/StatusBadge';
import { StateButton } from './StateFilter';

interface StateMenuProps {
  states: readonly State[];
  change: (states: readonly State[]) => void;
}

/** The menu of states, open from the start: it is loaded when somebody wants it. */
export function StateMenu({ states, change }: StateMenuProps) {
  const toggle = (state: State, on: boolean) =>
    change(STATES.filter((each) => (each === state ? on : states.includes(each))));
  return (
    <Menu.Root modal={false} defaultOpen>
      <Menu.Trigger asChild>
        <StateButton states={states} />
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
