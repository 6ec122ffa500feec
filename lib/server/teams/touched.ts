import { type Conditions, conditionsOf } from '../../model/matching.ts'
import { parseRef } from '../../model/ref.ts'
import type { Labels } from '../../model/series.ts'
import { parseSetting, type SettingText } from '../../model/setting.ts'
import { labelsIn } from '../../model/targetLabels.ts'
import type { Runtime } from '../runtime.ts'

/** One thing that a call acts on, by name, with the labels by which a role on it may be held. */
export type Touched = { name: string; labels: Labels | undefined }

type At = Pick<Runtime, 'engine'>

/** What is no team's alone. */
const FLEET: Touched = { name: 'the whole fleet', labels: undefined }

const NAMED = /^(ring|ttl):(.+)$/s

/** A target by its name, that of a control document too. One that is not there has no labels: a role on it is held by those who have it everywhere. */
export function touchedTarget(at: At, name: string): Touched[] {
  const [, kind, own = ''] = NAMED.exec(name) ?? []
  if (kind === 'ring') return touchedRing(at, own)
  const topology = at.engine.topology()
  const ttl = kind === 'ttl' ? topology.ttls.find((policy) => policy.name === own) : undefined
  return plain(at, ttl ? [ttl.control.target] : [name])
}

/** A ring: all its targets, and the one that holds its document. */
export function touchedRing(at: At, name: string): Touched[] {
  const ring = at.engine.topology().rings.find((one) => one.name === name)
  if (!ring) return [{ name: `ring ${name}`, labels: undefined }]
  return plain(at, [...ring.nodes.flatMap(({ target }) => target ?? []), ring.control.target])
}

/** A pool: its target, and those of its servers that are targets themselves, which get more or fewer requests. */
export function touchedPool(at: At, target: string, pool: string): Touched[] {
  const found = at.engine.topology().pools.find((one) => one.target === target && one.name === pool)
  const addresses = new Set(found?.servers.map(({ address }) => address))
  const servers = addresses.size === 0 ? [] : at.engine.targets().filter(({ address }) => addresses.has(address))
  return plain(at, [target, ...servers.map(({ name }) => name)])
}

/** What settings are of. */
export function touchedSettings(at: At, steps: readonly { setting: SettingText }[]): Touched[] {
  const all = steps.flatMap(({ setting }) => {
    const { of } = parseSetting(setting)
    if ('ring' in of) return touchedRing(at, of.ring)
    if ('ttl' in of) return touchedTarget(at, `ttl:${of.ttl}`)
    return 'pool' in of ? touchedPool(at, of.target, of.pool) : touchedTarget(at, of.target)
  })
  return once(all)
}

/** What a finding's subject is about. The fleet as a whole is nothing that a team has. */
export function touchedSubject(at: At, { target, ring }: Labels): Touched[] {
  if (ring !== undefined) return touchedRing(at, ring)
  return target === undefined ? [FLEET] : touchedTarget(at, target)
}

/** What a ref such as `node:products/cache-b` names. */
export function touchedRef(at: At, text: string): Touched[] {
  const ref = parseRef(text)
  if (ref && 'ring' in ref) return touchedRing(at, ref.ring)
  if (ref && 'pool' in ref) return touchedPool(at, ref.target, ref.pool)
  return ref && 'target' in ref ? touchedTarget(at, ref.target) : [FLEET]
}

/** What conditions can be about at most: only `=` limits them for sure. Labels of targets stand for themselves, a target for its own. */
export function touchedConditions(at: At, conditions: Conditions): Touched[] {
  const { match } = conditionsOf(conditions)
  const about = match.target === undefined && match.ring === undefined ? [] : touchedSubject(at, match)
  const own = { ...match }
  if (about.length === 0) return [{ name: 'all that these conditions match', labels: own }]
  return about.map(({ name, labels }) => ({ name, labels: { ...own, ...labels } }))
}

/** What tags such as `team:shop` or `target:cart-cache` say that something is about. */
export function touchedTags(at: At, tags: readonly string[] = []): Touched[] {
  const pairs = tags.flatMap((tag) => {
    const [, name, value] = /^([a-z][a-z0-9_]*)[:=](.+)$/s.exec(tag) ?? []
    return name && value ? [[name, value] as const] : []
  })
  const targets = pairs.flatMap(([name, value]) => (name === 'target' ? touchedTarget(at, value) : []))
  if (targets.length > 0) return once(targets)
  return [pairs.length > 0 ? { name: 'what has these tags', labels: Object.fromEntries(pairs) } : FLEET]
}

const plain = ({ engine }: At, names: readonly string[]): Touched[] => {
  const labelsOf = labelsIn(engine.topology())
  return [...new Set(names)].map((name) => ({ name, labels: labelsOf({ target: name }) }))
}

const once = (all: readonly Touched[]): Touched[] => [...new Map(all.map((one) => [one.name, one])).values()]
