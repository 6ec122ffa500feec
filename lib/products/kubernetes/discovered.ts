import { z } from 'zod'
import type { Located, Place } from '../../model/product.ts'
import type { ServiceFacts } from '../../model/topology.ts'
import { type Endpoint, endpointsOf } from './endpoints.ts'
import type { KubeObject } from './objects.ts'

/** A server that a Service stands for, and how the target is to be called. */
export type Found = { kind: string; name: string; service: string; place: Place; ready: boolean; role?: string }
/** Why a Service that asks for it is not watched. */
export type Problem = { service: string; because: string }

const serviceShape = z.looseObject({
  spec: z.looseObject({
    type: z.string().optional(),
    ports: z
      .array(z.looseObject({ name: z.string().optional(), port: z.number(), protocol: z.string().default('TCP') }))
      .nullish()
      .transform((all) => all ?? []),
  }),
})
type ServicePort = { name?: string | undefined; port: number; protocol: string }

const ANNOTATION = 'evenkeel.io/'
const KEYS = ['kind', 'port', 'path', 'tls', 'role', 'weights']
const PROGRAM = 'app.kubernetes.io/name'
/** Targets of one cluster: each is polled every second. */
const TARGETS_MAX = 1_000

/** By kind, how its targets are made. */
export type Programs = ReadonlyMap<string, Located>

/** Every pod (or other address) behind a Service that is annotated, or labelled as a program that is known, is a target. Pure. */
export function discovered(
  { services, slices }: { services: readonly KubeObject[]; slices: readonly KubeObject[] },
  programs: Programs,
  { parent, labels }: { parent: string; labels: boolean },
): { found: Found[]; problems: Problem[] } {
  const endpoints = endpointsOf(slices)
  const found = new Map<string, Found>()
  const problems: Problem[] = []
  for (const service of [...services].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const key = keyOf(service)
    const wanted = wantedOf(service, programs, labels)
    if (wanted === null) continue
    if ('because' in wanted) problems.push({ service: key, because: wanted.because })
    else for (const one of targetsOf(service, wanted, endpoints.get(key) ?? [], parent)) found.set(one.name, found.get(one.name) ?? one)
  }
  const all = [...found.values()]
  if (all.length > TARGETS_MAX)
    problems.push({ service: 'all', because: `${all.length} servers are found: the first ${TARGETS_MAX} are watched, Services by name` })
  return { found: all.slice(0, TARGETS_MAX), problems }
}

const keyOf = ({ metadata: { namespace = '', name } }: KubeObject) => `${namespace}/${name}`

type Wanted = { kind: string; port: { name: string } | { number: number }; path?: string; tls?: true; role?: string }

/** Null: nothing about it says that it is to be watched. */
function wantedOf(service: KubeObject, programs: Programs, labels: boolean): Wanted | { because: string } | null {
  const { annotations = {}, labels: own = {} } = service.metadata
  const of = (key: string) => annotations[`${ANNOTATION}${key}`]
  const given = of('kind')
  const label = labels ? [...programs].find(([, { labels = [] }]) => labels.includes(own[PROGRAM] ?? ''))?.[0] : undefined
  const kind = given ?? label
  if (kind === undefined || kind === 'none') return null
  const located = programs.get(kind)
  if (!located) return { because: `${ANNOTATION}kind: ${kind} is none of ${[...programs.keys()].join(', ')}, none` }
  const odd = Object.keys(annotations).find((key) => key.startsWith(ANNOTATION) && !KEYS.includes(key.slice(ANNOTATION.length)))
  if (odd)
    return { because: `the annotation ${odd.slice(0, 80)} is not known; there are ${KEYS.map((key) => ANNOTATION + key).join(', ')}` }
  const parsed = serviceShape.safeParse(service)
  if (!parsed.success) return given === undefined ? null : { because: 'its ports cannot be read' }
  if (parsed.data.spec.type === 'ExternalName')
    return given === undefined ? null : { because: 'it is an ExternalName: there are no addresses behind it' }
  const port = portOf(of('port'), parsed.data.spec.ports, located)
  // A label alone asks for nothing: it may be a Service of the program's metrics.
  if ('because' in port) return given === undefined ? null : port
  const [path, tls, role] = [of('path'), of('tls'), of('role')]
  if (tls !== undefined && tls !== 'true' && tls !== 'false') return { because: `${ANNOTATION}tls is true or false` }
  return {
    kind,
    port,
    ...(path === undefined ? {} : { path }),
    ...(tls === 'true' ? { tls: true } : {}),
    ...(role === undefined ? {} : { role }),
  }
}

/** The port that is asked for; else the program's own, else the only one. A Service's port goes by its name into the slices. */
function portOf(
  asked: string | undefined,
  all: readonly ServicePort[],
  located: Located,
): { name: string } | { number: number } | { because: string } {
  const tcp = all.filter(({ protocol }) => protocol === 'TCP')
  const nameOf = (port: ServicePort) => ({ name: port.name ?? '' })
  if (asked !== undefined) {
    const found = tcp.find(({ name, port }) => name === asked || String(port) === asked)
    if (found) return nameOf(found)
    if (/^[1-9]\d{0,4}$/.test(asked) && Number(asked) <= 65_535) return { number: Number(asked) }
    return { because: `${ANNOTATION}port: ${asked.slice(0, 40)} is no port of this Service, and no number of a port` }
  }
  const own = tcp.find(({ port }) => port === located.port)
  if (own) return nameOf(own)
  const [only, ...others] = tcp
  if (only && others.length === 0 && located.port === undefined) return nameOf(only)
  return { because: `it has the TCP ports ${tcp.map(({ port }) => port).join(', ') || 'none'}: say which with ${ANNOTATION}port` }
}

function targetsOf(service: KubeObject, { kind, port, path, tls, role }: Wanted, endpoints: readonly Endpoint[], parent: string): Found[] {
  const { namespace = '' } = service.metadata
  return endpoints.flatMap(({ host, name, ready, ports }): Found[] => {
    const number = 'number' in port ? port.number : ports.find((one) => one.name === port.name && one.protocol === 'TCP')?.port
    if (typeof number !== 'number') return []
    const place = { host, port: number, ...(path === undefined ? {} : { path }), ...(tls ? { tls } : {}) }
    // Slashes would make names of other things.
    return [
      {
        kind,
        name: `${parent}:${namespace}:${name}:${number}`,
        service: keyOf(service),
        place,
        ready,
        ...(role === undefined ? {} : { role }),
      },
    ]
  })
}

/** The Services that are watched, with the pods behind each: those that are not ready, too. */
export function servicesOf(found: readonly Found[]): ServiceFacts[] {
  const hostOf = ({ place: { host } }: Found) => (host.includes(':') ? `[${host}]` : host)
  return [...Map.groupBy(found, ({ service }) => service)].map(([name, own]) => ({
    name,
    members: [...new Map(own.map((one) => [hostOf(one), { host: hostOf(one), ready: one.ready }])).values()],
  }))
}
