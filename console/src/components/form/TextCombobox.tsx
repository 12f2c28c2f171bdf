import { useController, type Control } from 'react-hook-form';
import { Combobox } from '@/ui/Combobox';
import { Field } from '@/ui/Field';
import type { FormValues } from './values';

interface TextComboboxProps<T> {
  control: Control<FormValues>;
  name: 'name' | 'version';
  label: string;
  help: string;
  items: readonly T[];
  textOf: (item: T) => string;
  noteOf: (item: T) => string | false | null;
}

/** A text of the form, with suggestions of what is known. */
export function TextCombobox<T>({ control, name, label, help, ...rest }: TextComboboxProps<T>) {
  const { field, fieldState } = useController({ control, name });
  return (
    <Field
      id={name}
      label={label}
      help={help}
      error={fieldState.error?.message}
      className="sm:col-start-auto"
    >
      {(wiring) => (
        <Combobox
          {...rest}
          id={wiring.id}
          label={label}
          value={field.value}
          inputRef={field.ref}
          onChange={field.onChange}
          onBlur={field.onBlur}
          describedBy={wiring['aria-describedby']}
          invalid={wiring['aria-invalid'] ?? false}
        />
      )}
    </Field>
  );
}
