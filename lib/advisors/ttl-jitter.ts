import { count, duration, safe, text } from '../format/format.ts'
import type { Advisor } from '../model/detector.ts'
import type { TtlPolicy } from '../model/topology.ts'
import { globMatches } from './glob.ts'

/** Jitters worth choosing among; half of the TTL is where a short life begins to cost hits. */
const JITTERS = [0.1, 0.2, 0.3, 0.5]
/** Of the keys ending together, the part that may end in the fullest second. */
const PEAK_SHARE = 0.02

/** Within so long the keys of a cliff end. */
const CLIFF_SECONDS = 2

/** A TTL drawn around its length, so that keys written together no longer end together. */
export const ttlJitter: Advisor = {
  id: 'ttl-jitter',
  title: 'Spread the end of keys',
  answers: ['cache/mass-expiry'],
  spanMs: 60_000,
  propose(finding, window, topology) {
    const { target } = finding.subject
    const [histogram] = window.records('ttl-histogram', target)
    // Once it has struck, the sample tells of the next end, not of this one.
    const struck = finding.evidence[0]?.unit === 'count'
    const pattern = struck ? undefined : histogram?.pattern
    const policy = policyFor(topology.ttls, pattern)
    if (!policy)
      return {
        none: pattern
          ? `No TTL policy covers ${safe(pattern, 80)}. Where the application writes these keys, draw the TTL at random around its length; or name a policy for them in the configuration, and it can be set here.`
          : 'No TTL policy is configured. Where the application writes these keys, draw the TTL at random around its length.',
      }
    if (policy.error) return { none: `The policy ${policy.name} cannot be read: ${policy.error}` }
    const together = Math.max(1, keysTogether(finding.evidence, histogram?.keys ?? null))
    const peak = (jitter: number) => together / Math.max(1, (2 * jitter * policy.ttlMs) / 1000)
    const higher = JITTERS.filter((jitter) => jitter > policy.jitter + 1e-9)
    if (higher.length === 0)
      return {
        none: `The policy ${policy.name} already spreads its TTL by ${text(policy.jitter, 'ratio')}: these keys end together because they were given one moment to end, not one length of life.`,
      }
    const jitter = higher.find((one) => peak(one) <= PEAK_SHARE * together) ?? higher.at(-1)!
    const span = [policy.ttlMs * (1 - jitter), policy.ttlMs * (1 + jitter)] as const
    return {
      steps: [
        { setting: { target: `ttl:${policy.name}`, name: `${policy.name}/jitter` }, before: String(policy.jitter), after: String(jitter) },
      ],
      because: `About ${count(together)} keys end within two seconds. With a jitter of ${jitter} each lives ${duration(span[0])} to ${duration(span[1])}, and as many, written together, end at no more than ${text(peak(jitter), 'perSecond')}. Keys that are already written keep their end: this time it still comes, the next time not.`,
      predict: {
        metric: 'cache_expiration_peak',
        where: { target: target! },
        unit: 'ratio',
        before: 1 / CLIFF_SECONDS,
        after: peak(jitter) / together,
        low: peak(jitter) / together,
        // A load takes its time, and chance fills one second more than another.
        high: Math.min(1 / CLIFF_SECONDS, (1.5 * peak(jitter)) / together),
        basis: `the TTL of ${duration(policy.ttlMs)}: of the keys of one load, the part that ends in the fullest second`,
        unmeasured: `the effect shows when keys written from now on end, in ${duration(span[0])} at the earliest, and only if as many are loaded at once again`,
      },
      guards: [],
      risk: 'low',
      riskBecause: `Some keys live up to ${text(jitter, 'ratio')} longer and may be that much staler; as many live shorter. The mean TTL stays. Keys written meanwhile keep the TTL that they drew.${followersText(policy)}`,
    }
  },
}

function policyFor(policies: TtlPolicy[], pattern: string | undefined): TtlPolicy | undefined {
  // The policy whose keys end closest together is the likeliest to have made a cliff.
  if (pattern === undefined) return [...policies].sort((a, b) => a.jitter * a.ttlMs - b.jitter * b.ttlMs)[0]
  return policies.find(({ match }) => globMatches(match, pattern))
}

/** How many keys the finding speaks of: counted when it struck, estimated from the sample before. */
function keysTogether(evidence: readonly { value: number; unit: string }[], keys: number | null): number {
  const [first] = evidence
  if (!first) return 0
  return first.unit === 'ratio' ? first.value * (keys ?? 0) : first.value
}

const followersText = (policy: TtlPolicy) => (policy.followers.length === 0 ? ' No application reports that it follows this policy.' : '')
