/** The logo: a level balance strip over a keel line. */
export function Logo({ size = 20 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32" className="shrink-0">
      <path className="fill-accent" d="M3 9h8v5H3zM12 9h8v5h-8zM21 9h8v5h-8z" />
      <path className="stroke-dim" fill="none" strokeWidth="2.6" strokeLinecap="round" d="M3.5 19c3 6 7.500 8 12.500 8s9.500-2 12.500-8" />
    </svg>
  )
}
