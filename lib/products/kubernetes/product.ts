import { EvenkeelError } from '../../model/error.ts'
import type { AnyProduct, Probe, Product, TargetConfig } from '../../model/product.ts'
import type { Reading } from '../../model/series.ts'
import type { Capability, Pool, ServiceFacts } from '../../model/topology.ts'
import { firstWrong } from '../answers.ts'
import { prerequisite } from '../prerequisites.ts'
import { mayPatch } from './allowed.ts'
import { canaryPools } from './canaries.ts'
import { createClient } from './client.ts'
import type { Collection } from './cluster.ts'
import { type KubernetesConfig, kubernetesAddress, kubernetesConfig, writerOf } from './config.ts'
import { discovered, type Found, type Problem, type Programs, servicesOf } from './discovered.ts'
import { endpointsOf } from './endpoints.ts'
import { type KubernetesLink, openLink } from './link.ts'
import type { KubeObject } from './objects.ts'
import { INGRESSES, qualified, type Resource, ROUTES, SERVICES, SLICES } from './resources.ts'
import { routePools, type Serves } from './routes.ts'

type Raw = {
  version: string | null
  collections: Collection[]
  problems: Problem[]
  found: number | null
  services: ServiceFacts[]
  selected: boolean
}

const FEATURES: [resource: Resource, feature: string][] = [
  [SERVICES, 'Services'],
  [SLICES, 'EndpointSlices'],
  [ROUTES, 'HTTPRoutes'],
  [INGRESSES, 'Ingresses'],
]

const mirror: Probe<KubernetesLink, Raw> = {
  id: 'mirror',
  feature: 'list and watch',
  emits: { metrics: ['pool_weight_set', 'pool_weight_effective', 'pool_up'], topology: ['pools'] },
  everyMs: 2_000,
  cost: 'four lists at the start (250 objects a page), then a watch of each; one GET of /version each 10 s',
  vital: true,
  async read({ cluster, config, problems, found, services }, _cursor, signal) {
    const version = await cluster.version(signal)
    return { version, collections: await cluster.collections(signal), problems, found, services, selected: config.services !== undefined }
  },
  parse(raw) {
    const { samples, pools } = poolsIn(raw)
    const notes = [...FEATURES.flatMap(([resource, feature]) => capabilityOf(feature, ofResource(raw, resource))), ...discoveryOf(raw)]
    return {
      samples,
      records: [],
      topology: { facts: { ...(raw.version !== null && { version: raw.version }), services: raw.services }, pools, capabilities: notes },
    }
  },
}

const ofResource = ({ collections }: Raw, resource: Resource) => collections.filter((one) => one.resource === qualified(resource))
const objects = (collections: readonly Collection[]): KubeObject[] => collections.flatMap(({ items }) => items)
/** What is held of a collection that cannot be read now may be old. */
const fresh = (collections: readonly Collection[]) => collections.filter(({ because }) => because === undefined)

type Pools = { samples: Reading[]; pools: Omit<Pool, 'target'>[] }
/** Nothing changes between most polls. */
const known = new WeakMap<Collection[], Pools>()

function poolsIn(raw: Raw): Pools {
  const before = known.get(raw.collections)
  if (before) return before
  const serves = servesIn(raw)
  const routes = objects(fresh(ofResource(raw, ROUTES))).flatMap((route) => routePools(route, serves))
  const pools = [...routes, ...canaryPools(objects(fresh(ofResource(raw, INGRESSES))), serves)]
  const samples = pools.flatMap(({ name: pool, servers }) =>
    servers.flatMap(({ name: server, weightSet, weightEffective, state }): Reading[] => [
      { metric: 'pool_weight_set', labels: { pool, server }, value: weightSet },
      { metric: 'pool_weight_effective', labels: { pool, server }, value: weightEffective },
      { metric: 'pool_up', labels: { pool, server }, value: state === 'up' ? 1 : 0 },
    ]),
  )
  known.set(raw.collections, { samples, pools })
  return { samples, pools }
}

/** A Service without endpoints answers nothing; of one that is not looked at nothing is known. */
function servesIn(raw: Raw): Serves {
  const slices = ofResource(raw, SLICES)
  const services = ofResource(raw, SERVICES)
  const endpoints = endpointsOf(objects(fresh(slices)))
  const existing = new Set(objects(services).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`))
  const covers = (all: readonly Collection[], namespace: string) =>
    all.some((one) => one.because === undefined && (one.namespace === undefined || one.namespace === namespace))
  return (namespace, name) => {
    if (!covers(slices, namespace)) return null
    const own = endpoints.get(`${namespace}/${name}`)
    if (own) return own.some(({ ready }) => ready)
    return existing.has(`${namespace}/${name}`) || (!raw.selected && covers(services, namespace)) ? false : null
  }
}

function capabilityOf(feature: string, all: readonly Collection[]): Capability[] {
  if (all.length === 0) return []
  const failing = all.find(({ because }) => because !== undefined)
  if (failing) return [{ feature, available: false, because: failing.because! }]
  const left = all.reduce((sum, one) => sum + one.left, 0)
  return [{ feature, available: true, ...(left > 0 ? { because: `${left} objects are left out: too many, or not readable` } : {}) }]
}

const PROBLEMS_MAX = 20

function discoveryOf({ problems, found }: Raw): Capability[] {
  if (found === null) return []
  const told = problems
    .slice(0, PROBLEMS_MAX)
    .map(({ service, because }) => ({ feature: `targets of ${service}`, available: false, because }))
  const more = problems.length - told.length
  return [
    {
      feature: 'discovery',
      available: true,
      because: `${found} servers are found${more > 0 ? `; ${more} more Services are not watched` : ''}`,
    },
    ...told,
  ]
}

/**
 * Reads a Kubernetes cluster: weights of Gateway API routes and canaries, and targets of the given products, by Service. The targets that it
 * finds are of those products, not of this.
 */
export function kubernetesOf(products: readonly AnyProduct[]): Product<KubernetesConfig, KubernetesLink, TargetConfig> {
  const located = products.flatMap((product) => (product.located ? [[product.kind, product.located] as const] : []))
  const programs: Programs = new Map(located)
  const byKind = new Map(products.map((product) => [product.kind, product]))

  /** Null, with a note: it cannot be a target. */
  async function targetOf(
    { kind, name, service, place, role }: Found,
    link: KubernetesLink,
    signal: AbortSignal,
  ): Promise<TargetConfig | Problem> {
    try {
      const login = await link.passwords.of(service, signal)
      const keys = programs.get(kind)!.at({ ...place, ...login })
      const parsed = byKind.get(kind)!.config.safeParse({ kind, name, ...(role === undefined ? {} : { role }), ...keys })
      return parsed.success ? parsed.data : { service, because: firstWrong(parsed.error) }
    } catch (error) {
      if (error instanceof EvenkeelError) return { service, because: error.message }
      throw error
    }
  }

  async function discover(link: KubernetesLink, signal: AbortSignal): Promise<TargetConfig[]> {
    const { config, cluster } = link
    const collections = await cluster.collections(signal)
    const [services, slices] = [SERVICES, SLICES].map((resource) => collections.filter((one) => one.resource === qualified(resource)))
    const failing = [...services!, ...slices!].find((one) => one.because !== undefined)
    if (failing && link.found === null) return []
    if (failing) throw new EvenkeelError('unreachable', failing.because!)
    const all = discovered({ services: objects(services!), slices: objects(slices!) }, programs, {
      parent: config.name,
      labels: config.recognize,
    })
    const targets: TargetConfig[] = []
    const problems = new Map(all.problems.map((problem) => [problem.service, problem]))
    for (const one of all.found) {
      const target = await targetOf(one, link, signal)
      if ('because' in target) problems.set(one.service, target as Problem)
      else targets.push(target as TargetConfig)
    }
    link.problems = [...problems.values()]
    link.found = targets.length
    link.services = servicesOf(all.found)
    return targets
  }

  return {
    kind: 'kubernetes',
    title: 'Kubernetes',
    config: kubernetesConfig,
    open: (config) => openLink(config),
    async close({ cluster, writer }) {
      await cluster.close()
      writer.close()
    },
    discover,
    productOf: ({ kind }) => byKind.get(kind)!,
    probes: [mirror as Probe<KubernetesLink, unknown>],
    address: kubernetesAddress,
    rights:
      'list and watch on services, endpointslices.discovery.k8s.io, httproutes.gateway.networking.k8s.io and ingresses.networking.k8s.io; to apply: get and patch on the last two; get on the Secrets that `secrets` names, each by its name',
    async prerequisites(config) {
      const client = createClient(writerOf(config))
      const who = config.write ? ', as the user of `write`' : ''
      try {
        return [
          prerequisite(`patch HTTPRoutes${who}`, await mayPatch(client, ROUTES, config.namespaces)),
          prerequisite(`patch Ingresses${who}`, await mayPatch(client, INGRESSES, config.namespaces)),
        ]
      } finally {
        client.close()
      }
    },
  }
}
