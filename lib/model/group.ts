import type { Guard, Prediction } from './proposal.ts'
import type { SettingText } from './setting.ts'
import type { Pool, Topology } from './topology.ts'

/** Identical balancers, which are changed one after another: the canary first. */
export type BalancerGroup = { name: string; targets: string[]; canary: string }

/** `asking`: the canary's effect could not be told, and a person decides. `undoing`: what was changed is being rolled back. */
export type CourseState = 'running' | 'asking' | 'undoing' | 'done' | 'rolled_back'

/**
 * One change of a whole group: applied on the canary, judged there with its siblings as control group, then on the others one after another. Each
 * is a change of its own, which names its course; this document holds what is common to them.
 */
export type Course = {
  id: string
  group: string
  /** The targets in the order in which they are changed, the canary first. */
  order: string[]
  state: CourseState
  /** The settings by their names, which are the same on each target. */
  steps: { name: string; after: string }[]
  because: string
  proposal?: string
  finding?: string
  /** About the canary. */
  prediction: Prediction | null
  guards: Guard[]
  by: string
  approvedBy?: string
  /** The request that this person has approved. */
  approval?: string
  at: number
  /** Who has said that it goes on, although the canary's effect could not be told. */
  continuedBy?: string
  endedAt?: number
  outcome?: string
}

/**
 * Why the next target of a course cannot be changed: since when (epoch ms), and whether that passes by itself. Whoever has that target writes it;
 * the course itself is written by whoever has the canary alone, so that no replica overwrites what another has decided.
 */
export type CourseWaiting = { target: string; since: number; because: string; final?: true }

/** Under which the store keeps them, for all replicas. */
export const COURSE_PREFIX = 'course/'
export const courseWaitingKey = ({ id }: Pick<Course, 'id'>) => `course-waiting/${id}`
export const courseEnded = ({ state }: Pick<Course, 'state'>): boolean => state === 'done' || state === 'rolled_back'

/**
 * The group that a pool's target is in: as configured, else all targets of the same kind with a pool of that name and the same servers; null where
 * it has no twin. Of those that were found so the first by name is the canary.
 */
export function groupOfPool({ target, name }: Pick<Pool, 'target' | 'name'>, topology: Topology): BalancerGroup | null {
  const having = (targets: readonly string[]) =>
    targets.filter((one) => topology.pools.some((pool) => pool.target === one && pool.name === name))
  const configured = topology.groups?.find(({ targets }) => targets.includes(target))
  if (configured) {
    const targets = having(configured.targets)
    return targets.includes(target) && targets.includes(configured.canary) && targets.length > 1 ? { ...configured, targets } : null
  }
  const own = topology.pools.find((pool) => pool.target === target && pool.name === name)
  if (!own || own.servers.length === 0) return null
  const kindOf = (of: string) => topology.targets.find((facts) => facts.name === of)?.kind
  const taken = new Set(topology.groups?.flatMap(({ targets }) => targets))
  const twins = topology.pools
    .filter((pool) => pool.name === name && !taken.has(pool.target) && kindOf(pool.target) === kindOf(target))
    .filter((pool) => membersText(pool) === membersText(own))
    .map((pool) => pool.target)
    .sort()
  return twins.length > 1 ? { name: `${name} of ${twins.join(', ')}`, targets: twins, canary: twins[0]! } : null
}

const membersText = ({ servers }: Pool) => JSON.stringify(servers.map(({ name, address }) => [name, address]).sort())

/** The steps of a course on one of its targets. */
export const stepsOn = (target: string, steps: Course['steps']): { setting: SettingText; after: string }[] =>
  steps.map(({ name, after }) => ({ setting: { target, name }, after }))
