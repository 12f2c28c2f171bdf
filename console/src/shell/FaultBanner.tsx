import type { Me } from '@/api/types';
import { useSpeech } from '@/i18n';
import { Notice } from '@/ui/Notice';

/** Tells whoever runs the platform which files of the record take rights away until they are mended. */
export function FaultBanner({ faults }: { faults: Me['faults'] }) {
  const { t } = useSpeech();
  if (faults.length === 0) return null;
  return (
    <div className="mb-4 print:hidden">
      <Notice look="warn" title={t.faults.title}>
        <ul className="mt-1 space-y-0.5">
          {faults.map(({ file, line, detail }) => (
            <li key={`${file} ${line} ${detail}`}>
              <span className="font-mono wrap-anywhere">
                {line === null ? file : t.faults.at(file, line)}
              </span>
              {/* What the reader of the file says is in English, as the file's own keys are. */}
              <span lang="en" className="block text-[0.8125rem] text-muted">
                {detail}
              </span>
            </li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}
