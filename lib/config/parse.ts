import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import { withoutTrailingSlashes } from '../format/url.ts'
import type { Route } from '../model/notice.ts'
import type { TargetConfig } from '../model/product.ts'
import { parseRef } from '../model/ref.ts'
import type { RingNode, RingOptions } from '../model/ring.ts'
import { authSchema } from './auth.ts'
import type { Config, RingConfig } from './config.ts'
import { type Outside, type Path, readSource } from './document.ts'
import { ConfigError, type ConfigProblem, pathText } from './error.ts'
import { allowedAt, allowedText, foundText, strangeKeys } from './explain.ts'
import { fingerprintOf } from './fingerprint.ts'
import { parseForeign } from './foreign.ts'
import { hostPort } from './hostPort.ts'
import { DEFAULT_LISTEN, type Listen, listenMend, listenText } from './listen.ts'
import { isLoopback } from './loopback.ts'
import { absolutePaths } from './paths.ts'
import { keyProblem, problem } from './problem.ts'
import { redact } from './redact.ts'
import { configSchema, type Schemas } from './schema.ts'

export type ParseOptions = {
  /** Absolute path of the file: relative paths in it are relative to its folder. */
  file: string
  readFile: Outside['readFile']
  /** Where this process is bound already: what counts when the file does not say `listen`. */
  bound?: Listen
}

/**
 * Reads evenkeel.yaml. Throws `ConfigError` that names for each problem the path, the line, what was found and what is allowed.
 * What products, channels and rules there are is handed in: this module knows none of them.
 */
export function parseConfig(text: string, env: Outside['env'], schemas: Schemas, { file, readFile, bound }: ParseOptions): Config {
  const base = dirname(file)
  const source = readSource(text, { env, readFile: (path) => readFile(resolve(base, path)) })
  const fail = (problems: ConfigProblem[]): never => {
    throw new ConfigError(file, problems)
  }
  if (source.problems.length) fail(source.problems)

  const schema = configSchema(schemas)
  const data = absolutePaths([schema], source.data ?? {}, base)
  const parsed = parseForeign(schema, data, source)
  const found = (path: Path): string => {
    const file = source.fileKey(path)
    return file ? `the content of ${file.file}` : foundText(schema, source.written ?? {}, path)
  }
  const problems = [
    ...strangeKeys(schema, data).map((path) => keyProblem(source, path, 'unknown key', allowedAt(schema, data, path.slice(0, -1)))),
    ...parsed.issues
      .filter((issue) => issue.code !== 'unrecognized_keys')
      .map((issue) =>
        issue.code === 'invalid_key'
          ? keyProblem(source, issue.path, 'key', issue.issues.map(allowedText).join(', '))
          : problem(source, issue.path, found(issue.path), allowedText(issue)),
      ),
  ]
  if (!parsed.data || problems.length) return fail(problems)
  const read = parsed.data

  const at = (path: Path, found: string, allowed: string) => problems.push(problem(source, path, found, allowed))
  const one = (what: string, names: readonly string[]) => `the name of a ${what}: ${names.join(', ') || 'there is none'}`
  const targets = read.targets as TargetConfig[]
  const targetNames = targets.map((target) => target.name)
  const ringNames = read.rings.map((ring) => ring.name)
  for (const list of ['targets', 'rings', 'ttls', 'receivers'] as const) {
    const seen = new Map<string, number>()
    ;(read[list] as { name: string }[]).forEach(({ name }, index) => {
      const first = seen.get(name)
      if (first !== undefined)
        at([list, index, 'name'], `${JSON.stringify(name)}, which ${list}[${first}] is called too`, 'a name of its own')
      else seen.set(name, index)
    })
  }

  const warnings: string[] = []
  const control = (path: Path, { target, key }: { target: string; key: string }) => {
    const holder = targets.find((candidate) => candidate.name === target)
    if (!holder) at([...path, 'target'], JSON.stringify(target), one('target', targetNames))
    else if (!schemas.documents.includes(holder.kind))
      at([...path, 'target'], `${JSON.stringify(target)}, a ${holder.kind}`, `a target of kind ${schemas.documents.join(' or ')}`)
    else if (!('url' in holder) || holder.url === '')
      at(
        [...path, 'target'],
        `${JSON.stringify(target)}, several servers under one name`,
        'a target with a `url`: a document lives on one server',
      )
    else if (holder.role !== 'store')
      warnings.push(
        `${pathText(path)}: the control document ${key} lives on ${target}, a cache that may evict it. Applications keep the last one they read; a target with "role: store" never evicts.`,
      )
  }

  const rings: RingConfig[] = read.rings.map((ring, index) => {
    control(['rings', index, 'control'], ring.control)
    const nodes = ring.nodes.map((node, position) => {
      const path = ['rings', index, 'nodes', position]
      const target = targets.find((candidate) => candidate.name === node.target)
      if (node.target !== undefined && !target) at([...path, 'target'], JSON.stringify(node.target), one('target', targetNames))
      const name = node.name ?? node.target
      if (name === undefined) at(path, 'a node without target and name', 'target: the name of a target, or name: and address:')
      const address = node.address ?? (target ? hostPort(target) : node.name)
      if (address === undefined)
        at([...path, 'address'], 'nothing', `the text that is hashed; it cannot be read off the URL of ${node.target}`)
      const { target: _, ...rest } = node
      return { target: node.target, spec: { ...rest, name: name ?? '', address: address ?? '' } satisfies RingNode }
    })
    const names = nodes.map(({ spec }) => spec.name)
    names.forEach((name, position) => {
      if (names.indexOf(name) < position) at(['rings', index, 'nodes', position], JSON.stringify(name), 'each node once')
    })
    return {
      name: ring.name,
      spec: {
        algorithm: ring.algorithm,
        nodes: nodes.map(({ spec }) => spec),
        ...(ring.options ? { options: ring.options as RingOptions } : {}),
      },
      nodes: nodes.map(({ target, spec }) => ({
        name: spec.name,
        target,
        address: spec.address,
        points: spec.points,
        weight: spec.weight,
      })),
      control: ring.control,
      followersExpected: ring.followers,
    }
  })
  read.ttls.forEach((ttl, index) => {
    control(['ttls', index, 'control'], ttl.control)
  })

  read.edges.forEach((edge, index) => {
    for (const end of ['from', 'to'] as const) {
      const ref = parseRef(edge[end])
      const refuse = (allowed: string) => at(['edges', index, end], JSON.stringify(edge[end]), allowed)
      if (ref === null)
        warnings.push(
          `${pathText(['edges', index, end])}: ${JSON.stringify(edge[end])} names no pool, which is pool:TARGET/POOL; nothing follows from this edge.`,
        )
      else if ('ring' in ref && !ringNames.includes(ref.ring)) refuse(one('ring', ringNames))
      else if ('target' in ref && !targetNames.includes(ref.target))
        refuse('pool' in ref ? `pool:TARGET/POOL with ${one('target', targetNames)}` : one('target', targetNames))
    }
  })

  const receivers = read.receivers.map(({ name, ...channels }, index) => {
    const kinds = Object.entries(channels).filter(([, config]) => config !== undefined)
    if (kinds.length === 0) at(['receivers', index], `${JSON.stringify(name)} without a channel`, Object.keys(schemas.notifiers).join(', '))
    return { name, channels: kinds.map(([kind, config]) => ({ kind, config })) }
  })
  const receiverNames = receivers.map((receiver) => receiver.name)
  read.routes.forEach((route, index) => {
    route.to.forEach((name, position) => {
      if (!receiverNames.includes(name)) at(['routes', index, 'to', position], JSON.stringify(name), one('receiver', receiverNames))
    })
    const severity = route.match.severity
    if (severity !== undefined && !['info', 'warning', 'critical'].includes(severity))
      at(['routes', index, 'match', 'severity'], JSON.stringify(severity), 'info, warning or critical')
  })

  const listen = read.listen ?? bound ?? DEFAULT_LISTEN
  // Nobody has said that it may be reached there: that takes a login which somebody has asked for.
  if (!read.listen && !/^(127\.0\.0\.1|::1|localhost)$/i.test(listen.host) && (read.auth?.mode ?? 'none') === 'none')
    at(['listen'], `nothing, while the server is bound to ${listenText(listen)}`, listenMend(listen))
  const loopback = isLoopback(listen.host)
  const auth = read.auth ?? authSchema.parse({ mode: loopback ? 'none' : 'local' })
  if (auth.mode === 'none' && !loopback)
    at(
      ['auth', 'mode'],
      `"none" while listening on ${listen.host}`,
      '"local", "proxy" or "oidc", or listen: 127.0.0.1:PORT: without a login only this machine may come in',
    )
  if (problems.length) return fail(problems)

  // Nobody can follow a link to "every address".
  const name = /^(0\.0\.0\.0|::)$/.test(listen.host) ? hostname() : listen.host
  const host = name.includes(':') ? `[${name}]` : name
  const url = withoutTrailingSlashes(read.url ?? `http://${host}:${listen.port}`)
  if (
    (auth.mode === 'oidc' || auth.mode === 'local') &&
    url.startsWith('http:') &&
    !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))
  )
    warnings.push(
      `auth: people sign in at ${url}, where others on the way can read along${auth.mode === 'oidc' ? ', and most issuers send nobody back' : ''}. ` +
        'Set "url" to the https address that they use.',
    )
  return {
    listen,
    url,
    data: read.data,
    mode: read.mode,
    auth,
    poll: { everyMs: read.poll.every, timeoutMs: read.poll.timeout },
    learningMs: read.learning,
    retention: definedOnly({ rawMs: read.retention.raw, fineMs: read.retention.fine, coarseMs: read.retention.coarse }),
    watch: definedOnly({
      watchMs: read.watch.longest,
      beforeMs: read.watch.before,
      measureMs: read.watch.measure,
      slowStartMs: read.watch.slowStart,
    }),
    targets,
    rings,
    ttls: read.ttls.map(({ ttl, followers, ...rest }) => ({ ...rest, ttlMs: ttl, followersExpected: followers })),
    edges: read.edges,
    receivers,
    routes: read.routes.map(
      (route) =>
        ({
          match: route.match as Route['match'],
          to: route.to,
          group: route.group,
          waitMs: route.wait,
          repeatMs: route.repeat,
        }) satisfies Route,
    ),
    rules: Object.fromEntries(
      Object.entries(read.rules)
        .filter(([, rule]) => rule !== undefined)
        .map(([id, { enabled, ...settings }]) => [id, { enabled: enabled ?? true, settings }]),
    ),
    warnings,
    shown: redact([schema], source.written ?? {}),
    fingerprint: fingerprintOf(text, source.written),
  }
}

function definedOnly<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Partial<T>
}
