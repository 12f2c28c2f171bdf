import { useRef, useState } from 'react';
import { ApiProblem } from '@/api/problem';
import { TEMPLATE_FILES, type Template, type TemplateFiles } from '@/api/types';
import { useTemplateChange } from '@/hooks/useDocuments';
import { useSpeech } from '@/i18n';
import { useDocumentWords } from '@/i18n/documents';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Field, Select, TextArea } from '@/ui/Field';
import { Notice } from '@/ui/Notice';
import { useToast } from '@/ui/Toast';
import { TemplatePreview } from './TemplatePreview';
import { shortVersion } from './versions';

interface EditorProps {
  template: Template;
  /** Reads the template again, whatever was typed. */
  reload: () => void;
}

/** The files of a template beside the document that they make. */
export function TemplateEditor({ template, reload }: EditorProps) {
  const words = useDocumentWords();
  const say = useToast();
  const text = useRef<HTMLTextAreaElement>(null);
  const [file, setFile] = useState<string>(TEMPLATE_FILES[0]);
  const [files, setFiles] = useState<TemplateFiles>(template.files);
  const [fault, setFault] = useState<Error>();
  const change = useTemplateChange(template.kind);
  const changed = TEMPLATE_FILES.some((name) => files[name] !== template.files[name]);

  const record = () =>
    change.mutate(
      { base: template.version, change: files },
      { onSuccess: ({ version }) => say('done', words.recorded(shortVersion(version))), onError: setFault },
    );
  const goTo = (name: string, line: number) => {
    setFile(name);
    const lines = (files[name] ?? '').split('\n');
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    // Once the text area shows that file.
    requestAnimationFrame(() => {
      text.current?.focus();
      text.current?.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
      text.current?.scrollTo({ top: (line - 4) * LINE_PX });
    });
  };
  return (
    <>
      {fault && <Fault error={fault} goTo={goTo} reload={reload} />}
      <div className="mt-4 grid gap-6 lg:grid-cols-2">
        <div className="min-w-0 space-y-3">
          <Field label={words.file}>
            {(wiring) => (
              <Select {...wiring} value={file} onChange={(event) => setFile(event.target.value)}>
                {TEMPLATE_FILES.map((name) => (
                  <option key={name} value={name}>
                    {words.files[name]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <TextArea
            ref={text}
            aria-label={words.source(file)}
            rows={28}
            wrap="off"
            spellCheck={false}
            autoComplete="off"
            className="resize-y font-mono text-[0.8125rem] leading-5"
            value={files[file] ?? ''}
            onChange={(event) => setFiles({ ...files, [file]: event.target.value })}
          />
          <div className="flex flex-wrap gap-2">
            <Button tone="primary" off={!changed} busy={change.isPending} onClick={record}>
              {words.record}
            </Button>
            <Button tone="ghost" off={!changed} onClick={() => setFiles(template.files)}>
              {words.discard}
            </Button>
          </div>
          <details>
            <summary className="cursor-pointer text-accent-text">{words.variables}</summary>
            <pre className="mt-2 rounded-md border border-line p-3 text-xs whitespace-pre-wrap">
              {JSON.stringify(template.variables, undefined, 2)}
            </pre>
          </details>
        </div>
        <TemplatePreview kind={template.kind} files={files} onFault={setFault} />
      </div>
    </>
  );
}

const LINE_PX = 20;

interface FaultProps {
  error: Error;
  goTo: (file: string, line: number) => void;
  reload: () => void;
}

/** Why the text makes no document, or can't be recorded, with a way on. */
function Fault({ error, goTo, reload }: FaultProps) {
  const { t } = useSpeech();
  const words = useDocumentWords();
  if (error instanceof ApiProblem && ['changed-since', 'template-changed'].includes(error.kind)) {
    return (
      <Notice look="warn" urgent action={<Button onClick={reload}>{words.loadTheirs}</Button>}>
        {words.changedMeanwhile}
      </Notice>
    );
  }
  const { file, line, reason } = error instanceof ApiProblem ? error.params : {};
  return (
    <Notice
      look="fault"
      urgent
      title={file ? words.faulty(file, line) : explain(t, error)}
      action={
        file && line ? (
          <Button onClick={() => goTo(file, Number(line))}>{words.goTo(line)}</Button>
        ) : undefined
      }
    >
      {reason && <p className="font-mono text-[0.8125rem] break-words">{reason}</p>}
    </Notice>
  );
}
