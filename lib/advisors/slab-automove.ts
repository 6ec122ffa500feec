import { measure } from '../metrics/measure.ts'
import type { Advisor } from '../model/detector.ts'
import type { Guard } from '../model/proposal.ts'
import { settingText } from '../model/setting.ts'

/** How far the hit ratio may fall while pages are moved: the items of a page that is moved are misses once. */
const FALL = 0.1

/** Lets the cache move memory between its slab classes by itself, where that is switched off. */
export const slabAutomove: Advisor = {
  id: 'slab-automove',
  title: 'Let the cache move memory between its slab classes',
  answers: ['cache/slab-imbalance'],
  spanMs: 120_000,
  propose(finding, window, topology) {
    const { target } = finding.subject
    const setting = topology.targets.find(({ name }) => name === target)?.can?.slabs
    if (!target || setting === undefined) return { none: 'Memory cannot be moved between the slab classes of this cache from here.' }
    const fact = (id: string) => window.records('fact', target).find((one) => one.id === id)?.value
    if (fact('config/slab_reassign') === 'no')
      return {
        none: `${target} was started without slab_reassign, so that no page can be moved: start it with -o slab_reassign,slab_automove.`,
      }
    const now = fact(setting)
    if (now === undefined) return null
    if (now !== '0')
      return {
        none: `${target} moves pages by itself already, one at a time: this evens out, as long as the sizes of what is stored do not change again. More memory would end the evictions.`,
      }
    const ratio = measure('cache_hit_ratio', { target }, window)
    const limit = ratio.is === 'measured' ? Math.round((ratio.value - FALL) * 100) / 100 : 0
    const guard: Guard = {
      metric: 'cache_hit_ratio',
      where: { target },
      unit: 'ratio',
      op: '<',
      limit,
      forMs: 30_000,
      why: 'more reads miss than the moved pages explain',
    }
    return {
      steps: [{ setting: settingText({ of: { target }, name: setting }), before: now, after: '1' }],
      because: `${finding.summary}. With slab_automove the cache gives free and long idle pages to the class that evicts, about one each half minute.`,
      predict: {
        absentBecause: 'the reads of single keys are not recorded, so it is not known how many of the evicted items would be read again',
      },
      guards: limit > 0 ? [guard] : [],
      risk: 'low',
      riskBecause:
        'Items of a page that is moved are kept where their class has room and are evicted where it has none: at most a page, 1 MiB, at a time. Switching it off again moves no page back.',
    }
  },
}
