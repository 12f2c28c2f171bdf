// A text field with suggestions: what is typed counts, whether it is among them or not (ARIA combobox pattern).
import { useCombobox } from 'downshift';
import type { ReactNode, Ref } from 'react';
import { cx } from './classes';
import { inputClass } from './Field';

interface ComboboxProps<T> {
  id: string;
  value: string;
  items: readonly T[];
  textOf: (item: T) => string;
  /** Something small beside a suggestion. */
  noteOf?: (item: T) => ReactNode;
  label: string;
  onChange: (value: string) => void;
  onBlur: () => void;
  inputRef: Ref<HTMLInputElement>;
  describedBy: string | undefined;
  invalid: boolean;
}

export function Combobox<T>(props: ComboboxProps<T>) {
  const { id, value, items, textOf, noteOf, label, onChange, onBlur, inputRef, describedBy, invalid } = props;
  const box = useCombobox<T>({
    id,
    inputId: id,
    items: [...items],
    inputValue: value,
    selectedItem: null,
    itemToString: (item) => (item === null ? '' : textOf(item)),
    onStateChange: ({ type, selectedItem }) => {
      const picked =
        type === useCombobox.stateChangeTypes.ItemClick ||
        type === useCombobox.stateChangeTypes.InputKeyDownEnter;
      if (picked && selectedItem) onChange(textOf(selectedItem));
    },
    stateReducer: (state, { type, changes }) =>
      // Leaving the field keeps what was typed; only Enter and a click take a suggestion.
      type === useCombobox.stateChangeTypes.InputBlur
        ? { ...changes, selectedItem: state.selectedItem, inputValue: state.inputValue }
        : changes,
  });
  const open = box.isOpen && items.length > 0;
  return (
    <div className="relative">
      <input
        {...box.getInputProps({
          ref: inputRef,
          onBlur,
          onChange: (event) => onChange(event.currentTarget.value),
        })}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        aria-required
        autoComplete="off"
        spellCheck={false}
        className={inputClass}
      />
      <ul
        {...box.getMenuProps({ 'aria-label': label })}
        className={cx(
          'absolute z-20 mt-1 max-h-64 w-full overflow-y-auto rounded-lg border border-line bg-raised p-1.5 shadow-xl',
          !open && 'hidden',
        )}
      >
        {open &&
          items.map((item, index) => (
            <li
              key={textOf(item)}
              {...box.getItemProps({ item, index })}
              className={cx(
                'flex min-h-8 cursor-default items-center justify-between gap-3 rounded px-2',
                box.highlightedIndex === index && 'bg-hover outline-2 -outline-offset-2 outline-accent-text',
              )}
            >
              <span>{textOf(item)}</span>
              {noteOf && <span className="text-[0.8125rem] text-muted">{noteOf(item)}</span>}
            </li>
          ))}
      </ul>
    </div>
  );
}
