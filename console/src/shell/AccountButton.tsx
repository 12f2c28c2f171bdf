import type { ComponentProps } from 'react';
import type { Me } from '@/api/types';
import { useSpeech } from '@/i18n';

interface AccountButtonProps extends ComponentProps<'button'> {
  me: Me | undefined;
}

/** Opens the menu of who is signed in. */
export function AccountButton({ me, ...rest }: AccountButtonProps) {
  const { t } = useSpeech();
  return (
    <button
      type="button"
      aria-haspopup="menu"
      aria-expanded={false}
      {...rest}
      className="grid size-8 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-text hover:outline-2 hover:outline-accent-text/50"
      aria-label={t.account.menu(me?.name ?? '')}
    >
      <span aria-hidden>{initials(me?.name ?? '')}</span>
    </button>
  );
}

function initials(name: string): string {
  const parts = name.split(/\s+/).filter(Boolean);
  return [parts[0], parts.length > 1 ? parts.at(-1) : '']
    .map((part) => part?.[0]?.toUpperCase() ?? '')
    .join('');
}
