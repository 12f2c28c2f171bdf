import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, data } from '@/api/client';
import { keep, nameOf } from '@/api/keep';
import type { DocumentFormat, DocumentKind, DocumentLanguage, TemplateFiles } from '@/api/types';

const templateKey = (kind: DocumentKind) => ['template', kind] as const;

/** A kind's template as it counts now, with the versions before it. */
export function useTemplate(kind: DocumentKind) {
  return useQuery({
    queryKey: templateKey(kind),
    queryFn: async ({ signal }) =>
      data(await api.GET('/v1/templates/{name}', { params: { path: { name: kind } }, signal })),
  });
}

export interface PreviewWish {
  files: TemplateFiles;
  format: DocumentFormat;
  language: DocumentLanguage;
  ticket: string | null;
}

/** The document that files make which nobody has recorded. */
export function usePreview(kind: DocumentKind) {
  return useMutation({
    mutationFn: async (body: PreviewWish) => {
      const params = { path: { name: kind } };
      const answer = await api.POST('/v1/templates/{name}/preview', { params, body, parseAs: 'blob' });
      return made(answer);
    },
  });
}

/** Records files as the next version, or those of an earlier version again. */
export function useTemplateChange(kind: DocumentKind) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ base, change }: { base: string; change: TemplateFiles | string }) => {
      const params = { path: { name: kind }, header: { 'if-match': `"${base}"` } };
      return data(
        typeof change === 'string'
          ? await api.POST('/v1/templates/{name}/restore', { params, body: { version: change } })
          : await api.PUT('/v1/templates/{name}', { params, body: { files: change } }),
      );
    },
    onSuccess: () => client.invalidateQueries({ queryKey: templateKey(kind) }),
  });
}

/** A request's evidence pack, saved as a file. */
export function useEvidence(id: string) {
  return useMutation({
    mutationFn: async ({ format, language }: { format: DocumentFormat; language: DocumentLanguage }) => {
      const params = { path: { id }, query: { format, language } };
      const answer = await api.GET('/v1/requests/prod/{id}/evidence', { params, parseAs: 'blob' });
      const { content, name } = made(answer);
      keep(content, name);
    },
  });
}

/** A request's receipt, saved as a file. */
export function useReceipt(id: string) {
  return useMutation({
    mutationFn: async () => {
      const params = { path: { id } };
      const answer = await api.GET('/v1/requests/prod/{id}/receipt', { params, parseAs: 'blob' });
      const { content, name } = made(answer);
      keep(content, name);
    },
  });
}

export interface MadeDocument {
  content: Blob;
  name: string;
}

function made(answer: { data?: unknown; response: Response }): MadeDocument {
  const content = answer.data;
  if (!(content instanceof Blob)) throw new TypeError(`${answer.response.url} answered without a document`);
  return { content, name: nameOf(answer.response, 'document') };
}
