import { Copy } from 'lucide-react';
import { useSpeech } from '@/i18n';
import { useToast } from '@/ui/Toast';

/** Of sha256:0123456789ab…, as much as people compare. */
const SHOWN = 19;

/** The digest of what is deployed: short, whole for who looks closer, and to be copied. */
export function Digest({ value }: { value: string }) {
  const { t } = useSpeech();
  const say = useToast();
  const copy = () => {
    void navigator.clipboard.writeText(value).then(() => say('done', t.versions.copied));
  };
  return (
    <span className="inline-flex items-center gap-1">
      <span title={value} className="font-mono text-[0.8125rem] print:hidden">
        <span aria-hidden>{value.slice(0, SHOWN)}…</span>
        <span className="sr-only">{value}</span>
      </span>
      <span className="hidden font-mono text-[0.8125rem] print:inline">{value}</span>
      <button
        type="button"
        aria-label={t.versions.copy}
        className="grid size-6 place-items-center rounded text-muted hover:bg-hover hover:text-text print:hidden"
        onClick={copy}
      >
        <Copy className="size-3.5" aria-hidden />
      </button>
    </span>
  );
}
