import { useShortcutsOn } from '@/hooks/useShortcuts';
import { useSpeech } from '@/i18n';
import { useDecidingWords } from '@/i18n/deciding';
import { Dialog } from '@/ui/Dialog';

export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useSpeech();
  const words = useDecidingWords();
  const [on, turn] = useShortcutsOn();
  const rows: readonly (readonly [string, string])[] = [
    ['j', t.keys.next],
    ['k', t.keys.previous],
    ['Enter', t.keys.open],
    ['a', words.keys.approve],
    ['r', words.keys.reject],
    ['Ctrl Enter', words.keys.confirm],
    ['s', words.keys.snooze],
    ['z', words.keys.undo],
    ['v', words.keys.split],
    ['x', t.keys.select],
    ['/', t.keys.search],
    ['n', t.keys.create],
    ['?', t.keys.help],
  ];
  return (
    <Dialog title={t.keys.title} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {rows.map(([key, does]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="inline-block min-w-7 rounded border border-line bg-sunken px-1.5 py-0.5 text-center font-mono text-xs">
                {key}
              </kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-5 border-t border-line pt-4">
        <label className="flex w-fit items-center gap-2">
          <input
            type="checkbox"
            data-autofocus
            className="size-4 accent-accent"
            checked={on}
            onChange={(event) => turn(event.target.checked)}
          />
          {t.keys.on}
        </label>
      </div>
    </Dialog>
  );
}
