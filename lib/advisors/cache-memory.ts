import { text } from '../format/format.ts'
import { hitPeriodMs } from '../metrics/hitPeriod.ts'
import { measuredValue } from '../metrics/measure.ts'
import type { Advisor } from '../model/detector.ts'
import { isPriced, memoryCost, type Prices, pricesOf, readsCost } from '../model/prices.ts'
import type { Draft, NoRemedy } from '../model/proposal.ts'
import type { CurvePoint, CurveRecord } from '../model/record.ts'
import { settingText } from '../model/setting.ts'
import { costWords, moneyText } from './cost.ts'
import { curveOf, type Effect, effectOf, effectText, heldPrediction, hitGuard, presentOf } from './curve.ts'
import { memoryInTime } from './memoryInTime.ts'
import { newest, replicaSteps } from './replicas.ts'

const MIB = 1_048_576
/** One step adds a quarter where no curve tells what would be enough. */
const MORE = 1.25
/** The part of the machine's memory that a cache may get: the rest is for the system, copies while saving, and other programs. */
const MACHINE_MOST = 0.7
/** The part of what more memory can win at all that is worth its bytes. */
const GAIN_PART = 0.9
/** A smaller gain is noise, and no reason to take memory from something else. */
const GAIN_MIN = 0.005
/** What less memory may cost, of all reads. */
const LOSS_MOST = 0.003

/** Another memory limit: more for a cache that evicts keys which are still read, less for one whose keys are not read again. */
export const cacheMemory: Advisor = {
  id: 'cache-memory',
  title: 'Give the cache the memory that it needs',
  answers: ['cache/eviction-storm', 'cache/hit-ratio-low', 'cache/memory-surplus', 'cache/time-to-full'],
  spanMs: 120_000,
  unattended: 'A roll-back loses only what more memory has kept; guards on the hit ratio take less memory back.',
  propose(finding, window, topology, settingsOf) {
    const { target } = finding.subject
    const facts = topology.targets.find(({ name }) => name === target)
    const setting = facts?.can?.memory?.setting
    const surplus = finding.rule === 'cache/memory-surplus'
    if (!target || setting === undefined)
      return {
        none: surplus
          ? 'The memory of this cache cannot be set from here.'
          : 'Find what writes so much; this cache cannot be given memory from here.',
      }
    const most = newest(window, 'cache_memory_max_bytes', target)
    if (!most) return { none: `${target} has no memory limit of its own that could be ${surplus ? 'lowered' : 'raised'}.` }
    const machine = newest(window, 'redis_total_system_memory_bytes', target)
    const curve = curveOf(window, target, 'memory')
    const step = (after: number) => ({
      setting: settingText({ of: { target }, name: setting }),
      before: String(most),
      after: String(after),
    })
    if (finding.rule === 'cache/time-to-full') {
      const ceiling = machine === null ? Number.POSITIVE_INFINITY : MACHINE_MOST * machine
      return memoryInTime(finding, { target, most, ceiling, isCache: facts?.role === 'cache' }, (after) => ({
        steps: [step(after), ...replicaSteps(topology, target, setting, after, window)],
        ...riskOf(machine),
      }))
    }
    // Of a low hit ratio nothing but the curve says whether memory is what is missing.
    if (!curve)
      return finding.rule !== 'cache/eviction-storm'
        ? null
        : withoutCurve(target, most, machine, facts?.role === 'store', finding.summary, step)
    const limits = { ...LIMITS, ...(settingsOf?.('cache/memory-surplus') as Partial<Limits> | undefined) }
    const reads = measuredValue('cache_read_rate', { target }, window) ?? 0
    const chosen = surplus ? smaller(curve, limits, pricesOf(topology.prices, target), reads) : larger(curve, machine)
    if (chosen === null || 'none' in chosen) return chosen
    const { bytes } = chosen
    // A curve of the size before: the next one is of this.
    if (bytes === most) return null
    const effect = effectOf(curve, chosen, window, target)
    if (effect === null || bytes === null) return null
    const steps: Draft['steps'] = [step(bytes), ...replicaSteps(topology, target, setting, bytes, window)]
    const more = steps.reduce((sum, { before, after }) => sum + Number(after) - Number(before), 0)
    const cost = costWords(target, { ...effect, bytes: more }, window, topology)
    return draft(surplus ? { ...effect, prediction: heldPrediction(effect) } : effect, hitPeriodMs(window, target), {
      steps,
      because: `${text(bytes, 'bytes')} instead of ${text(most, 'bytes')}: hit ratio ${effectText(effect)}.${cost}`,
      ...(surplus
        ? {
            risk: 'medium',
            riskBecause: 'What no longer fits is evicted at once, and is not there again after a roll-back until it is read.',
          }
        : riskOf(machine)),
    })
  },
}

function draft({ prediction }: Effect, periodMs: number, rest: Pick<Draft, 'steps' | 'because' | 'risk' | 'riskBecause'>): Draft {
  return { ...rest, predict: prediction, guards: [hitGuard(prediction, periodMs)] }
}

/** As the rule that finds it draws the line. */
type Limits = { saving: number; bytesMin: number }
const LIMITS: Limits = { saving: 0.3, bytesMin: 16 * MIB }

/** The smallest size that hits as much; where memory and reads of the origin have a price, the one that costs least of those. `reads`: a second. */
function smaller(curve: CurveRecord, { saving, bytesMin }: Limits, prices: Prices, reads: number): CurvePoint | NoRemedy {
  const now = presentOf(curve)
  const enough = curve.points
    .filter(({ bytes, hitRatio }) => bytes !== null && bytes < now.bytes! && hitRatio >= now.hitRatio - LOSS_MOST)
    .filter(({ bytes }) => now.bytes! - bytes! >= Math.max(bytesMin, saving * now.bytes!))
    .sort((a, b) => a.bytes! - b.bytes!)
  const [smallest] = enough
  if (!smallest) return { none: 'With less memory it would hit less: its newest curve says so.' }
  const costOf = ({ bytes, hitRatio }: CurvePoint) => memoryCost(bytes!, prices)! + readsCost(reads * (1 - hitRatio), prices)!
  if (!isPriced(prices)) return smallest
  const cheapest = enough.reduce((a, b) => (costOf(b) < costOf(a) ? b : a))
  if (costOf(cheapest) < costOf(now)) return cheapest
  return {
    none: `Less memory would cost more: ${text(smallest.bytes!, 'bytes')} would save ${moneyText(memoryCost(now.bytes! - smallest.bytes!, prices)!, prices)} a month, and ${moneyText(readsCost(reads * (now.hitRatio - smallest.hitRatio), prices)!, prices)} more would go to reads of the origin.`,
  }
}

/** The smallest size that wins most of what memory can win, within what the machine has. */
function larger(curve: CurveRecord, machine: number | null): CurvePoint | NoRemedy | null {
  const now = presentOf(curve)
  const more = curve.points.filter(({ bytes }) => bytes !== null && bytes > now.bytes!).sort((a, b) => a.bytes! - b.bytes!)
  // Of a size that the model never filled it is not known what it would hit in the end.
  const fits = more.filter(({ bytes, filled }) => filled && (machine === null || bytes! <= MACHINE_MOST * machine))
  const best = Math.max(...more.map(({ high }) => high - now.hitRatio), 0)
  const biggest = more.at(-1)
  if (biggest && best < GAIN_MIN)
    return {
      none: `More memory would not help: with ${text(biggest.bytes!, 'bytes')} it would hit at most ${text(best, 'ratio')} more of its reads. What is evicted is not read again; find what writes it.`,
    }
  const chosen = fits.find(
    ({ hitRatio }) => hitRatio - now.hitRatio >= GAIN_PART * Math.max(...fits.map((one) => one.hitRatio - now.hitRatio)),
  )
  if (fits.length === 0 && more.some(({ filled }) => !filled)) return null
  if (!chosen || chosen.hitRatio - now.hitRatio < GAIN_MIN)
    return {
      none: `The machine has ${text(machine ?? 0, 'bytes')}: more for this cache would be taken from the system. Add a node, or give it less to hold.`,
    }
  return chosen
}

/** Without references of the reads nothing tells how much would be enough. */
function withoutCurve(
  target: string,
  most: number,
  machine: number | null,
  store: boolean,
  summary: string,
  step: (after: number) => Draft['steps'][number],
): Draft | NoRemedy {
  const after = Math.ceil((most * MORE) / MIB) * MIB
  if (machine && after > MACHINE_MOST * machine)
    return {
      none: `The machine has ${text(machine, 'bytes')}: more for ${target} would be taken from the system. Find what writes so much, or add a node.`,
    }
  return {
    steps: [step(after)],
    because: `${summary}. ${text(after, 'bytes')} instead of ${text(most, 'bytes')} keeps more of what is read${store ? ' and loses no more keys while it lasts' : ''}; if something floods the cache, stop that instead.`,
    predict: {
      absentBecause:
        'the reads of single keys are not recorded (`references` in the configuration), so it is not known how many of the evicted keys would be read again',
    },
    guards: [],
    ...riskOf(machine),
  }
}

/** Of more memory. */
const riskOf = (machine: number | null): Pick<Draft, 'risk' | 'riskBecause'> => ({
  risk: machine ? 'medium' : 'high',
  riskBecause: `${machine ? `The machine has ${text(machine, 'bytes')} in all` : 'How much memory the machine has is not known here'}; what else runs there is not seen. Lowering the limit again evicts what no longer fits.`,
})
