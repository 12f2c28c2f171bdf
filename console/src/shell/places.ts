import { decides, holds, holdsEverywhere, tenantsOf } from '@/api/rights';
import type { Me } from '@/api/types';
import type { Language } from '@/i18n/format';

/** A part of the console, and who is led to it. Who is not may still open its address; the service judges. */
export interface Place {
  to: string;
  name: Record<Language, string>;
  /** Whom it is offered to; left out: everybody. */
  offered?: (me: Me) => boolean;
  /** Who has it in the line, for it is daily work; for others it waits in the menu beside it. */
  inLine?: (me: Me) => boolean;
  /** Of one's own, such as what one is told: in the account's menu. */
  own?: true;
}

const everybody = () => true;

/** In their order; a new page adds its line. */
export const PLACES: readonly Place[] = [
  { to: '/requests', name: { en: 'Requests', fr: 'Demandes' }, inLine: everybody },
  { to: '/queue', name: { en: 'Queue', fr: 'File d’attente' }, inLine: decides },
  { to: '/calendar', name: { en: 'Calendar', fr: 'Calendrier' }, inLine: decides },
  { to: '/insights', name: { en: 'Insights', fr: 'Indicateurs' }, inLine: decides },
  { to: '/tenants', name: { en: 'Tenants', fr: 'Tenants' } },
  { to: '/reports', name: { en: 'Reports', fr: 'Rapports' }, offered: (me) => holds(me, 'report') },
  {
    to: '/templates',
    name: { en: 'Templates', fr: 'Modèles' },
    offered: (me) => holdsEverywhere(me, 'templates'),
  },
  {
    to: '/rules',
    name: { en: 'Try rules', fr: 'Essai de règles' },
    offered: (me) => holdsEverywhere(me, 'operate'),
  },
  { to: '/audit', name: { en: 'Audit', fr: 'Audit' }, offered: (me) => holds(me, 'audit') },
  {
    to: '/webhooks',
    name: { en: 'Webhooks', fr: 'Webhooks' },
    offered: (me) => tenantsOf(me, 'webhooks').length > 0,
  },
  { to: '/preferences', name: { en: 'What you are told', fr: 'Ce que vous recevez' }, own: true },
];

/** Whether the page at the address belongs to the place. */
export function holdsPage({ to }: Place, pathname: string): boolean {
  return pathname === to || pathname.startsWith(`${to}/`);
}

export function offered(me: Me): readonly Place[] {
  return PLACES.filter((place) => !place.offered || place.offered(me));
}

/** The places of the line and those of the menu beside it. */
export function arranged(me: Me): { line: readonly Place[]; menu: readonly Place[] } {
  const shown = offered(me).filter(({ own }) => !own);
  return {
    line: shown.filter(({ inLine }) => inLine?.(me)),
    menu: shown.filter(({ inLine }) => !inLine?.(me)),
  };
}
