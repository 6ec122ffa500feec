/** The deadline of a verdict on a change of weights or a ring. */
export const VERDICT_DUE_MS = 120_000
/** The longest watch: a verdict comes a tick or two after its end. */
export const WATCH_MAX_MS = VERDICT_DUE_MS - 5_000
