import { text } from '../format/format.ts'
import { latest } from '../math/rates.ts'
import type { Advisor } from '../model/detector.ts'
import { settingText } from '../model/setting.ts'

const MIB = 1_048_576
/** One step adds a quarter: enough to see whether memory is what is missing. */
const MORE = 1.25
/** The part of the machine's memory that a cache may get: the rest is for the system, copies while saving, and other programs. */
const MACHINE_MOST = 0.7

/** More memory for a cache that evicts keys which are still read, where the machine has it. */
export const cacheMemory: Advisor = {
  id: 'cache-memory',
  title: 'Give the cache more memory',
  answers: ['cache/eviction-storm'],
  spanMs: 120_000,
  propose(finding, window, topology) {
    const { target } = finding.subject
    const facts = topology.targets.find(({ name }) => name === target)
    const setting = facts?.can?.memory
    if (!target || setting === undefined) return { none: 'Find what writes so much; this cache cannot be given memory from here.' }
    const newest = (metric: string) => {
      const series = window.series(metric, { target }).find(({ labels }) => Object.keys(labels).length === 1)
      return series ? latest(series.points) : null
    }
    const most = newest('cache_memory_max_bytes')
    if (!most) return { none: `${target} has no memory limit of its own that could be raised.` }
    const after = Math.ceil((most * MORE) / MIB) * MIB
    const machine = newest('redis_total_system_memory_bytes')
    const store = facts?.role === 'store'
    if (machine && after > MACHINE_MOST * machine)
      return {
        none: `The machine has ${text(machine, 'bytes')}: more for ${target} would be taken from the system. Find what writes so much, or add a node.`,
      }
    return {
      steps: [{ setting: settingText({ of: { target }, name: setting }), before: String(most), after: String(after) }],
      because: `${finding.summary}. ${text(after, 'bytes')} instead of ${text(most, 'bytes')} keeps more of what is read${store ? ' and loses no more keys while it lasts' : ''}; if something floods the cache, stop that instead.`,
      predict: {
        absentBecause: 'the reads of single keys are not recorded, so it is not known how many of the evicted keys would be read again',
      },
      guards: [],
      risk: machine ? 'medium' : 'high',
      riskBecause: `${machine ? `The machine has ${text(machine, 'bytes')} in all` : 'How much memory the machine has is not known here'}; what else runs there is not seen. Lowering the limit again evicts what no longer fits.`,
    }
  },
}
