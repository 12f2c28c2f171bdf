import { useState, type SubmitEvent } from 'react';
import type { DocumentFormat, ReportOrder } from '@/api/types';
import { useReportActions } from '@/hooks/useReports';
import { useSpeech } from '@/i18n';
import { useReportWords } from '@/i18n/reports';
import { explain } from '@/i18n/server';
import { useCaller } from '@/shell/useCaller';
import { Button } from '@/ui/Button';
import { Field, FieldError, Select } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { useToast } from '@/ui/Toast';
import { months } from './months';
import { useMonthName } from './useMonthName';

const KINDS = ['monthly-report', 'change-register'] as const;
const FORMATS = ['pdf', 'xlsx', 'html'] as const satisfies readonly DocumentFormat[];

/** Asks for a report: which, of when, of whom, in which formats. */
export function OrderForm() {
  const { t, language } = useSpeech();
  const words = useReportWords();
  const monthName = useMonthName();
  const me = useCaller();
  const say = useToast();
  const { order } = useReportActions();
  const offered = months(new Date());
  const [kind, setKind] = useState<ReportOrder['kind']>('monthly-report');
  const [month, setMonth] = useState(offered[1] ?? '');
  const [tenant, setTenant] = useState('');
  const [forms, setForms] = useState<readonly DocumentFormat[]>(['pdf']);
  const register = kind === 'change-register';
  const none = forms.length === 0;
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (none || order.isPending) return;
    const body = { kind, month: month || null, tenants: tenant ? [tenant] : [], forms: [...forms], language };
    order.mutate(body, { onSuccess: () => say('info', words.ordered) });
  };
  const choose = (next: ReportOrder['kind']) => {
    setKind(next);
    setMonth(next === 'change-register' ? '' : month || (offered[1] ?? ''));
  };
  return (
    <form onSubmit={send} className="space-y-3 rounded-lg border border-line bg-surface p-4">
      <h2 className="font-semibold">{words.order}</h2>
      <div className="grid gap-3 sm:grid-cols-3">
        <Field label={words.kind}>
          {(wiring) => (
            <Select {...wiring} value={kind} onChange={(event) => choose(event.target.value as typeof kind)}>
              {KINDS.map((each) => (
                <option key={each} value={each}>
                  {words.kinds[each]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={words.month}>
          {(wiring) => (
            <Select {...wiring} value={month} onChange={(event) => setMonth(event.target.value)}>
              {register && <option value="">{words.everything}</option>}
              {offered.map((each) => (
                <option key={each} value={each}>
                  {monthName(each)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={words.tenant}>
          {(wiring) => (
            <Select {...wiring} value={tenant} onChange={(event) => setTenant(event.target.value)}>
              <option value="">{words.allTenants}</option>
              {me.tenants.map(({ name, displayName }) => (
                <option key={name} value={name}>
                  {displayName}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <fieldset className="flex flex-wrap items-center gap-x-4 gap-y-1" aria-describedby="no-format">
          <legend className="float-start me-4 font-medium">{words.formats}</legend>
          {FORMATS.map((each) => (
            <label key={each} className="inline-flex min-h-8 items-center gap-1.5">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={forms.includes(each)}
                onChange={() => setForms(FORMATS.filter((one) => (one === each) !== forms.includes(one)))}
              />
              {each.toUpperCase()}
            </label>
          ))}
        </fieldset>
        <span className="grow">
          <FieldError id="no-format" error={none ? words.noFormat : undefined} />
        </span>
        <Button tone="primary" type="submit" off={none} busy={order.isPending}>
          {words.make}
        </Button>
      </div>
      {order.isError && (
        <Notice look="fault" urgent title={t.errors.title}>
          {explain(t, order.error)}
        </Notice>
      )}
    </form>
  );
}
