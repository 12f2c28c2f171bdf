import { Select } from './Field';

interface ChoiceProps {
  label: string;
  value: string;
  /** The first one, of the empty value, where nothing need be chosen. */
  any?: string;
  options: readonly (readonly [value: string, name: string])[];
  change: (value: string) => void;
}

/** A filter of one among several. */
export function Choice({ label, value, any, options, change }: ChoiceProps) {
  return (
    <Select
      className="max-sm:grow"
      aria-label={label}
      value={value}
      onChange={(event) => change(event.target.value)}
    >
      {any !== undefined && <option value="">{any}</option>}
      {options.map(([each, name]) => (
        <option key={each} value={each}>
          {name}
        </option>
      ))}
    </Select>
  );
}
