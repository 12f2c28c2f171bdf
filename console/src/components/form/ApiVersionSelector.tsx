import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useController, useWatch, type Control } from 'react-hook-form';
import { api, data } from '@/api/client';
import { TYPES, type KnownTarget, type Me } from '@/api/types';
import { TextCombobox } from './TextCombobox';
import type { FormValues } from './values';
import { useLater } from '@/hooks/useLater';
import { useSpeech } from '@/i18n';
import { Field, Select, TextInput } from '@/ui/Field';

/** What can be promoted, from what the repository and earlier requests know; anything else can be typed. */
export function ApiVersionSelector({ control, me }: { control: Control<FormValues>; me: Me }) {
  const { t } = useSpeech();
  const { targets, known } = useTargets(control);
  const several = me.creates.length > 1;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {several && <TenantField control={control} me={me} />}
      <div className={several ? undefined : 'sm:col-span-2'}>
        <TypeField control={control} />
      </div>
      <TextCombobox
        control={control}
        name="name"
        label={t.form.name}
        help={t.form.nameHelp}
        items={targets}
        textOf={(each: KnownTarget) => each.name}
        noteOf={(each: KnownTarget) => each.production && t.form.inProduction(each.production)}
      />
      <TextCombobox
        control={control}
        name="version"
        label={t.form.version}
        help={t.form.versionHelp}
        items={known?.versions ?? []}
        textOf={(version: string) => version}
        noteOf={(version: string) => version === known?.production && t.form.productionNow}
      />
      <DigestField control={control} />
    </div>
  );
}

const TYPED_MS = 150;

/** Targets whose names begin as what is typed, and the one that is called just so, where it is known. */
export function useTargets(control: Control<FormValues>) {
  const [tenant, type, name] = useWatch({ control, name: ['tenant', 'type', 'name'] });
  const q = useLater(name, TYPED_MS).trim();
  const query = useQuery({
    queryKey: ['targets', tenant, type, q],
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/targets', { params: { query: { tenant, type, q } }, signal })),
    enabled: tenant !== '',
    // Those before stay until the next are there.
    placeholderData: keepPreviousData,
  });
  const targets: readonly KnownTarget[] = query.data ?? [];
  return { targets, known: targets.find((each) => each.name === name.trim()) };
}

/** Names that mean another version tomorrow. */
const MOVING = ['latest', 'main', 'master', 'head', 'stable', 'edge', 'nightly'];

function DigestField({ control }: { control: Control<FormValues> }) {
  const { t } = useSpeech();
  const { field, fieldState } = useController({ control, name: 'digest' });
  const version = useWatch({ control, name: 'version' }).trim();
  const moves = MOVING.includes(version.toLowerCase());
  return (
    <Field
      id="digest"
      label={t.form.digest}
      help={moves ? t.form.digestMoves(version) : t.form.digestHelp}
      error={fieldState.error?.message}
      optional={!moves}
      className="sm:col-span-2"
    >
      {(wiring) => (
        <TextInput {...wiring} {...field} className="font-mono" autoComplete="off" spellCheck={false} />
      )}
    </Field>
  );
}

function TenantField({ control, me }: { control: Control<FormValues>; me: Me }) {
  const { t } = useSpeech();
  const { field, fieldState } = useController({ control, name: 'tenant' });
  return (
    <Field id="tenant" label={t.form.tenant} error={fieldState.error?.message}>
      {(wiring) => (
        <Select {...wiring} {...field}>
          <option value="">{t.form.chooseTenant}</option>
          {me.tenants
            .filter((each) => me.creates.includes(each.name))
            .map((each) => (
              <option key={each.name} value={each.name}>
                {each.displayName}
              </option>
            ))}
        </Select>
      )}
    </Field>
  );
}

function TypeField({ control }: { control: Control<FormValues> }) {
  const { t } = useSpeech();
  const { field, fieldState } = useController({ control, name: 'type' });
  return (
    <Field id="type" label={t.form.type} error={fieldState.error?.message}>
      {(wiring) => (
        <Select {...wiring} {...field}>
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {t.type[type]}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
