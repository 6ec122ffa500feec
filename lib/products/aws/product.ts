import { isDocumentName } from '../../model/documentName.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Parsed, Probe, Product } from '../../model/product.ts'
import type { Capability } from '../../model/topology.ts'
import { type Account, openAccount, PARTS, type Part } from './account.ts'
import { type AwsConfig, awsConfig } from './config.ts'
import { described } from './described.ts'
import { monthlyCost, PERIOD_MS, STEP_MS } from './pace.ts'
import { EMITTED } from './queries.ts'
import { readingsOf, SETTLED_MS, type Told } from './readings.ts'
import type { Parameters, Thing } from './things.ts'

type Link = { config: AwsConfig; account: Account }

/** One part of a look at the account. `at`: epoch ms of the newest that succeeded. */
type PartRaw = { part: Part; things: number; at: number | null; error?: string }
type Description =
  | { account: { parts: PartRaw[]; metrics: number; metricsMs: number; lookMs: number; requests: number; price: number; budget: number } }
  | { thing: Thing; parameters: Parameters | null; old?: { at: number; error: string } }

/** What a look that failed has left is shown for so long; then nothing is known any more. */
const OLD_MS = 300_000
const TITLES: Record<Part, string> = {
  cache: 'ElastiCache',
  balancer: 'Application Load Balancer',
  distribution: 'CloudFront',
  zone: 'Route 53',
}
const READ_MS = 12_000

/** What there is, as AWS describes it. All targets of an account share one look each minute. */
const description: Probe<Link, Description> = {
  id: 'description',
  feature: 'description',
  emits: {
    metrics: ['cache_memory_max_bytes', 'cache_connections_max', 'pool_weight_set', 'pool_weight_effective', 'pool_up', 'pool_ttl_seconds'],
    records: ['fact'],
    topology: ['pools'],
  },
  everyMs: 10_000,
  timeoutMs: READ_MS,
  cost: 'a few requests a minute for the whole account, two more for each balancer and one for each of its target groups; at most `requests` a minute',
  vital: true,
  async read({ config, account }, _cursor, signal) {
    const { parts, parameters, everyMs: lookMs, requests } = await account.inventory(signal)
    if (config.behind) {
      const { of, id } = config.behind.thing
      const { things, at, error } = parts[of]
      if (error && (at === null || Date.now() - at > OLD_MS)) throw error
      const thing = things.find((one) => one.id === id)
      if (!thing) throw new EvenkeelError('unreachable', `${TITLES[of]} has no ${id} any more`)
      const group = thing.of === 'cache' ? thing.parameterGroup : null
      return { thing, parameters: (group !== null && parameters[group]) || null, ...(error && { old: { at: at!, error: error.message } }) }
    }
    const asked = PARTS.filter((part) => part !== 'zone' || config.zones.length > 0)
    const told = asked.map((part) => parts[part])
    if (told.every(({ at, error }) => error !== null && (at === null || Date.now() - at > OLD_MS))) throw told[0]!.error
    const { count: metrics, everyMs: metricsMs } = account.metrics()
    const { price, budget } = config
    return { account: { parts: asked.map((part) => partRaw(part, parts[part])), metrics, metricsMs, lookMs, requests, price, budget } }
  },
  forget: ({ account }) => account.forget(),
  parse(raw, { at }) {
    if ('account' in raw) return accountDescribed(raw.account)
    const parsed = described(raw.thing, raw.parameters, at)
    if (!raw.old) return parsed
    const because = `it could not be read since ${new Date(raw.old.at).toISOString().slice(11, 19)} UTC: ${raw.old.error}`
    const old: Capability = { feature: 'newest description', available: false, because }
    return { ...parsed, topology: { ...parsed.topology, capabilities: [...(parsed.topology.capabilities ?? []), old] } }
  },
}

const partRaw = (part: Part, { things, at, error }: { things: Thing[]; at: number | null; error: EvenkeelError | null }): PartRaw => ({
  part,
  things: things.length,
  at,
  ...(error && { error: error.message }),
})

type AccountRaw = Extract<Description, { account: unknown }>['account']

function accountDescribed({ parts, metrics, metricsMs, lookMs, requests, price, budget }: AccountRaw): Parsed {
  const seen = parts.map(
    ({ part, things, error }): Capability =>
      error === undefined
        ? { feature: TITLES[part], available: true, because: things === 0 ? 'none was found' : `${things} found` }
        : { feature: TITLES[part], available: false, because: error },
  )
  const cost = monthlyCost(metrics, metricsMs, price)
  const capabilities: Capability[] = [
    ...seen,
    {
      feature: 'cost of CloudWatch',
      available: true,
      because: `${metrics} metrics each ${metricsMs / 1000} s: about ${cost.toFixed(2)} USD a month at ${price} USD for a thousand (\`price\`), of ${budget} USD (\`budget\`)`,
    },
    { feature: 'requests', available: true, because: `${requests} each ${lookMs / 1000} s to describe the account` },
  ]
  return {
    samples: [
      { metric: 'aws_cloudwatch_month_usd', value: cost },
      { metric: 'aws_described', value: parts.reduce((sum, { things }) => sum + things, 0) },
    ],
    records: [],
    topology: { capabilities },
  }
}

type MetricsRaw = { thing: Thing; told: Told; at: number; everyMs: number }

/** CloudWatch's minutes of one thing, from the batch that all targets of the account share. */
const metrics: Probe<Link, MetricsRaw> = {
  id: 'metrics',
  feature: 'CloudWatch',
  emits: { metrics: [...EMITTED], late: { stepMs: STEP_MS, lateMs: SETTLED_MS + PERIOD_MS } },
  everyMs: 15_000,
  timeoutMs: READ_MS,
  cost: 'its part of a GetMetricData a minute for the whole account, 500 metrics each; the price stands on the page of the account',
  async read({ config, account }, _cursor, signal) {
    const { of, id } = config.behind!.thing
    const { told, at, everyMs } = await account.metered({ of, id }, signal)
    const thing = (await account.inventory(signal)).parts[of].things.find((one) => one.id === id)
    if (!thing) throw new EvenkeelError('unreachable', `${TITLES[of]} has no ${id} any more`)
    return { thing, told, at, everyMs }
  },
  parse({ thing, told, at, everyMs }, { cursor }) {
    const { samples, cursor: next } = readingsOf(thing, told, at, cursor)
    const late = (SETTLED_MS + PERIOD_MS + everyMs) / 60_000
    const because = `CloudWatch measures by the minute and tells it about ${SETTLED_MS / 60_000} to ${late} minutes later`
    const resolution: Capability = { feature: 'resolution', available: true, because }
    return {
      samples,
      records: [],
      topology: { facts: { resolution: { everyMs: PERIOD_MS, lateMs: SETTLED_MS + everyMs } }, capabilities: [resolution] },
      cursor: next,
      stepMs: STEP_MS,
      lateMs: SETTLED_MS + everyMs,
    }
  },
}

async function discover({ config, account }: Link, signal: AbortSignal): Promise<AwsConfig[]> {
  if (config.behind) return []
  const { parts } = await account.inventory(signal)
  const taken = new Set<string>()
  return PARTS.flatMap((part) =>
    parts[part].things.map(({ of, id, address }): AwsConfig => {
      const role = of === 'balancer' || of === 'zone' ? undefined : (config.role ?? 'cache')
      const name = nameOf(config.name, { of, id }, taken)
      taken.add(name)
      return { ...config, name, role, behind: { thing: { of, id, address }, account } }
    }),
  )
}

/** A target named `ring` or `ttl` must not make names of control documents; a cache and a balancer may have one name. */
function nameOf(account: string, { of, id }: Pick<Thing, 'of' | 'id'>, taken: ReadonlySet<string>): string {
  const name = `${account}:${id}`
  if (isDocumentName(name)) return `${account} ${id}`
  return taken.has(name) ? `${name} (${TITLES[of]})` : name
}

/** What each kind of thing is read by: an account has no metrics of its own, and what is behind it discovers nothing. */
function variant({ behind }: AwsConfig): Product<AwsConfig, Link> {
  if (!behind) return { ...aws, probes: [description as Probe<Link, unknown>] }
  const { discover: _, ...read } = aws
  // CloudWatch has nothing of records.
  const probes = behind.thing.of === 'zone' ? [description as Probe<Link, unknown>] : read.probes
  return { ...read, probes, title: TITLES[behind.thing.of] }
}

/** Reads one region of an AWS account by its APIs: ElastiCache, Application Load Balancers, CloudFront and Route 53, each of them a target of its own. */
export const aws: Product<AwsConfig, Link> = {
  kind: 'aws',
  title: 'AWS',
  config: awsConfig,
  variant,
  open: (config) => ({ config, account: config.behind?.account ?? openAccount(config) }),
  close: async ({ config, account }) => {
    if (!config.behind) account.close()
  },
  discover,
  probes: [description as Probe<Link, unknown>, metrics as Probe<Link, unknown>],
  address: ({ region, endpoint, behind }) =>
    behind?.thing.address ?? (endpoint === undefined ? region : `${new URL(endpoint).host}/${region}`),
  rights: 'the IAM policy below, to read or to tune',
}
