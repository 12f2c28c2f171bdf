let origin = window.location.origin;

/** Calls go to the server of that origin: the page's own, unless the console stands inside somebody else's page. */
export function callServerAt(address: string): void {
  ({ origin } = new URL(address));
}

/** The whole address of a path on the server. */
export function serverAddress(path: string): string {
  return new URL(path, origin).href;
}
