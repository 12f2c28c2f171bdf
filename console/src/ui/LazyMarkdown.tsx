import { lazy, Suspense } from 'react';

const Markdown = lazy(() => import('./Markdown'));

/** Markdown; as it was typed until its renderer is there. */
export function LazyMarkdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
      <Markdown text={text} />
    </Suspense>
  );
}
