import { causality } from '../../detectors/causes.ts'
import { type Replayed, replay } from '../../engine/dispatch/replay.ts'
import { createSlices } from '../../engine/slices.ts'
import type { ShadowView } from '../../model/answers/shadow.ts'
import type { Finding } from '../../model/finding.ts'
import type { Route } from '../../model/notice.ts'
import { iso } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'

const DAY_MS = 86_400_000
/** A week of a large fleet takes a second: whoever asks within this time gets the same answer. */
const FRESH_MS = 30_000
const RULES_SHOWN = 10

const newest = new WeakMap<Runtime, { days: number; at: number; routes: readonly Route[]; answer: Promise<ShadowView> }>()

/** What the present routes would have sent in the last days of what fired then. */
export function shadow(runtime: Runtime, days: number): Promise<ShadowView> {
  const at = runtime.now()
  const known = newest.get(runtime)
  if (known?.days === days && known.routes === runtime.config.routes && at - known.at < FRESH_MS) return known.answer
  const answer = computed(runtime, days, at)
  newest.set(runtime, { days, at, routes: runtime.config.routes, answer })
  return answer
}

/** The same of whatever configuration. */
export async function computed(
  { store, config, engine }: Pick<Runtime, 'store' | 'config' | 'engine'>,
  days: number,
  to: number,
): Promise<ShadowView> {
  const from = to - days * DAY_MS
  const { routes, receivers } = config
  const findings = store.findings.list(
    ({ firingAt, resolvedAt }) => firingAt !== undefined && firingAt <= to && (resolvedAt === undefined || resolvedAt >= from),
  )
  const sent = await replay({
    routes,
    findings,
    silences: store.silences.list(),
    causes: { topology: engine.topology, causality },
    from,
    to,
    pause: createSlices(),
  })
  const told = new Set(sent.flatMap(({ draft }) => draft.findings.map(({ id }) => id)))
  const untold = findings.filter(({ id, severity }) => severity !== 'info' && !told.has(id))
  return {
    from: iso(from),
    to: iso(to),
    findings: findings.length,
    receivers: receivers.map(({ name }) => ofReceiver(name, sent.filter(({ route }) => routes[route]!.to.includes(name)), from, days)), // biome-ignore format: one line
    nobody: { findings: untold.length, rules: rulesOf(untold) },
  }
}

function ofReceiver(receiver: string, sent: Replayed[], from: number, days: number): ShadowView['receivers'][number] {
  const firing = sent.filter(({ draft }) => draft.status === 'firing')
  const findings = new Map(firing.flatMap(({ draft }) => draft.findings.map((finding) => [finding.id, finding])))
  return {
    receiver,
    firing: firing.length,
    resolved: sent.length - firing.length,
    digests: sent.filter(({ draft }) => draft.digest).length,
    findings: findings.size,
    days: Array.from({ length: days }, (_, day) => ({
      from: iso(from + day * DAY_MS),
      firing: firing.filter(({ at }) => Math.min(days - 1, Math.floor((at - from) / DAY_MS)) === day).length,
    })),
    rules: rulesOf([...findings.values()]),
  }
}

function rulesOf(findings: readonly Finding[]): { rule: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  return [...counts]
    .map(([rule, count]) => ({ rule, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, RULES_SHOWN)
}
