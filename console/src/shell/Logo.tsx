export function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="size-6 shrink-0" aria-hidden>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g fill="none" stroke="#fff" strokeLinecap="round" strokeLinejoin="round">
        <path d="M9 25V11a7 7 0 0 1 14 0v14" strokeWidth="3" />
        <path d="m12.5 17.5 2.7 2.7 4.8-5.2" strokeWidth="2.6" />
      </g>
    </svg>
  );
}
