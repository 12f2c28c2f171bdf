/** Hands a file to the browser to keep. */
export function keep(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}

/** The name that an answer gives its file. */
export function nameOf(response: Response, otherwise: string): string {
  const said = response.headers.get('Content-Disposition') ?? '';
  return /filename="([^"]+)"/.exec(said)?.[1] ?? otherwise;
}
