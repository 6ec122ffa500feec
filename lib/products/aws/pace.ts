/** The provider's own resolution: all that CloudWatch has of these services is by the minute. */
export const PERIOD_MS = 60_000
/** Below a minute, so that a single minute without numbers is a gap: one is seen from two and a half steps on. */
export const STEP_MS = 45_000
/** A twelfth of a year of 365.2425 days. */
const MONTH_MS = 2_629_746_000

/** What it costs a month to ask for so many metrics each `everyMs`, in USD. `price`: of a thousand. */
export const monthlyCost = (metrics: number, everyMs: number, price: number): number => ((MONTH_MS / everyMs) * metrics * price) / 1_000

/** How far apart CloudWatch is asked, so that a month stays within the budget: whole minutes. */
export function pace(metrics: number, { budget, price }: { budget: number; price: number }): number {
  const minutes = Math.ceil(monthlyCost(metrics, PERIOD_MS, price) / budget)
  return PERIOD_MS * Math.max(1, minutes)
}

/** How far apart the account is asked what there is, after a look that took so many requests. */
export const lookEvery = (requests: number, perMinute: number): number => Math.max(PERIOD_MS, Math.ceil((requests / perMinute) * 60_000))
