const OFFERED = 24;

/** The months that a report can be of, 2026-11, the running one first. */
export function months(now: Date): readonly string[] {
  return Array.from({ length: OFFERED }, (_, back) =>
    new Date(Date.UTC(now.getFullYear(), now.getMonth() - back, 1)).toISOString().slice(0, 7),
  );
}
