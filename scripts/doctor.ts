import { parseArgs } from 'node:util'
import { callbackOf, createIssuer } from '../lib/auth/issuer.ts'
import type { OidcAuth } from '../lib/config/auth.ts'
import type { Config } from '../lib/config/config.ts'
import { detectors } from '../lib/detectors/registry.ts'
import { bounded } from '../lib/engine/bounded.ts'
import { leftOutText } from '../lib/model/limits.ts'
import { type AnyProduct, productFor, type TargetConfig } from '../lib/model/product.ts'
import { products } from '../lib/products/sources.ts'
import { coverage, coverageText } from '../lib/server/rules/coverage.ts'
import { Stop } from './boot/say.mjs'
import { readConfig } from './config.ts'
import { reading } from './reading.ts'

type Examined = { answers: boolean; lines: string[] }

/** `npm run doctor`: which features work on each target, what blocks the rest, and the least rights that each needs. */
export async function main(args: string[]): Promise<number> {
  const config = readConfig(configAsked(args))
  for (const warning of config.warnings) console.log(`! ${warning}`)
  if (config.targets.length === 0)
    console.log('No targets. Give one: targets: [{ kind: redis, name: cache-a, url: "redis://127.0.0.1:6379" }]')
  const mayEnter = config.auth.mode !== 'oidc' || (await examineIssuer(config.auth, config.url))
  let troubles = 0
  for await (const { answers, lines } of examined(config)) {
    for (const line of lines) console.log(line)
    troubles += answers ? 0 : 1
  }
  const kinds = new Set(config.targets.map(({ kind }) => kind))
  for (const product of products) if (kinds.has(product.kind)) console.log(rulesOn(product))
  console.log(troubles === 0 ? '\nEvery target answers.' : `\n${troubles} of ${config.targets.length} targets do not answer.`)
  return troubles === 0 && mayEnter ? 0 : 1
}

/** Servers that hang cost their deadlines one beside the other. */
const AT_ONCE = 8

/** What each target can do, in the order of the configuration; some are examined at once. */
async function* examined({ targets, poll }: Pick<Config, 'targets' | 'poll'>): AsyncGenerator<Examined> {
  const begun: Promise<Examined>[] = []
  for (const [i] of targets.entries()) {
    while (begun.length < Math.min(targets.length, i + AT_ONCE)) {
      const target = targets[begun.length]!
      const lines: string[] = []
      const product = products.find(({ kind }) => kind === target.kind)!
      const one = examine(product, target, poll.timeoutMs, (line) => lines.push(line)).then((answers) => ({ answers, lines }))
      // Its turn comes later, and its error with it.
      one.catch(() => {})
      begun.push(one)
    }
    yield await begun[i]!
  }
}

/** Which rules work on a product, which only with a probe that may be missing, and which cannot for want of what. */
export function rulesOn(product: AnyProduct): string {
  const groups = new Map<string, string[]>()
  for (const rule of detectors) {
    const text = coverageText(coverage(rule, product))
    groups.set(text, [...(groups.get(text) ?? []), rule.id])
  }
  const works = groups.get('yes') ?? []
  const others = [...groups]
    .filter(([text]) => text !== 'yes')
    .sort(([a], [b]) => (a.startsWith('with') ? 0 : 1) - (b.startsWith('with') ? 0 : 1))
  return [
    `\nrules on ${product.title}: ${works.length} of ${detectors.length} work${works.length > 0 ? `: ${works.join(', ')}` : ''}`,
    ...others.map(([text, ids]) => `  ${text.startsWith('with') ? '+' : '-'} ${text.replace(/^no:/, 'without')}: ${ids.join(', ')}`),
  ].join('\n')
}

/** Prints whether people could sign in now; false when not. */
async function examineIssuer(auth: OidcAuth, url: string): Promise<boolean> {
  console.log(`\nauth  OpenID Connect at ${auth.issuer}`)
  const issuer = createIssuer(auth, url)
  try {
    const about = await issuer.discover()
    console.log(`  + answers; signs people in at ${about.authorization_endpoint ?? 'no place that it names'}`)
    const offered = (list: string[] | undefined, wanted: string) =>
      list === undefined ? '- does not say' : list.includes(wanted) ? '+ yes' : '- no'
    console.log(`  ${offered(about.code_challenge_methods_supported, 'S256')}: PKCE with S256`)
    for (const scope of auth.scopes) console.log(`  ${offered(about.scopes_supported, scope)}: the scope ${scope}`)
    console.log(`  ${about.end_session_endpoint ? '+ yes' : '- no'}: signs people out too`)
    return true
  } catch (error) {
    console.log(`  x ${(error as Error).message}`)
    return false
  } finally {
    console.log(`  to be registered there: ${callbackOf(url)} to come back after signing in, ${url}/sign-in after signing out`)
  }
}

/** Says what one target can do; false when its vital reading fails. */
async function examine(registered: AnyProduct, target: TargetConfig, timeoutMs: number, say: (line: string) => void): Promise<boolean> {
  const product = productFor(registered, target)
  say(`\n${target.name}  ${product.title} at ${product.address(target)}`)
  const link = product.open(target)
  let answers = true
  let found: TargetConfig[] = []
  try {
    for (const probe of product.probes) {
      const result = await reading(product, probe, link, timeoutMs)
      const line = `${probe.feature.padEnd(28)} ${result.state === 'ok' ? `${result.ms} ms; costs ${probe.cost}` : result.because}`
      say(`  ${{ ok: '+', unavailable: '-', failed: 'x', skipped: '-' }[result.state]} ${line}`)
      if (probe.vital && result.state === 'failed') answers = false
      // What the server itself tells of its limits: a page that is closed, a ring that predicts nothing, numbers that are old.
      for (const { feature, available, because } of result.state === 'ok' ? (result.parsed.topology.capabilities ?? []) : [])
        if (because) say(`  ${available ? '!' : '-'} ${feature.padEnd(28)} ${because}`)
      const left = result.state === 'ok' ? bounded(result.parsed).topology.left : undefined
      if (left) say(`  - ${'all servers'.padEnd(28)} ${leftOutText(left)}`)
      for (const pool of result.state === 'ok' ? (result.parsed.topology.pools ?? []) : [])
        for (const [words, can] of [
          ['weights', pool.can.weight],
          ['states', pool.can.state],
        ] as const)
          if (can !== true) say(`  - ${`${words} of ${pool.name}`.padEnd(28)} ${can.because}`)
    }
    if (answers) found = (await product.discover?.(link, AbortSignal.timeout(5 * timeoutMs)).catch(() => [])) ?? []
  } finally {
    await product.close(link)
  }
  if (product.prerequisites) {
    say('  to apply a change:')
    for (const { feature, available, because } of await product.prerequisites(target))
      say(`  ${available ? '+' : '-'} ${feature.padEnd(28)} ${because ?? 'ready'}`)
  }
  if (product.rights) say(`  least rights: ${product.rights}`)
  for (const each of found) answers = (await examine(registered, each, timeoutMs, say)) && answers
  return answers
}

function configAsked(args: string[]): string {
  try {
    return parseArgs({ args, options: { config: { type: 'string' } } }).values.config ?? 'evenkeel.yaml'
  } catch (error) {
    throw new Stop(`${(error as Error).message}\nnpm run doctor -- --config FILE`, 2)
  }
}
