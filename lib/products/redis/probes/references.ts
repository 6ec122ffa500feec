import type { Probe } from '../../../model/product.ts'
import type { Accesses } from '../../../model/reference.ts'
import type { RedisLink } from '../link.ts'
import { consentMissing } from '../monitor/consent.ts'
import { askSpecs, KNOWN_MAX, ownAddresses } from '../monitor/listener.ts'
import { ReferenceTap } from '../monitor/tap.ts'
import { noMoreTaps, overBudget, rest } from '../monitor/tapBudget.ts'

const EVERY_MS = 1_000
/** Our other connections change when they were lost. */
const OWN_EVERY_MS = 30_000

/** MONITOR without an end: which keys are read and written, for curves of hit ratio over memory and TTL. */
export const references: Probe<RedisLink, Accesses | null> = {
  id: 'references',
  feature: 'references',
  everyMs: EVERY_MS,
  cost: '3 µs of Redis CPU for each command while it listens, on servers with at most 3 000 a second; it stops by itself where CPU or latency rise',
  wanted({ config, seen, role, tapped }) {
    const stop = (because: string) => {
      tapped.tap?.stop(because)
      tapped.tap = null
      return because
    }
    if (config.references.from === 'off') return stop('they are off: "references: { from: monitor }" or "report" in the configuration')
    if (config.references.from === 'report') return stop('applications report them: POST references/TARGET')
    if (config.references.from === 'log') return stop(`they are read from the access log of ${config.references.log!.targets.join(', ')}`)
    const missing = consentMissing(config)
    if (missing !== null) return stop(missing)
    if (seen === null) return 'waits for INFO'
    // Of a Cluster the nodes are found, replicas too: what those hold, their primary decides, by what it is asked itself.
    if (role === 'replica') return stop('it is a replica: it holds what its primary keeps')
    const now = performance.now()
    const resting = tapped.breaker.resting(now)
    if (resting !== null) return resting
    const over = overBudget(seen)
    if (over !== null && tapped.tap) rest(tapped, over, now)
    return over ?? noMoreTaps(tapped) ?? true
  },
  async read(link, _cursor, signal) {
    const { tapped, monitored, config } = link
    const asked = performance.now()
    await link.client.call(['PING'], signal)
    const now = performance.now()
    const { tap, breaker } = tapped
    if (!tap) {
      breaker.without(now - asked)
      if (breaker.ready && noMoreTaps(tapped) === null)
        tapped.tap = new ReferenceTap(config, await ownAddresses(link, signal), monitored.specs)
      return null
    }
    const over = tap.ended ?? breaker.with(now - asked, now)
    if (over !== null) {
      rest(tapped, over, now)
      return null
    }
    const heard = tap.drain()
    const unknown = [...tap.unknown]
    tap.unknown.clear()
    for (const [command, spec] of await askSpecs(link, unknown, signal))
      if (monitored.specs.size < KNOWN_MAX) monitored.specs.set(command, spec)
    if (unknown.length > 0 || now % OWN_EVERY_MS < EVERY_MS) tap.own = await ownAddresses(link, signal)
    return heard
  },
  parse: (raw) => ({ samples: [], records: [], topology: {}, ...(raw && { references: raw }) }),
}
