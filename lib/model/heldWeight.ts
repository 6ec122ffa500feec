/** What the journal of changes knows of a weight that is lower than it was because its server had been slow. */
export type HeldWeight = {
  /** Its weight before, in proportion to those that the other servers have now. */
  weight: number
  /** When its weight was last written, lower or higher. Times are epoch ms. */
  writtenAt: number
  /** Until when it was found slow; null: it still is. */
  slowUntil: number | null
  /** For how long, ms, it was found slow with about as little weight as it has now. */
  slowMs: number
  /** How often it had to be lowered again soon after weight was given back, or that was rolled back, within the last day. */
  relapses: number
  /** Another rule that is firing about it now. */
  named?: string
}

/** Rule and settings by which a held weight is judged. */
export const HELD_RULE = 'balancer/weight-held-back'
/** Slow for so long with less to do: it was not the load that made it slow. The rule on slow servers looks back three minutes. */
export const OUTLASTS_MS = 300_000

/** Whether its slowness outlasted the load: one that got fast when it was given less may be slow again with more. */
export const outlasted = ({ slowMs }: HeldWeight, ms: number): boolean => slowMs >= ms
