import { Figure } from '@/components/ui/figure.tsx'

/** A poll's length is known to the millisecond. */
export const Took = ({ ms }: { ms: number | null }) =>
  ms === 0 ? <span>&lt; 1 ms</span> : <Figure value={ms === null ? null : ms / 1_000} unit="seconds" />
