import { useState } from 'react';
import type { Template } from '@/api/types';
import { Section } from '@/components/requests/sections';
import { useTemplateChange } from '@/hooks/useDocuments';
import { useSpeech } from '@/i18n';
import { useDocumentWords } from '@/i18n/documents';
import { explain } from '@/i18n/server';
import { Button } from '@/ui/Button';
import { Dialog, DialogActions } from '@/ui/Dialog';
import { When } from '@/ui/Time';
import { useToast } from '@/ui/Toast';
import { shortVersion } from './versions';

/** Every version of a template, the newest first; each earlier one can be restored. */
export function TemplateVersions({ template }: { template: Template }) {
  const words = useDocumentWords();
  const [asked, ask] = useState<string>();
  return (
    <Section title={words.versions} className="mt-6">
      <ol className="divide-y divide-line">
        {template.versions.map(({ version, at, name, subject }) => (
          <li key={version} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
            <span className="font-mono">{shortVersion(version)}</span>
            <span className="min-w-0 grow basis-60">
              {at ? (
                <>
                  {subject} <span className="text-muted">{words.by(name ?? '')}</span> · <When at={at} />
                </>
              ) : (
                words.shipped
              )}
            </span>
            {version === template.version ? (
              <span className="text-muted">{words.current}</span>
            ) : (
              <Button
                small
                aria-label={words.restoreLabel(shortVersion(version))}
                onClick={() => ask(version)}
              >
                {words.restore}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {asked && <RestoreDialog template={template} version={asked} onClose={() => ask(undefined)} />}
    </Section>
  );
}

interface RestoreProps {
  template: Template;
  version: string;
  onClose: () => void;
}

function RestoreDialog({ template, version, onClose }: RestoreProps) {
  const { t } = useSpeech();
  const words = useDocumentWords();
  const say = useToast();
  const change = useTemplateChange(template.kind);
  const restore = () =>
    change.mutate(
      { base: template.version, change: version },
      {
        onSuccess: (made) => {
          say('done', words.recorded(shortVersion(made.version)));
          onClose();
        },
      },
    );
  return (
    <Dialog
      title={words.restoreTitle(shortVersion(version))}
      description={words.restoreHelp}
      onClose={onClose}
      locked={change.isPending}
    >
      {change.error && (
        <p role="alert" className="text-danger-text">
          {explain(t, change.error)}
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose} off={change.isPending}>
          {t.common.cancel}
        </Button>
        <Button tone="primary" onClick={restore} busy={change.isPending}>
          {words.restoreConfirm}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
