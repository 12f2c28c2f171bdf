import { useNavigate, useParams } from 'react-router';
import { holdsEverywhere } from '@/api/rights';
import { DOCUMENT_KINDS, type DocumentKind } from '@/api/types';
import { TemplateEditor } from '@/components/documents/TemplateEditor';
import { TemplateVersions } from '@/components/documents/TemplateVersions';
import { useTemplate } from '@/hooks/useDocuments';
import { usePageTitle } from '@/hooks/usePageTitle';
import { useDocumentWords } from '@/i18n/documents';
import { PageSkeleton } from '@/shell/Shell';
import { useCaller } from '@/shell/useCaller';
import { Field, Select } from '@/ui/Field';
import { NotRead } from '@/ui/NotRead';
import { Notice } from '@/ui/Notice';

/** The templates of documents, for whoever runs the platform. */
export default function Templates() {
  const words = useDocumentWords();
  const { name } = useParams();
  const navigate = useNavigate();
  const me = useCaller();
  const kind = DOCUMENT_KINDS.find((each) => each === name) ?? DOCUMENT_KINDS[0];
  usePageTitle(words.title);
  return (
    <>
      <h1 className="text-xl font-semibold">{words.title}</h1>
      <p className="mt-1 mb-4 max-w-prose text-muted">{words.help}</p>
      {holdsEverywhere(me, 'templates') ? (
        <>
          <Field label={words.kind} className="mb-4 max-w-sm">
            {(wiring) => (
              <Select
                {...wiring}
                value={kind}
                onChange={(event) => navigate(`/templates/${event.target.value}`, { replace: true })}
              >
                {DOCUMENT_KINDS.map((each) => (
                  <option key={each} value={each}>
                    {words.kinds[each]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <OneTemplate key={kind} kind={kind} />
        </>
      ) : (
        <Notice look="info">{words.notYours}</Notice>
      )}
    </>
  );
}

function OneTemplate({ kind }: { kind: DocumentKind }) {
  const { data, error, refetch } = useTemplate(kind);
  if (data) {
    return (
      <>
        <TemplateEditor key={data.version} template={data} reload={() => void refetch()} />
        <TemplateVersions template={data} />
      </>
    );
  }
  return error ? <NotRead error={error} retry={refetch} /> : <PageSkeleton />;
}
