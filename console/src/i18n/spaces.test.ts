import ts from 'typescript';
import { expect, test } from 'vitest';

const SOURCES: Record<string, string> = import.meta.glob(['/src/**/*.{ts,tsx}', '!/src/**/*.test.*'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
/** An ordinary space where French has one that never breaks (docs/design/writing.md); English has none there. */
const LOOSE = / [:;?!»](?=[\s)'"`.,»$]|$)|« /;

test('nothing begins a line that French never parts from the word before', () => {
  const loose = Object.entries(SOURCES).flatMap(([path, text]) => {
    const found: string[] = [];
    const visit = (node: ts.Node) => {
      const spoken =
        ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
      if ((spoken || ts.isJsxText(node)) && LOOSE.test(node.getText()))
        found.push(`${path}: ${node.getText()}`);
      ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
    return found;
  });
  expect(loose).toEqual([]);
});
