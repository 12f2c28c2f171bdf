import { lazy, Suspense } from 'react';

const AGAIN_MS = 3_000;

/** The renderer; where the server is away just then, what was typed stays on the page until it is back. */
async function load(): Promise<typeof import('./Markdown')> {
  try {
    return await import('./Markdown');
  } catch {
    await new Promise((resolve) => window.setTimeout(resolve, AGAIN_MS));
    return load();
  }
}

const Markdown = lazy(load);

/** Markdown; as it was typed until its renderer is there. */
export function LazyMarkdown({ text }: { text: string }) {
  return (
    <Suspense fallback={<p className="whitespace-pre-wrap">{text}</p>}>
      <Markdown text={text} />
    </Suspense>
  );
}
