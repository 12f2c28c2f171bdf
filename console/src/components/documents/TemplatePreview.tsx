import { useState } from 'react';
import { keep } from '@/api/keep';
import {
  DOCUMENT_FORMATS,
  type DocumentFormat,
  type DocumentKind,
  type DocumentLanguage,
  type TemplateFiles,
} from '@/api/types';
import { usePreview, type MadeDocument } from '@/hooks/useDocuments';
import { useSpeech } from '@/i18n';
import { useDocumentWords } from '@/i18n/documents';
import { Button } from '@/ui/Button';
import { Field, Select, TextInput } from '@/ui/Field';
import { DocumentFrame } from './DocumentFrame';

interface PreviewProps {
  kind: DocumentKind;
  files: TemplateFiles;
  /** Told of what the files can't make; undefined once they can. */
  onFault: (error: Error | undefined) => void;
}

/** What the text makes of a request's own data. */
export function TemplatePreview({ kind, files, onFault }: PreviewProps) {
  const words = useDocumentWords();
  const { language: own } = useSpeech();
  const [language, setLanguage] = useState<DocumentLanguage>(own);
  const [ticket, setTicket] = useState('');
  const [page, setPage] = useState<string>();
  const preview = usePreview(kind);

  const make = (format: DocumentFormat, take: (made: MadeDocument) => void) =>
    preview.mutate(
      { files, format, language, ticket: ticket.trim() || null },
      {
        onSuccess: (made) => {
          onFault(undefined);
          take(made);
        },
        onError: onFault,
      },
    );
  const show = ({ content }: MadeDocument) => void content.text().then(setPage);
  const save = ({ content, name }: MadeDocument) => keep(content, name);
  return (
    <section aria-labelledby="preview" className="min-w-0 space-y-3">
      <h2 id="preview" className="font-semibold">
        {words.preview}
      </h2>
      <div className="grid gap-3 sm:grid-cols-2">
        <Field label={words.previewOf} help={words.previewHelp} optional>
          {(wiring) => (
            <TextInput {...wiring} value={ticket} onChange={(event) => setTicket(event.target.value)} />
          )}
        </Field>
        <Field label={words.language} className="justify-end">
          {(wiring) => (
            <Select
              {...wiring}
              value={language}
              onChange={(event) => setLanguage(event.target.value as DocumentLanguage)}
            >
              <option value="en">{words.languages.en}</option>
              <option value="fr">{words.languages.fr}</option>
            </Select>
          )}
        </Field>
      </div>
      <div className="flex flex-wrap items-center gap-2">
        <Button tone="primary" busy={preview.isPending} onClick={() => make('html', show)}>
          {words.look}
        </Button>
        <span className="ms-2 text-muted">{words.asFile}</span>
        {DOCUMENT_FORMATS.map((format) => (
          <Button key={format} small off={preview.isPending} onClick={() => make(format, save)}>
            {format.toUpperCase()}
          </Button>
        ))}
      </div>
      {page === undefined ? (
        <p className="rounded-md border border-dashed border-line p-6 text-muted">{words.nothingShown}</p>
      ) : (
        <DocumentFrame page={page} title={words.shown} />
      )}
    </section>
  );
}
