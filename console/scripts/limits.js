// Writes src/api/limits.ts: the lengths and patterns that the server's own document gives, so that a form which
// checks while somebody types can't ask for something else than the server does.
import { readFileSync, writeFileSync } from 'node:fs';

const here = (/** @type {string} */ path) => new URL(path, import.meta.url);
const { schemas } = JSON.parse(readFileSync(here('../openapi.json'), 'utf8')).components;

/** @param {string} schema @param {string} property */
function limit(schema, property) {
  const found = schemas[schema].properties[property];
  const described =
    found.anyOf?.find((/** @type {{ type: string }} */ each) => each.type !== 'null') ?? found;
  const entries = [];
  if (described.maxLength) entries.push(`max: ${described.maxLength}`);
  if (described.pattern) entries.push(`pattern: new RegExp(${JSON.stringify(described.pattern)})`);
  if (!entries.length) throw new Error(`${schema}.${property} has no limit; what changed in the API?`);
  return `  ${property}: { ${entries.join(', ')} },`;
}

const lines = [
  limit('Target', 'name'),
  limit('Target', 'version'),
  limit('Target', 'digest'),
  limit('RequestDetails', 'justification'),
  limit('RequestDetails', 'releaseNotes'),
  limit('RequestDetails', 'rollbackPlan'),
  limit('PreChecks', 'testEvidenceUrl'),
  limit('CommentBody', 'comment'),
  limit('ReasonBody', 'reason'),
];
writeFileSync(
  here('../src/api/limits.ts'),
  `// Made from openapi.json by \`npm run generate\`; not to be edited.\nexport const LIMITS = {\n${lines.join('\n')}\n} as const;\n`,
);
