import { z } from 'zod'
import { safe, text } from '../../format/format.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { SharedSetting } from '../../model/record.ts'
import type { TargetFacts } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { type Group, groupsOf, isReplica } from '../groups.ts'
import { evidence } from '../rows.ts'
import { duration, patience } from '../settings.ts'

type Settings = DetectorSettings & { fresh: number; except: string[] }
type Node = { facts: TargetFacts; settings: ReadonlyMap<string, SharedSetting> }
/** One setting of one server that is not as it is on `others`. */
type Difference = { setting: SharedSetting; wanted: string; others: string[]; matters: boolean; group: string }

/** Of a server that differs in everything the first ones are enough. */
const SHOWN_MAX = 20

export const configDrift: Detector<Settings> = {
  id: 'cache/config-drift',
  title: 'Settings differ within a group',
  why: 'Servers of which one takes the place of another should be set alike: a replica with another policy, less memory or a shorter limit of connections behaves differently on the day of a fail-over, and in a ring or a cluster the same key is treated differently depending on where it lies. Usually somebody ran CONFIG SET on one of them, or one was restarted with a file that CONFIG SET had not been written to: set it like the others, then CONFIG REWRITE.',
  harmless: 'Where it is meant so: name the setting under `except`.',
  settings: z.strictObject({
    ...patience('5m', '60s'),
    fresh: duration('5m', 'Settings are read once a minute; older ones are not compared'),
    except: z.array(z.string()).default([]).describe('Settings that may differ: none by default, because this differs from fleet to fleet'),
  }),
  needs: { spanMs: 30_000, metrics: [], records: ['setting'], also: { metrics: [], records: ['curve'] } },
  detect: (window, topology, settings) => {
    const groups = groupsOf(topology)
    const nodes = new Map(groups.flatMap((group) => group.nodes).map((facts) => [facts.name, nodeOf(window, facts, settings)]))
    const known = (group: Group) => group.nodes.map(({ name }) => nodes.get(name)!).filter((node): node is Node => typeof node !== 'string')
    const found = new Map<string, Difference[]>()
    const judged = new Set<string>()
    for (const group of groups) {
      const compared = known(group)
      if (compared.length < 2) continue
      for (const { facts } of compared) judged.add(facts.name)
      const split = isSplit(window, group)
      for (const [target, difference] of differences(group, compared, split)) found.set(target, [...(found.get(target) ?? []), difference])
    }
    return nodes.entries().map(([target, node]): Verdict => {
      const subject = { target }
      if (typeof node === 'string') return { subject, is: 'unjudged', because: node }
      if (!judged.has(target)) return { subject, is: 'unjudged', because: 'the settings of no other server of its group are known' }
      const [first, ...rest] = (found.get(target) ?? []).sort((a, b) => Number(b.matters) - Number(a.matters))
      if (!first) return { subject, is: 'clear' }
      const more = rest.length > 0 ? `, and ${rest.length} more` : ''
      return {
        subject,
        is: 'found',
        severity: first.matters ? 'warning' : 'info',
        summary: `${target} is set otherwise than ${namesOf(first.others)} of ${first.group}: ${first.setting.id} is ${shown(first.setting, first.setting.value)}, there ${shown(first.setting, first.wanted)}${more}`,
        evidence: [evidenceOf(window, target, first), ...rest.slice(0, SHOWN_MAX - 1).map((one) => evidenceOf(window, target, one))],
      }
    })
  },
}

/** The settings of one server, or why they are not known. */
function nodeOf(window: SeriesWindow, facts: TargetFacts, { fresh, except }: Settings): Node | string {
  if (facts.state !== 'up') return `${facts.name} does not answer`
  const read = window.records('setting', facts.name).filter(({ at }) => window.to - at <= fresh)
  if (read.length === 0) return 'its settings are not read'
  return { facts, settings: new Map(read.filter(({ id }) => !except.includes(id)).map((one) => [one.id, one])) }
}

/** Where curves tell what memory is worth at each cache of a ring or primary of a Cluster, its limit is judged by them: equal ones are no aim. */
const isSplit = (window: SeriesWindow, { is, nodes }: Group): boolean =>
  is !== 'replication' &&
  nodes.filter((node) => !isReplica(node)).every(({ name }) => window.records('curve', name).some(({ varies }) => varies === 'memory'))

function* differences(group: Group, nodes: readonly Node[], split: boolean): Iterable<[target: string, Difference]> {
  for (const name of new Set(nodes.flatMap(({ settings }) => [...settings.keys()]))) {
    const having = nodes.filter(({ settings }) => settings.has(name))
    const { among } = having[0]!.settings.get(name)!
    const [replicas, primaries] = [having.filter(({ facts }) => isReplica(facts)), having.filter(({ facts }) => !isReplica(facts))]
    if (among === 'all') yield* unlike(group, name, having)
    else if (among === 'role') for (const part of [primaries, replicas]) yield* unlike(group, name, part)
    else {
      if (!group.uneven && !split) yield* unlike(group, name, primaries)
      for (const replica of replicas) yield* smaller(group, name, replica, primaries)
    }
  }
}

/** Those that have another value than most have; of two values that are equally frequent, that of a primary is right. */
function* unlike(group: Group, name: string, nodes: readonly Node[]): Iterable<[string, Difference]> {
  const byValue = Map.groupBy(nodes, ({ settings }) => settings.get(name)!.value)
  if (byValue.size < 2) return
  const primaries = (of: readonly Node[]) => of.filter(({ facts }) => !isReplica(facts)).length
  const [[wanted, agreeing]] = [...byValue].sort(([, a], [, b]) => b.length - a.length || primaries(b) - primaries(a)) as [[string, Node[]]]
  const others = agreeing.map(({ facts }) => facts.name)
  for (const { facts, settings } of nodes) {
    const setting = settings.get(name)!
    // Nodes of a ring never take another's place, and a primary may have more memory for its larger part.
    const matters = setting.matters && group.is !== 'ring' && setting.among !== 'memory'
    if (setting.value !== wanted) yield [facts.name, { setting, wanted, others, matters, group: group.name }]
  }
}

/** A replica with less memory than its primary: more than the primary has is what Redis's documentation advises. */
function* smaller(group: Group, name: string, replica: Node, primaries: readonly Node[]): Iterable<[string, Difference]> {
  const own = primaries.find(({ facts }) => facts.replication?.id === replica.facts.replication?.id)
  const setting = replica.settings.get(name)!
  const [least, most] = [bytesOf(own?.settings.get(name)?.value), bytesOf(setting.value)]
  if (own && most < least)
    yield [
      replica.facts.name,
      { setting, wanted: own.settings.get(name)!.value, others: [own.facts.name], matters: true, group: group.name },
    ]
}

/** 0 is no limit. */
const bytesOf = (value: string | undefined): number => (value === undefined ? Number.NaN : Number(value) || Number.POSITIVE_INFINITY)

function evidenceOf(window: SeriesWindow, target: string, { setting, wanted, others }: Difference): Evidence {
  const metric = setting.among === 'memory' ? 'cache_memory_max_bytes' : 'target_up'
  const [here, there] = [setting.value, wanted].map(figure)
  const set = setting.command ? `${setting.command} ${quoted(wanted)}` : 'set at its start only'
  const method = `${shown(setting, wanted)} on ${namesOf(others)}; ${set}`
  if (here === null || there === null)
    return evidence(window, metric, { target }, `servers on which ${setting.id} is not ${shown(setting, setting.value)}`, others.length, 'count', { method }) // biome-ignore format: one line
  return evidence(window, metric, { target }, setting.id, here!, setting.unit, { baseline: there!, method })
}

const figure = (value: string): number | null => (/^-?\d+(\.\d+)?$/.test(value) ? Number(value) : null)

function shown({ unit, among }: SharedSetting, value: string): string {
  const number = figure(value)
  if (number === 0 && among === 'memory') return 'without limit'
  if (number !== null && unit !== 'none') return text(number, unit)
  return value === '' ? 'empty' : safe(value, 80)
}

const quoted = (value: string) => (/^[\w.:-]+$/.test(value) ? value : JSON.stringify(value))

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => safe(name, 60))
  return names.length > 3 ? `${shown.join(', ')} and ${names.length - 3} more` : shown.join(' and ')
}
