import { number, text } from '../format/format.ts'
import { measure } from '../metrics/measure.ts'
import { calledBy } from '../model/edges.ts'
import { memoryCost, type Prices, pricesOf, readsCost } from '../model/prices.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'

/** An amount without its sign, as `18.75 EUR`. */
export function moneyText(amount: number, { currency }: Prices): string {
  const size = Math.abs(amount)
  const figure = size > 0 && size < 0.01 ? 'less than 0.01' : size < 1_000 ? size.toFixed(2) : number(size)
  return currency ? `${figure}\u00a0${currency}` : figure
}

/** What a remedy does to a cache: bytes that it has more, and reads of the origin more a second. `limitStays`: its memory becomes free for others, and money once the limit is lowered. */
type Difference = { bytes: number; origin: number; gain: number; limitStays?: boolean }

/** What a remedy saves and costs a month, and how much longer reads wait, as sentences to be put behind others; empty where no price is named. */
export function costWords(
  target: string,
  { bytes, origin, gain, limitStays }: Difference,
  window: SeriesWindow,
  topology: Topology,
): string {
  const prices = pricesOf(topology.prices, target)
  const [memory, reads] = [memoryCost(bytes, prices), readsCost(origin, prices)]
  const part = (amount: number, what: string, when = '') =>
    `${what} ${amount < 0 ? 'saves' : 'costs'} ${moneyText(amount, prices)} a month${when}`
  const parts = [
    ...(memory ? [part(memory, ...memoryWords(bytes, limitStays))] : []),
    ...(reads ? [part(reads, `${origin < 0 ? 'not asking' : 'asking'} the origin`)] : []),
  ]
  const sum = (memory ?? 0) + (reads ?? 0)
  const whole = parts.length === 2 ? `, ${moneyText(sum, prices)} a month ${sum < 0 ? 'less' : 'more'} in all` : ''
  const sentence = parts.join(', ')
  const money = sentence ? ` ${sentence[0]!.toUpperCase()}${sentence.slice(1)}${whole}.` : ''
  return money + waitWords(gain, latencyOf(target, window, topology))
}

const memoryWords = (bytes: number, limitStays = false): [what: string, when?: string] =>
  bytes >= 0 ? ['the memory'] : limitStays ? ['the memory that has become free', ' once the memory limit is lowered'] : ['less memory']

type Latency = { seconds: number; because: string }

/** How long a read of the origin takes: as measured of a pool that the cache calls, by the edges of the configuration, or as it says itself. */
function latencyOf(target: string, window: SeriesWindow, topology: Topology): Latency | null {
  const rings = topology.rings.filter(({ nodes }) => nodes.some((node) => node.target === target))
  const behind = [{ target }, ...rings.map(({ name }) => ({ ring: name }))].flatMap((ref) => calledBy(ref, topology.edges))
  for (const ref of behind) {
    if (!('pool' in ref) || 'server' in ref) continue
    const seen = measure('pool_response_seconds', { target: ref.target, pool: ref.pool }, window)
    if (seen.is === 'measured') return { seconds: seen.value, because: `as measured of the pool ${ref.pool} of ${ref.target}` }
  }
  const { originLatencyMs } = pricesOf(topology.prices, target)
  return originLatencyMs === undefined ? null : { seconds: originLatencyMs / 1_000, because: 'by the configuration' }
}

/** A difference of less is not worth a word. */
const GAIN_LEAST = 0.0005

function waitWords(gain: number, latency: Latency | null): string {
  if (!latency || Math.abs(gain) < GAIN_LEAST) return ''
  const wait = text(Math.abs(gain) * latency.seconds, 'seconds')
  return ` A read of the origin takes ${text(latency.seconds, 'seconds')} (${latency.because}): reads wait ${wait} ${gain > 0 ? 'less' : 'longer'} in the mean.`
}
