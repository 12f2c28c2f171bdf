/** A version as people name it: the beginning of its commit, or that it is the shipped one's. */
export function shortVersion(version: string): string {
  return version.startsWith('shipped:') ? version : version.slice(0, 10);
}
