export const LENGTHS = [
  { value: '1', label: '1 hour' },
  { value: '4', label: '4 hours' },
  { value: '24', label: '1 day' },
  { value: '168', label: '7 days' },
]

/** The conditions of a text with one a line. */
export const conditionsIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

/** From when until when, of what the form says: `from` by the clock of the browser, empty for now; `hours` empty for an end that stays. */
export function timesOf(
  from: string,
  hours: string,
  before: { from: string; until: string } | undefined,
  now: number,
): { from?: string; until?: string } {
  const begin = from ? new Date(from) : before && Date.parse(before.from) > now ? new Date(before.from) : null
  return {
    ...(from && begin && { from: begin.toISOString() }),
    ...(hours && { until: new Date((begin?.getTime() ?? now) + Number(hours) * 3_600_000).toISOString() }),
  }
}
