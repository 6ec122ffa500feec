/** One probe of one target, as the page shows it. */
export type ProbeStatus = {
  id: string
  feature: string
  everyMs: number
  cost: string
  lastAt: number | null
  lastMs: number | null
  state: 'ok' | 'gap' | 'resting' | 'unavailable' | 'waiting'
  because?: string
}
