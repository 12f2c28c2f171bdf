import { zodResolver } from '@hookform/resolvers/zod';
import { Lock } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useNavigate } from 'react-router';
import type { Me } from '@/api/types';
import { BeforeYouSend } from '@/components/form/BeforeYouSend';
import { SendButton } from '@/components/form/SendButton';
import { DetailsFields, RiskFields } from '@/components/form/DetailsFields';
import { ScheduleFields } from '@/components/form/ScheduleFields';
import { FaultList } from '@/components/form/FaultList';
import { formSchema } from '@/components/form/schema';
import { StartNotice } from '@/components/form/StartNotice';
import { bodyOf, type FormValues } from '@/components/form/values';
import { ApiVersionSelector } from '@/components/form/ApiVersionSelector';
import { PreChecksForm } from '@/components/form/PreChecksForm';
import { Section } from '@/components/requests/sections';
import { showAtFields, useCheck } from '@/hooks/useCheck';
import { useCreate } from '@/hooks/useCreate';
import { readDraft, useDraft } from '@/hooks/useDraft';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useStart, type Start } from '@/hooks/useStart';
import { useSpeech } from '@/i18n';
import { explain } from '@/i18n/server';
import { PageSkeleton } from '@/shell/Shell';
import { useCaller } from '@/shell/useCaller';
import { Button, ButtonLink } from '@/ui/Button';
import { Empty } from '@/ui/Empty';
import { Notice } from '@/ui/Notice';
import { useToast } from '@/ui/Toast';

export default function NewProductionRequest() {
  const { t } = useSpeech();
  const me = useCaller();
  const start = useStart(me);
  usePageTitle(t.form.title);
  if (!start) return <PageSkeleton />;
  if (me.creates.length) return <RequestForm key={start.key} me={me} start={start} />;
  return (
    <Empty
      icon={Lock}
      heading="h1"
      title={t.form.forbidden}
      help={t.form.forbiddenHelp}
      action={<ButtonLink to="/requests">{t.errors.home}</ButtonLink>}
    />
  );
}

/** A form that begins with something has a draft of its own, beside that of the one that begins empty. */
function RequestForm({ me, start }: { me: Me; start: Start }) {
  const { t } = useSpeech();
  const say = useToast();
  const navigate = useNavigate();
  const [empty] = useState(start.values);
  const name = start.key ? `${me.email}-${start.key}` : me.email;
  const [{ values, restored }, setStart] = useState(() => readDraft(name, empty));
  const schema = useMemo(() => formSchema(t), [t]);
  const form = useForm<FormValues>({
    defaultValues: values,
    resolver: zodResolver(schema),
    mode: 'onTouched',
  });
  const draft = useDraft(name, form);
  const create = useCreate();
  const check = useCheck(form, create.isPending || create.isSuccess);
  const [others, setOthers] = useState<readonly string[]>([]);

  const send = form.handleSubmit(async (filled) => {
    setOthers([]);
    try {
      const { ticket, recorded } = await create.mutateAsync(bodyOf(filled));
      const { id } = ticket.metadata;
      draft.drop();
      say(recorded ? 'done' : 'info', recorded ? t.form.created(id) : t.form.held(id));
      void navigate(`/requests/${id}`);
    } catch (error) {
      setOthers(showAtFields(t, error, form.setError));
    }
  });
  const discard = () => {
    draft.drop();
    form.reset(empty);
    setStart({ values: empty, restored: false });
  };

  return (
    <form onSubmit={send} noValidate className="space-y-4">
      <div>
        <h1 className="text-xl font-semibold">{t.form.title}</h1>
        <p className="mt-0.5 text-muted">
          {t.form.intro} {t.form.required}
        </p>
      </div>
      <StartNotice start={start} />
      {restored && (
        <Notice
          look="info"
          action={
            <Button small onClick={discard}>
              {t.form.discard}
            </Button>
          }
        >
          {t.form.restored}
        </Notice>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0 space-y-4">
          <Section title={t.form.sections.target}>
            <ApiVersionSelector control={form.control} me={me} />
          </Section>
          <Section title={t.form.sections.details}>
            <DetailsFields form={form} />
          </Section>
          <Section title={t.form.sections.risk}>
            <RiskFields form={form} />
          </Section>
          <Section title={t.form.sections.schedule}>
            <ScheduleFields form={form} />
          </Section>
          <Section title={t.form.sections.preChecks}>
            <PreChecksForm form={form} />
          </Section>
        </div>
        <aside className="min-w-0 space-y-4 lg:sticky lg:top-17">
          <Section title={t.form.before}>
            <BeforeYouSend control={form.control} check={check} />
          </Section>
          {create.error && (
            <Notice look="fault" urgent title={t.errors.title}>
              {explain(t, create.error)}
              {others.map((sentence) => (
                <p key={sentence}>{sentence}</p>
              ))}
            </Notice>
          )}
          <FaultList errors={form.formState.errors} shown={form.formState.isSubmitted} />
          <SendButton sending={create.isPending} check={check} />
          <p role="status" className="text-center text-[0.8125rem] text-muted">
            {draft.saved && t.form.saved}
          </p>
        </aside>
      </div>
    </form>
  );
}
