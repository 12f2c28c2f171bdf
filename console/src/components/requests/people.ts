/** Somebody's address as a short name, for rows that hold no more: pierre.durand of pierre.durand@cab-i.com. */
export function handle(email: string): string {
  return email.split('@')[0] ?? email;
}
