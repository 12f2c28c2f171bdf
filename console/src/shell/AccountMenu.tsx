import * as Menu from '@radix-ui/react-dropdown-menu';
import { BookOpen, Check, Keyboard, LogOut, SlidersHorizontal } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { session } from '@/auth/session';
import type { Me } from '@/api/types';
import { tenantName } from '@/components/requests/people';
import { useSpeech } from '@/i18n';
import type { Language } from '@/i18n/format';
import { cx } from '@/ui/classes';
import { keepTheme, keptTheme, THEMES, type Theme } from '@/ui/theme';
import { AccountButton } from './AccountButton';
import { MENU, MENU_ITEM as ITEM } from './menu';
import { offered } from './places';

const LANGUAGES: Record<Language, string> = { en: 'English', fr: 'Français' };

export interface AccountMenuProps {
  me: Me | undefined;
  onShortcuts: () => void;
}

/** The menu of who is signed in, open from the start: it is loaded when somebody wants it. */
export function AccountMenu({ me, onShortcuts }: AccountMenuProps) {
  const { t, language, setLanguage } = useSpeech();
  const [theme, setTheme] = useState(keptTheme);
  const choose = (value: Theme) => {
    keepTheme(value);
    setTheme(value);
  };
  return (
    <Menu.Root modal={false} defaultOpen>
      <Menu.Trigger asChild>
        <AccountButton me={me} />
      </Menu.Trigger>
      <Menu.Content align="end" sideOffset={6} className={cx(MENU, 'w-64')}>
        {me && <Person me={me} />}
        <Menu.Separator className="my-1.5 h-px bg-line" />
        <Menu.Label className="px-2 pt-1 text-xs text-muted">{t.account.theme}</Menu.Label>
        <Menu.RadioGroup value={theme} onValueChange={(value) => choose(value as Theme)}>
          {THEMES.map((each) => (
            <Choice key={each} value={each}>
              {t.account.themes[each]}
            </Choice>
          ))}
        </Menu.RadioGroup>
        <Menu.Label className="px-2 pt-2 text-xs text-muted">{t.account.language}</Menu.Label>
        <Menu.RadioGroup value={language} onValueChange={(value) => setLanguage(value as Language)}>
          {(Object.keys(LANGUAGES) as Language[]).map((each) => (
            <Choice key={each} value={each}>
              <span lang={each}>{LANGUAGES[each]}</span>
            </Choice>
          ))}
        </Menu.RadioGroup>
        <Menu.Separator className="my-1.5 h-px bg-line" />
        {(me ? offered(me) : [])
          .filter(({ own }) => own)
          .map(({ to, name }) => (
            <Menu.Item key={to} className={ITEM} asChild>
              <Link to={to}>
                <SlidersHorizontal className="size-4 text-muted" aria-hidden />
                {name[language]}
              </Link>
            </Menu.Item>
          ))}
        <Menu.Item className={ITEM} onSelect={onShortcuts}>
          <Keyboard className="size-4 text-muted" aria-hidden />
          {t.account.shortcuts}
        </Menu.Item>
        <Menu.Item className={ITEM} asChild>
          <a href="/docs">
            <BookOpen className="size-4 text-muted" aria-hidden />
            {t.account.apiDocs}
          </a>
        </Menu.Item>
        <Menu.Item className={ITEM} onSelect={() => void session.signOut()}>
          <LogOut className="size-4 text-muted" aria-hidden />
          {t.account.signOut}
        </Menu.Item>
      </Menu.Content>
    </Menu.Root>
  );
}

function Choice({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Menu.RadioItem value={value} className={ITEM} onSelect={(event) => event.preventDefault()}>
      <span className="grid size-4 place-items-center">
        <Menu.ItemIndicator>
          <Check className="size-4" aria-hidden />
        </Menu.ItemIndicator>
      </span>
      {children}
    </Menu.RadioItem>
  );
}

function Person({ me }: { me: Me }) {
  const { t } = useSpeech();
  return (
    <div className="px-2 py-1">
      <p className="font-semibold">{me.name}</p>
      <p className="text-[0.8125rem] text-muted">{me.email}</p>
      <div className="mt-1 text-[0.8125rem] text-muted">
        {me.grants.map(({ role, tenant }) => (
          <p key={`${role}-${tenant ?? ''}`}>
            {t.account.roles[role]} · {tenant ? tenantName(me, tenant) : t.account.everywhere}
          </p>
        ))}
        {me.grants.length === 0 && <p>{t.account.nothing}</p>}
      </div>
    </div>
  );
}
