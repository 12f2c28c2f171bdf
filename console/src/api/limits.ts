// Made from openapi.json by `npm run generate`; not to be edited.
export const LIMITS = {
  name: { pattern: new RegExp("^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$") },
  version: { pattern: new RegExp("^[A-Za-z0-9.+_-]{1,64}$") },
  digest: { pattern: new RegExp("^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$") },
  justification: { max: 16384 },
  releaseNotes: { max: 131072 },
  rollbackPlan: { max: 16384 },
  testEvidenceUrl: { max: 2048, pattern: new RegExp("^[hH][tT][tT][pP][sS]?://[^\\s/?#\\\\]+[^\\s\\\\]*$") },
  comment: { max: 4096 },
  reason: { max: 4096 },
} as const;
