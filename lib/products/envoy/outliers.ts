import { z } from 'zod'
import { duration } from '../../format/format.ts'
import { wireNumber } from './client.ts'

const wrapped = z.union([wireNumber, z.looseObject({ value: wireNumber }).transform(({ value }) => value)]).optional()
/** `google.protobuf.Duration` as JSON: `30s`, `0.500s`. */
const time = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,9})?s$/)
  .transform((text) => Number.parseFloat(text) * 1_000)
  .optional()
const percent = z.looseObject({ value: wireNumber.default(0) }).optional()

/** `OutlierDetection` (outlier_detection.proto). */
export const outlierShape = z.looseObject({
  consecutive_5xx: wrapped,
  consecutive_gateway_failure: wrapped,
  interval: time,
  base_ejection_time: time,
  max_ejection_time: time,
  max_ejection_percent: wrapped,
  success_rate_stdev_factor: wrapped,
  failure_percentage_threshold: wrapped,
})
export type OutlierDetection = z.infer<typeof outlierShape>
export const successRate = percent

/** What the statistics of one cluster say of its ejections: how many by each cause, and how many were left out because so many were out already. */
export type Ejections = { causes: Record<string, number>; latest: string[]; leftOut: number }

const DEFAULTS = { interval: 10_000, base: 30_000, most: 300_000, percent: 10, consecutive: 5, threshold: 85 }

/** What each cause means, with the number that is set. */
const CAUSES: Record<string, (config: OutlierDetection) => string> = {
  consecutive_5xx: ({ consecutive_5xx: most = DEFAULTS.consecutive }) => `${most} answers of 5xx in a row`,
  consecutive_gateway_failure: ({ consecutive_gateway_failure: most = DEFAULTS.consecutive }) => `${most} answers of 502 to 504 in a row`,
  consecutive_local_origin_failure: () => 'connections that failed in a row',
  success_rate: () => 'a success rate far below that of the others',
  local_origin_success_rate: () => 'connections that fail far more often than to the others',
  failure_percentage: ({ failure_percentage_threshold: most = DEFAULTS.threshold }) => `${most} % of the answers or more were failures`,
  failure_percentage_local_origin: () => 'most connections to it failed',
}
const causeText = (cause: string, config: OutlierDetection) => {
  const words = Object.hasOwn(CAUSES, cause) ? CAUSES[cause]!(config) : null
  return words === null ? cause : `${words} (${cause})`
}

const stay = ({ base_ejection_time: base = DEFAULTS.base, max_ejection_time: most = Math.max(DEFAULTS.most, base) }: OutlierDetection) =>
  `for ${duration(base)} the first time, longer each time, at most ${duration(most)}`

/** Why a host is out: the cause that its cluster's statistics show, where it is certain, and how long it stays out. */
export function ejectedText(config: OutlierDetection | null, ejections: Ejections | undefined): string {
  const cause = ejections?.latest.length === 1 ? `: ${causeText(ejections.latest[0]!, config ?? {})}` : ''
  return `ejected by outlier detection${cause}${config ? `, ${stay(config)}` : ''}`
}

type Ejected = { name: string; rate?: number }
type Now = { hosts: number; ejected: readonly Ejected[]; threshold?: number }

/** How a cluster ejects hosts, what it has ejected, and whether no more can be; a sentence each. */
export function outlierTexts(
  config: OutlierDetection | null,
  ejections: Ejections | undefined,
  { hosts, ejected, threshold }: Now,
): string[] {
  if (!config) return ejected.length === 0 ? [] : [`Ejected by outlier detection: ${named(ejected, threshold)}.`]
  const most = config.max_ejection_percent ?? DEFAULTS.percent
  const counted = Object.entries(ejections?.causes ?? {}).filter(([, count]) => count > 0)
  const texts = [
    `Outlier detection looks each ${duration(config.interval ?? DEFAULTS.interval)} and takes a host out ${stay(config)}; of all hosts at most ${most} %.`,
  ]
  if (ejected.length > 0) texts.push(`Ejected now: ${named(ejected, threshold)}.`)
  if (counted.length > 0)
    texts.push(`Ejections since the start: ${counted.map(([cause, count]) => `${count} by ${causeText(cause, config)}`).join(', ')}.`)
  if (ejected.length > 0 && (100 * ejected.length) / hosts >= most)
    texts.push(
      `${ejected.length} of ${hosts} hosts are ejected, as many as \`max_ejection_percent\` (${most} %) allows: further ones that fail stay in service.`,
    )
  if (ejections && ejections.leftOut > 0)
    texts.push(`${ejections.leftOut} ejections were left out since the start, because too many hosts were out (\`max_ejection_percent\`).`)
  return texts
}

const NAMED = 5
function named(ejected: readonly Ejected[], threshold: number | undefined): string {
  const told = ejected.slice(0, NAMED).map(({ name, rate }) => {
    if (rate === undefined) return name
    return `${name} (${Math.round(rate)} % of its answers were good${threshold === undefined ? '' : `; fewer than ${Math.round(threshold)} % lead to an ejection`})`
  })
  return ejected.length > NAMED ? `${told.join(', ')} and ${ejected.length - NAMED} more` : told.join(', ')
}
