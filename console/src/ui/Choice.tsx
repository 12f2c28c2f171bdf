import { useState } from 'react';
import { Select } from './Field';

interface ChoiceProps {
  label: string;
  value: string;
  /** The first one, of the empty value, where nothing need be chosen. */
  any?: string;
  options: readonly (readonly [value: string, name: string])[];
  change: (value: string) => void;
}

/** A filter of one among several. It shows what was chosen at once, so that a second key counts from there. */
export function Choice({ label, value, any, options, change }: ChoiceProps) {
  const [chosen, setChosen] = useState(value);
  const [known, setKnown] = useState(value);
  // The address changed: by this choice, by Back, or since the filters were cleared.
  if (known !== value) {
    setKnown(value);
    setChosen(value);
  }
  return (
    <Select
      className="max-sm:grow"
      aria-label={label}
      value={chosen}
      onChange={(event) => {
        setChosen(event.target.value);
        change(event.target.value);
      }}
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
