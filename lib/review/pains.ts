import { safe, text } from '../format/format.ts'
import type { ReviewPain } from '../model/answers/review.ts'
import { type Prices, readsCost } from '../model/prices.ts'
import type { Labels } from '../model/series.ts'
import type { PainFact, ReviewFacts } from './facts.ts'
import { labOf, pageOf, value, windowOf } from './row.ts'

const TOP = 3
/** Less is within what a curve cannot tell apart. */
const GAIN_LEAST = 0.01
const UNEVEN = 1.25
const READS = 'reads lost to the origin a second'

const SEVERITY = { critical: 3, warning: 2, info: 0 }
/** Requests that fail are worse than those that wait; and what only could be better comes after what is ill. */
const KIND: [words: RegExp, weight: number][] = [
  [/failed/, 4],
  [/lost to the origin/, 2],
  [/slowed/, 2],
]
const weightOf = (what: string | undefined) => KIND.find(([words]) => what && words.test(what))?.[1] ?? 1

type Ranked = { pain: ReviewPain; rank: [severity: number, money: number, size: number] }

/** The three pain points that cost most. The first is to be mended first: one improvement at a time, so that its effect can be measured. */
export function painPoints(facts: ReviewFacts): { pains: ReviewPain[]; left: number } {
  const found = [...facts.pains.map((one) => ofFinding(one, facts)), ...standing(facts)]
  const sorted = found.sort((a, b) => compare(a.rank, b.rank) || (a.pain.id < b.pain.id ? -1 : 1))
  return { pains: sorted.slice(0, TOP).map(({ pain }) => pain), left: Math.max(0, sorted.length - TOP) }
}

function compare(a: Ranked['rank'], b: Ranked['rank']): number {
  for (const [at, one] of a.entries()) if (one !== b[at]) return b[at]! - one
  return 0
}

function ofFinding({ finding, title, cost, proposal, noRemedy }: PainFact, facts: ReviewFacts): Ranked {
  const href = `/findings/${encodeURIComponent(finding.id)}`
  const money = moneyOf(cost, pricesFor(finding.subject, facts))
  const [first] = finding.evidence
  return {
    rank: [SEVERITY[finding.severity], money?.perMonth ?? 0, (cost?.value ?? 0) * weightOf(cost?.what)],
    pain: {
      id: `finding/${finding.id}`,
      title,
      text: finding.summary,
      about:
        Object.values(finding.subject)
          .map((name) => safe(name, 60))
          .join('/') || 'fleet',
      href,
      severity: finding.severity,
      cost,
      money,
      window: first ? windowOf(first) : null,
      change: proposal ? { text: proposal.text, href } : { text: noRemedy ?? 'Look at what was measured, and mend the cause', href },
    },
  }
}

const pricesFor = ({ target }: Labels, { caches, prices }: ReviewFacts): Prices =>
  caches.find((cache) => cache.where.target === target)?.prices ?? prices

function moneyOf(cost: ReviewPain['cost'], prices: Prices): ReviewPain['money'] {
  if (!cost || cost.what !== READS) return null
  const perMonth = readsCost(cost.value, prices)
  return perMonth === null ? null : { perMonth, currency: prices.currency ?? '' }
}

/** What no rule finds and is measured all the same: hits that memory would bring, and servers that get more than their share. */
function standing(facts: ReviewFacts): Ranked[] {
  return [...avoidableMisses(facts), ...uneven(facts)].map((pain) => ({
    pain,
    rank: [1, pain.money?.perMonth ?? 0, (pain.cost?.value ?? 0) * weightOf(pain.cost?.what)],
  }))
}

function avoidableMisses({ caches }: ReviewFacts): ReviewPain[] {
  return caches.flatMap(({ name, where, curve, reads, prices }) => {
    const now = curve?.points[curve.present.point]
    const rate = value(reads)
    if (!curve || !now || rate === null) return []
    const larger = curve.points.filter(({ bytes, filled }) => filled && bytes !== null && now.bytes !== null && bytes > now.bytes)
    const best = larger.toSorted((a, b) => b.low - a.low || a.bytes! - b.bytes!)[0]
    // Its lower end: what is surely won.
    const gain = best ? curve.readsShare * (best.low - now.hitRatio) : 0
    if (!best || gain < GAIN_LEAST) return []
    const cost = { value: gain * rate, what: READS }
    return [
      {
        id: `memory/${name}`,
        title: 'More memory would hit more',
        text: `${name} hits ${text(now.hitRatio, 'ratio')} with ${text(now.bytes!, 'bytes')}, and would hit ${text(best.low, 'ratio')} to ${text(best.high, 'ratio')} with ${text(best.bytes!, 'bytes')}`,
        about: name,
        href: labOf(where.target!),
        severity: null,
        cost,
        money: moneyOf(cost, prices),
        window: windowOf({ from: curve.at - curve.spanMs, to: curve.at }),
        change: { text: 'Choose the size in the memory and TTL lab', href: labOf(where.target!) },
      },
    ]
  })
}

/** Where a rule has found it already, it is told there. */
function uneven({ pools, pains, from, to }: ReviewFacts): ReviewPain[] {
  return pools.flatMap(({ pool, imbalance, requests, serving }): ReviewPain[] => {
    const [times, rate] = [value(imbalance), value(requests)]
    const told = pains.some(({ finding: { subject } }) => subject.target === pool.target && subject.pool === pool.name)
    if (told || times === null || rate === null || times < UNEVEN || serving < 2 || pool.balances !== 'weight') return []
    const href = pageOf({ target: pool.target, pool: pool.name })!
    return [
      {
        id: `uneven/${pool.target}/${pool.name}`,
        title: 'One server gets more than its share',
        text: `The busiest server of ${pool.name} gets ${text(times, 'factor')} of what its weight says`,
        about: `${pool.target}/${pool.name}`,
        href,
        severity: null,
        cost: { value: ((times - 1) * rate) / serving, what: 'requests a second beyond its share' },
        money: null,
        window: windowOf({ from, to }),
        change: { text: 'Compare weights and shares on its page', href },
      },
    ]
  })
}
