import type { Finding } from '../../model/finding.ts'
import type { Topology } from '../../model/topology.ts'

/** A host that stopped answering with all that is watched on it. */
export type Outage = { host: string; findings: Finding[] }

/** The rule that finds targets that do not answer. */
export const TARGET_DOWN = 'fleet/target-down'

/** Targets of one host go down within this time of each other: silence is noticed after three polls, a refusal after two. */
const TOGETHER_MS = 15_000
/** Two targets may fail together by chance, or be one pair. */
const TARGETS_MIN = 3

/** Hosts on which every watched target, three at least, went down within seconds. While one of them answers, the host is not the cause. */
export function outagesOf(findings: readonly Finding[], { targets }: Topology): Outage[] {
  const hosts = Map.groupBy(
    targets.filter(({ host }) => host !== undefined),
    ({ host }) => host!,
  )
  const hostOf = new Map(targets.flatMap(({ name, host }) => (host === undefined ? [] : [[name, host] as const])))
  const downs = findings.filter(({ rule, subject }) => rule === TARGET_DOWN && hostOf.has(subject.target ?? ''))
  return [...Map.groupBy(downs, ({ subject }) => hostOf.get(subject.target!)!)].flatMap(([host, down]) => {
    const all = hosts.get(host)!.length
    if (all < TARGETS_MIN) return []
    return burstsOf(down)
      .filter((burst) => new Set(burst.map(({ subject }) => subject.target)).size === all)
      .map((burst) => ({ host, findings: burst }))
  })
}

/** Findings by how near they begin to the first of their burst. */
function burstsOf(findings: readonly Finding[]): Finding[][] {
  const bursts: Finding[][] = []
  for (const finding of findings.toSorted((a, b) => a.since - b.since)) {
    const burst = bursts.at(-1)
    if (burst && finding.since - burst[0]!.since <= TOGETHER_MS) burst.push(finding)
    else bursts.push([finding])
  }
  return bursts
}
