import { z } from 'zod'
import { shellWord } from '../../format/shell.ts'
import { beforeWrite, drifted, EvenkeelError, unwritten } from '../../model/error.ts'
import type { Actuator, Edit } from '../../model/product.ts'
import { ask, type Call } from './client.ts'
import { type CloudflareConfig, writerOf } from './config.ts'
import { originOf, RULE } from './settings.ts'
import { type CacheRule, type LivePool, POOLS_WRITE, RULES_WRITE, type Ruleset, readPools, readRules, readZone, type Zone } from './zone.ts'

const WEIGHT_WORDS = 'a number from 0 to 1 with at most two digits after the point'
const WEIGHT = z
  .string()
  .regex(/^(0|1|0\.\d{1,2}|1\.0{1,2})$/, WEIGHT_WORDS)
  .transform((text) => String(Number(text)))
const TTL_WORDS = 'seconds, a whole number from 1 to 31536000'
const TTL = z
  .string()
  .regex(/^[1-9]\d{0,7}$/, TTL_WORDS)
  .refine((text) => Number(text) <= 31_536_000, TTL_WORDS)

/** Weights of a pool's origins, and the edge TTL of a cache rule. */
export const cloudflareActuator: Actuator<CloudflareConfig> = {
  kind: 'cloudflare',
  settings: [
    { pattern: /^[^/]+\/[^/]+\/weight$/, value: WEIGHT, reversal: 'exact', persistence: 'for good' },
    { pattern: RULE, value: TTL, reversal: 'exact', persistence: 'for good; what is in the cache keeps the life that it was given' },
  ],
  get: async (config, names, signal) => valuesOf(await readLive(writerOf(config), names, signal), names),
  async write(given, edits, signal) {
    const config = writerOf(given)
    const names = edits.map(({ name }) => name)
    // Cloudflare has no compare-and-set: the read before, the write and the read after follow each other at once.
    const calls = await beforeWrite(async () => {
      const before = await readLive(config, names, signal)
      const now = valuesOf(before, names)
      for (const { name, expect } of edits)
        if (now[name] !== expect) throw drifted(`${name} is ${now[name]} before the write, not ${expect}: another writer has set it`)
      return [...poolCalls(before, edits), ...ruleCalls(before, edits)]
    })
    const done: Written[] = []
    for (const call of calls) {
      try {
        await ask(config, call.write, signal)
        done.push(call)
      } catch (error) {
        // A change is whole or not at all.
        for (const { undo } of done.reverse()) await ask(config, undo, signal)
        const refused = error instanceof EvenkeelError && error.code !== 'unreachable' && done.length === 0
        throw refused ? unwritten(error) : error
      }
    }
    const after = valuesOf(await readLive(config, names, signal), names)
    for (const { name, value } of edits)
      if (after[name] !== value)
        throw new EvenkeelError('drift', `${name} is ${after[name]} after the write, not ${value}: another writer has set it`)
  },
  commands: (_config, edits) =>
    edits.map(({ name, value }) => {
      const [, rule] = RULE.exec(name) ?? []
      const body = rule
        ? { action_parameters: { edge_ttl: { mode: 'override_origin', default: Number(value) } } }
        : { origins: [{ name: originOf(name).server, weight: Number(value) }] }
      const path = rule ? `zones/ZONE/rulesets/RULESET/rules/${rule}` : `accounts/ACCOUNT/load_balancers/pools/ID of ${originOf(name).pool}`
      return `PATCH ${path} ${shellWord(JSON.stringify(body))}  # with all else of it as it stands`
    }),
}

type Live = { zone: Zone; pools: LivePool[]; rules: Ruleset | null }

async function readLive(config: CloudflareConfig, names: readonly string[], signal: AbortSignal): Promise<Live> {
  for (const name of names) if (!RULE.test(name)) originOf(name)
  const zone = await readZone(config, signal)
  const [pools, rules] = await Promise.all([
    names.some((name) => !RULE.test(name)) ? readPools(config, zone, signal) : [],
    names.some((name) => RULE.test(name)) ? readRules(config, zone, signal) : null,
  ])
  return { zone, pools, rules }
}

function found({ pools }: Live, name: string): { pool: LivePool; weight: number } {
  const { pool: poolName, server } = originOf(name)
  const pool = pools.find((one) => one.name === poolName)
  if (!pool) throw new EvenkeelError('not_found', `the account has no pool ${poolName}`)
  const origin = pool.origins.find((one) => one.name === server)
  if (!origin) throw new EvenkeelError('not_found', `the pool ${poolName} has no origin ${server}`)
  return { pool, weight: origin.weight }
}

function ruleIn({ rules }: Live, name: string): { ruleset: Ruleset; rule: CacheRule; ttl: number } {
  const [, id] = RULE.exec(name)!
  const rule = rules?.rules.find((one) => one.id === id)
  if (!rules || !rule) throw new EvenkeelError('not_found', `the zone has no cache rule ${id}`)
  const ttl = rule.action_parameters?.edge_ttl
  if (ttl?.mode !== 'override_origin' || ttl.default === undefined)
    throw new EvenkeelError(
      'invalid',
      `the rule ${id} has no edge TTL of its own (${ttl?.mode ?? 'none'}): only override_origin holds a number`,
    )
  return { ruleset: rules, rule, ttl: ttl.default }
}

const valuesOf = (live: Live, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, String(RULE.test(name) ? ruleIn(live, name).ttl : found(live, name).weight)]))

type Written = { write: Call; undo: Call }

/** All origins of each pool, as they stand but for their weights. */
function poolCalls(live: Live, edits: readonly Edit[]): Written[] {
  const own = edits.filter(({ name }) => !RULE.test(name))
  const pools = new Set(own.map(({ name }) => found(live, name).pool))
  return [...pools].map((pool) => {
    const wanted = new Map(
      own.filter(({ name }) => originOf(name).pool === pool.name).map(({ name, value }) => [originOf(name).server, Number(value)]),
    )
    // `disabled_at` is told and not taken.
    const as = (weightOf: (name: string, weight: number) => number): Call => ({
      path: `/accounts/${live.zone.account.id}/load_balancers/pools/${pool.id}`,
      permission: POOLS_WRITE,
      method: 'PATCH',
      body: { origins: pool.origins.map(({ disabled_at: _, ...origin }) => ({ ...origin, weight: weightOf(origin.name, origin.weight) })) },
    })
    return { write: as((name, weight) => wanted.get(name) ?? weight), undo: as((_, weight) => weight) }
  })
}

/** The rule whole, as it stands but for its edge TTL. */
function ruleCalls(live: Live, edits: readonly Edit[]): Written[] {
  return edits
    .filter(({ name }) => RULE.test(name))
    .map(({ name, value }) => {
      const { ruleset, rule, ttl } = ruleIn(live, name)
      const { id, version: _, last_updated: __, ...body } = rule
      const as = (seconds: number): Call => ({
        path: `/zones/${live.zone.id}/rulesets/${ruleset.id}/rules/${id}`,
        permission: RULES_WRITE,
        method: 'PATCH',
        body: {
          ...body,
          action_parameters: { ...body.action_parameters, edge_ttl: { ...body.action_parameters?.edge_ttl, default: seconds } },
        },
      })
      return { write: as(Number(value)), undo: as(ttl) }
    })
}
