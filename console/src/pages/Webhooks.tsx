import { Webhook } from 'lucide-react';
import { useSearchParams } from 'react-router';
import { tenantsOf } from '@/api/rights';
import { tenantName } from '@/components/requests/people';
import { Section } from '@/components/requests/sections';
import { WebhookCall } from '@/components/webhooks/WebhookCall';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useTenantWebhooks, useUndelivered } from '@/hooks/useWebhooks';
import { useSpeech } from '@/i18n';
import { useWebhookWords } from '@/i18n/webhooks';
import { PageSkeleton } from '@/shell/Shell';
import { useCaller } from '@/shell/useCaller';
import { ButtonLink } from '@/ui/Button';
import { Empty } from '@/ui/Empty';
import { Field, Select } from '@/ui/Field';
import { NotRead } from '@/ui/NotRead';
import { Notice } from '@/ui/Notice';
import { When } from '@/ui/Time';
import { NotFound } from './NotFound';

/** The webhooks of a tenant: whom its file names, a try of each, and what they were not told. */
export default function Webhooks() {
  const words = useWebhookWords();
  const me = useCaller();
  const [search, setSearch] = useSearchParams();
  usePageTitle(words.title);
  const tenants = tenantsOf(me, 'webhooks');
  const tenant = tenants.find((each) => each === search.get('tenant')) ?? tenants[0];
  if (!tenant) return <NotFound />;
  return (
    <div className="space-y-4">
      <div>
        <h1 className="text-xl font-semibold">{words.title}</h1>
        <p className="text-muted">{words.help}</p>
      </div>
      {tenants.length > 1 && (
        <Field label={words.tenant} className="max-w-xs">
          {(wiring) => (
            <Select
              {...wiring}
              value={tenant}
              onChange={(event) => setSearch({ tenant: event.target.value }, { replace: true })}
            >
              {tenants.map((each) => (
                <option key={each} value={each}>
                  {tenantName(me, each)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      <Named key={tenant} tenant={tenant} />
    </div>
  );
}

function Named({ tenant }: { tenant: string }) {
  const { t } = useSpeech();
  const words = useWebhookWords();
  const { data, error, refetch } = useTenantWebhooks(tenant);
  if (error) return <NotRead error={error} retry={refetch} />;
  if (!data) return <PageSkeleton />;
  const { webhooks, faults } = data;
  const file = `tenants/${tenant}.yaml`;
  return (
    <>
      {faults.length > 0 && (
        <Notice look="warn" title={words.faults}>
          {faults.map((fault) => (
            <p key={fault} lang="en" className="break-words">
              {fault}
            </p>
          ))}
        </Notice>
      )}
      {webhooks.length === 0 ? (
        <Empty icon={Webhook} title={words.nothing} help={words.nothingHelp(file)} />
      ) : (
        <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
          {webhooks.map(({ id, url, events, secretName }) => (
            <li key={id} className="space-y-1.5 px-4 py-3">
              <p className="font-mono text-[0.8125rem] break-all">{url}</p>
              <p className="text-[0.8125rem] text-muted">
                {events.map((event) => t.detail.events[event]).join(', ') || words.all} ·{' '}
                {words.secret(secretName)}
              </p>
              <WebhookCall tenant={tenant} id={id} label={words.testOf(url)} />
            </li>
          ))}
        </ul>
      )}
      <Undelivered tenant={tenant} urls={new Map(webhooks.map(({ id, url }) => [id, url]))} />
    </>
  );
}

function Undelivered({ tenant, urls }: { tenant: string; urls: ReadonlyMap<string, string> }) {
  const { t } = useSpeech();
  const words = useWebhookWords();
  const { data, error, refetch } = useUndelivered(tenant);
  if (error) return <NotRead error={error} retry={refetch} />;
  if (!data) return null;
  return (
    <Section title={words.undelivered}>
      {data.length === 0 && <p className="text-muted">{words.allDelivered}</p>}
      <ul className="divide-y divide-line">
        {data.map(({ ticket, number, event, webhook, why, givenUp }) => (
          <li key={`${ticket}-${number}-${webhook}-${givenUp}`} className="space-y-1 py-2.5">
            <p className="flex flex-wrap items-center gap-x-2">
              <ButtonLink tone="ghost" small className="-ml-2.5" to={`/requests/${ticket}`}>
                {ticket}
              </ButtonLink>
              {t.detail.events[event]}
              <span className="text-muted">
                · <When at={givenUp} />
              </span>
            </p>
            <p className="text-[0.8125rem] text-muted">
              <span className="break-all">{urls.get(webhook) ?? words.gone}</span> ·{' '}
              <span lang="en">{why}</span>
            </p>
            {urls.has(webhook) && (
              <WebhookCall
                tenant={tenant}
                id={webhook}
                event={{ ticket, number }}
                label={words.againOf(ticket)}
              />
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
