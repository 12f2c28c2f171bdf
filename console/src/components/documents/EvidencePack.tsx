import { Download } from 'lucide-react';
import { DOCUMENT_FORMATS } from '@/api/types';
import { Section } from '@/components/requests/sections';
import { useEvidence } from '@/hooks/useDocuments';
import { useSpeech } from '@/i18n';
import { useDocumentWords } from '@/i18n/documents';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';

/** The request's evidence as a file, in the reader's language. */
export function EvidencePack({ id }: { id: string }) {
  const { t, language } = useSpeech();
  const words = useDocumentWords();
  const { mutate, isPending, variables, error } = useEvidence(id);
  return (
    <Section title={words.pack}>
      <p className="mb-2 text-[0.8125rem] text-muted">{words.packHelp}</p>
      <div className="flex flex-wrap gap-2">
        {DOCUMENT_FORMATS.map((format) => (
          <Button
            key={format}
            small
            aria-label={words.packAs(format.toUpperCase())}
            busy={isPending && variables.format === format}
            off={isPending}
            onClick={() => mutate({ format, language })}
          >
            <Download className="size-4" aria-hidden />
            {format.toUpperCase()}
          </Button>
        ))}
      </div>
      {error && (
        <p role="alert" className="mt-2 text-danger-text">
          {explain(t, error)}
        </p>
      )}
    </Section>
  );
}
