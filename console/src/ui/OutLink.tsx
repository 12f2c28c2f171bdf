import { ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { useSpeech } from '@/i18n';

/** Whether an address that somebody typed may become a link: anything but the web (javascript:, data:) may not. */
export function isWebAddress(address: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

/** A link out of the console, into a new tab that learns nothing about this one. */
export function OutLink({ to, children }: { to: string; children: ReactNode }) {
  const { t } = useSpeech();
  return (
    <a
      href={to}
      target="_blank"
      rel="noopener noreferrer"
      className="text-accent-text underline-offset-2 hover:underline"
    >
      {children}
      <ExternalLink className="ms-1 inline size-3 align-baseline print:hidden" aria-hidden />
      <span className="sr-only"> {t.common.newTab}</span>
    </a>
  );
}
