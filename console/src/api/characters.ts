/** Characters as the server counts them: code points, so that an emoji is one and not two. */
export function characters(text: string): number {
  return Array.from(text).length;
}
