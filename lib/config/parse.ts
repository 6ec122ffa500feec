import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { TargetConfig } from '../model/product.ts'
import { listenOf, urlOf } from './access.ts'
import { copiesOf } from './audit.ts'
import { autopilotOf } from './autopilot.ts'
import { brakesOf } from './brakes.ts'
import type { Config } from './config.ts'
import { type Outside, type Path, readSource, type Source } from './document.ts'
import { checkEdges } from './edges.ts'
import { ConfigError, type ConfigProblem, pathText } from './error.ts'
import { allowedAt, allowedText, foundText, strangeKeys } from './explain.ts'
import { fingerprintOf } from './fingerprint.ts'
import { parseForeign } from './foreign.ts'
import { groupsOf } from './groups.ts'
import type { Listen } from './listen.ts'
import { checkLogs } from './logs.ts'
import { warnOfNeverMatching } from './neverMatching.ts'
import { checkOwners } from './owners.ts'
import { absolutePaths, ownFileKeys } from './paths.ts'
import { pricesOf } from './prices.ts'
import { keyProblem, problem } from './problem.ts'
import { redact } from './redact.ts'
import { type Checks, checkControl, checkUnique } from './references.ts'
import { inRegions } from './regions.ts'
import { ringsOf } from './rings.ts'
import { receiversOf, routesOf } from './routes.ts'
import { rulesOf } from './rules.ts'
import { configSchema, type FileData, type Schemas } from './schema.ts'
import { warnOfEmptyScopes } from './scopes.ts'

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
  const source = readSource(text, { env, readFile: (path) => readFile(resolve(base, path)), owns: ownFileKeys(schemas) })
  if (source.problems.length) throw new ConfigError(file, source.problems)
  const schema = configSchema(schemas)
  const { data: read, problems } = validated(source, schema, base)
  if (!read || problems.length) throw new ConfigError(file, problems)

  const warnings: string[] = []
  const report: Checks['report'] = (path, found, allowed) => void problems.push(problem(source, path, found, allowed))
  const checks: Checks = {
    targets: inRegions(read.targets as TargetConfig[], report),
    documents: schemas.documents,
    report,
    warn: (path, warning) => void warnings.push(`${pathText(path)}: ${warning}`),
  }
  for (const list of ['targets', 'rings', 'ttls', 'groups', 'receivers'] as const)
    checkUnique(list, read[list] as { name: string }[], checks)
  const rings = ringsOf(read.rings, checks)
  read.ttls.forEach(({ control }, index) => {
    checkControl(['ttls', index, 'control'], control, checks)
  })
  checkEdges(read, checks)
  const groups = groupsOf(read, checks)
  const prices = pricesOf(read.prices, checks)
  checkLogs(checks)
  checkOwners(checks)
  const receivers = receiversOf(read.receivers, Object.keys(schemas.notifiers), checks)
  const autopilot = autopilotOf(read.autopilot, checks)
  const routes = routesOf(read.routes, receivers, checks)
  const known = {
    targets: checks.targets.map(({ name }) => name),
    labels: labelValues(checks.targets),
    rings: read.rings.map(({ name }) => name),
    ttls: read.ttls.map(({ name }) => name),
    rules: Object.keys(schemas.rules),
    settings: read.rules,
  }
  warnOfNeverMatching(routes, receivers, known, checks.warn)
  warnOfEmptyScopes(read.auth, checks.targets, checks.warn)
  const { listen, auth } = listenOf(read, bound, checks)
  const brakes = brakesOf(read, auth, checks)
  if (problems.length) throw new ConfigError(file, problems)

  return {
    file,
    listen,
    url: urlOf(read, listen, auth, checks),
    data: read.data,
    ...(read.state && { state: read.state }),
    replica: read.replica ?? `${hostname()}-${process.pid}`,
    mode: read.mode,
    auth,
    ...(read.series && { series: read.series }),
    ...timesOf(read),
    brakes,
    autopilot,
    targets: checks.targets as TargetConfig[],
    rings,
    ttls: read.ttls.map(({ ttl, followers, ...rest }) => ({ ...rest, ttlMs: ttl, followersExpected: followers })),
    edges: read.edges,
    groups,
    prices,
    receivers,
    routes,
    audit: copiesOf(read.audit),
    heartbeat: read.heartbeat ? { url: read.heartbeat.url, everyMs: read.heartbeat.every } : null,
    grafana: read.grafana ?? null,
    rules: rulesOf(read, source.data, schemas.rules),
    warnings,
    shown: redact([schema], source.written ?? {}),
    fingerprint: fingerprintOf(text, source.written),
  }
}

type Validated = { data: FileData | undefined; problems: ConfigProblem[] }

/** The file held against its schema. */
function validated(source: Source, schema: ReturnType<typeof configSchema>, base: string): Validated {
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
  return { data: parsed.data, problems }
}

/** The labels of all targets, each with the values that it has. */
function labelValues(targets: readonly TargetConfig[]): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const { labels = {} } of targets)
    for (const [name, value] of Object.entries(labels)) values.set(name, [...(values.get(name) ?? []), value])
  return values
}

/** Durations of the file, under the names that count in ms; an absent one leaves the default to whoever uses it. */
const timesOf = ({ poll, learning, retention, watch }: FileData): Pick<Config, 'poll' | 'learningMs' | 'retention' | 'watch'> => ({
  poll: { everyMs: poll.every, timeoutMs: poll.timeout },
  learningMs: learning,
  retention: definedOnly({ rawMs: retention.raw, fineMs: retention.fine, coarseMs: retention.coarse }),
  watch: definedOnly({ watchMs: watch.longest, beforeMs: watch.before, measureMs: watch.measure, slowStartMs: watch.slowStart }),
})

function definedOnly<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Partial<T>
}
