import { Section } from '@/components/requests/sections';
import type { Draft, Event } from './choices';
import { EventChoices } from './EventChoices';

interface MailChoicesProps {
  title: string;
  help: string;
  events: readonly Event[];
  draft: Draft;
  change: (draft: Draft) => void;
}

/** The events of one kind, each with when its mail comes. */
export function MailChoices({ title, help, ...choices }: MailChoicesProps) {
  return (
    <Section title={title}>
      <p className="text-[0.8125rem] text-muted">{help}</p>
      <EventChoices channel="mail" {...choices} />
    </Section>
  );
}
