import { z } from 'zod'
import type { PriceList } from '../model/prices.ts'
import { duration } from './duration.ts'
import { type Checks, nameOfA, targetNames } from './references.ts'

const cost = {
  gibMonth: z.number().min(0).max(1e9).optional().describe('Price of one GiB of memory a month'),
  originRead: z.number().min(0).max(1e9).optional().describe('Price of one read of the origin'),
  originLatency: duration(1, 600_000)
    .optional()
    .meta({ description: 'How long a read of the origin takes. What is measured of a pool behind the cache (`edges`) goes before it' }),
}
export const pricesSchema = z.strictObject({
  ...cost,
  currency: z
    .string()
    .regex(/^[\p{L}\p{Sc}]{1,8}$/u, { error: 'up to 8 letters, or a sign' })
    .optional()
    .describe('What stands behind each amount, as `EUR`'),
  targets: z.record(z.string(), z.strictObject(cost)).default({}).describe('Other prices of single targets, by the name of the target'),
})

/** The prices of the file. What has some of its own is a target, or one that is discovered behind a target: `NAME:HOST:PORT`. */
export function pricesOf({ targets, originLatency, ...all }: z.output<typeof pricesSchema>, checks: Checks): PriceList {
  const names = targetNames(checks)
  for (const target of Object.keys(targets))
    if (!names.some((name) => target === name || target.startsWith(`${name}:`)))
      checks.report(['prices', 'targets', target], JSON.stringify(target), nameOfA('target', names))
  const own = Object.entries(targets).map(([name, { originLatency: ms, ...rest }]) => [name, { ...rest, ...latency(ms) }])
  return { ...all, ...latency(originLatency), targets: Object.fromEntries(own) }
}

const latency = (ms: number | undefined) => (ms === undefined ? {} : { originLatencyMs: ms })
