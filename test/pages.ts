import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { parseConfig } from '../lib/config/parse.ts'
import { detectors } from '../lib/detectors/registry.ts'
import { operations } from '../lib/server/http/operations.ts'
import { schemas } from '../lib/server/schemas.ts'
import { root } from '../scripts/boot/stamp.mjs'
import { configuration, type JsonSchema, mappingsOf } from '../scripts/docs/jsonSchema.ts'

/** A Markdown page for people: its path from the root, and its text. */
export type Page = { path: string; text: string }

/** Every page that the checks read: those at the root, the reference follower's, and all below docs/. */
export const pages = (): Page[] =>
  [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'SECURITY.md',
    'client/README.md',
    ...readdirSync(join(root, 'docs'), { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.md'))
      .map((file) => join('docs', file))
      .sort(),
  ].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '')

/** The anchors that GitHub makes of a page's headings. */
export function anchorsOf(text: string): Set<string> {
  const seen = new Map<string, number>()
  const headings = [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading!
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
  return new Set(
    headings.map((slug) => {
      const times = seen.get(slug) ?? 0
      seen.set(slug, times + 1)
      return times === 0 ? slug : `${slug}-${times}`
    }),
  )
}

/** Relative links whose file or anchor is not there. */
export function brokenLinks({ path, text }: Page): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, link]) => link!,
  )
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file, anchor] = link.split('#')
      const target = file ? normalize(join(dirname(path), file)) : path
      if (target !== path && !existsSync(join(root, target))) return true
      if (!anchor) return false
      return !anchorsOf(target === path ? text : readFileSync(join(root, target), 'utf8')).has(anchor)
    })
}

/** Code blocks of a language; what stands after the language, as in "yaml envoy", tells whose text it is. */
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(/^( *)```(\S*)([^\n]*)\n([\s\S]*?)^\1```/gm)].flatMap(([, indent, found, whose, body]) =>
    found === language && whose!.trim() === '' ? [body!.replaceAll(new RegExp(`^${indent}`, 'gm'), '')] : [],
  )

/** Examples of evenkeel.yaml that the real parser refuses, each with its reason. */
export function refusedExamples({ text }: Page): string[] {
  return blocks(text, 'yaml').flatMap((example) => {
    try {
      parseConfig(example, { HOOK_SECRET: 'x', NAME: 'x' }, schemas(), {
        file: '/etc/evenkeel/evenkeel.yaml',
        readFile: (path) => (/\.(pem|key)$/.test(path) ? '-----BEGIN CERTIFICATE-----' : 'https://hooks.invalid/secret'),
      })
      return []
    } catch (error) {
      return [`${(error as Error).message}\nin\n${example}`]
    }
  })
}

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

/** Commands of npm that package.json does not have. */
export const unknownCommands = ({ text }: Page): string[] =>
  [...text.matchAll(/npm run ([\w:-]+)|npm (start|test)\b/g)].map(([, run, own]) => run ?? own!).filter((name) => !scripts[name])

/** The file that reads a command's arguments. */
const MAIN: Record<string, string> = {
  start: 'scripts/arguments.ts',
  dev: 'scripts/dev.ts',
  demo: 'demo/main.ts',
  doctor: 'scripts/doctor.ts',
  audit: 'scripts/audit.ts',
  move: 'scripts/move.ts',
  backup: 'scripts/backup.ts',
  restore: 'scripts/restore.ts',
  capture: 'scripts/capture.ts',
  bench: 'bench/detection/record/record.ts',
}

/** Flags of commands that their `parseArgs` does not know: `npm run audit -- --file FILE`. */
export const unknownFlags = ({ text }: Page): string[] =>
  [...text.matchAll(/npm (?:run )?([\w:-]+) -- ([^`\n]*)/g)].flatMap(([, command, args]) => {
    const file = MAIN[command!]
    const known = file ? (/options: \{(.*)\} \}/s.exec(readFileSync(join(root, file), 'utf8'))?.[1] ?? '') : ''
    return [...args!.matchAll(/--([a-z-]+)/g)]
      .map(([, flag]) => flag!)
      .filter((flag) => !new RegExp(`\\b${flag}:`).test(known))
      .map((flag) => `${command} --${flag}`)
  })

const ruleIds = new Set(detectors.map(({ id }) => id))

/** Ids of rules that no detector has. */
export const unknownRules = ({ text }: Page): string[] =>
  [...text.matchAll(/`((?:cache|balancer|ring|fleet)\/[a-z][a-z-]*)`/g)].map(([, id]) => id!).filter((id) => !ruleIds.has(id))

const AT_ROOT = ['/healthz', '/readyz', '/metrics', '/v3/discovery:endpoints']
/** Prometheus's own interface has the same prefix. */
const OF_PROMETHEUS = ['query', 'query_range', 'status/buildinfo']
const patterns = operations.map(({ method, path }) => ({
  method,
  path: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}))

/** Calls of the API that the OpenAPI document does not have: `GET findings/{id}`, `POST persons`, `http://…/api/v1/targets`. */
export function unknownCalls({ text }: Page): string[] {
  const named = [...text.matchAll(/`(GET|POST|PATCH|DELETE) (\/?[^\s`]+)/g)].map(([, method, path]) => ({ method, path: path! }))
  const urls = [...text.matchAll(/\/api\/v1\/([^\s`"'?)]*[^\s`"'?).,:;])/g)].map(([, path]) => ({ method: undefined, path: path! }))
  return [...named, ...urls]
    .map(({ method, path }) => ({ method, path: path.replace(/[?#].*$/, '').replace(/^\/api\/v1\//, '') }))
    .filter(({ path }) => ![...AT_ROOT, ...OF_PROMETHEUS].includes(path) && !path.startsWith('/') && !path.includes('%'))
    .filter(({ method, path }) => !patterns.some((known) => known.path.test(path) && (method === undefined || known.method === method)))
    .map(({ method, path }) => `${method ?? '/api/v1/'} ${path}`)
}

/** Calls with curl whose query or body the call's own schema refuses, or which go nowhere. ID, $RUN and NAME stand for ids and names; of the shell's substitutions `date` is done. */
export const refusedCalls = ({ text }: Page): string[] =>
  blocks(text, 'bash')
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith('curl ') && line.includes('/api/v1/'))
    .map((line) => line.replace(/'"\$\(date [^)]*\)"'|\$\(date [^)]*\)/g, `${Date.now()}`))
    .map((line) => line.replaceAll('$RUN', 'ID'))
    .flatMap((line) => {
      const [, url = ''] = /(\/api\/v1\/[^"'\s]+)/.exec(line) ?? []
      const [, json] = /--json '([^']*)'/.exec(line) ?? []
      const { pathname, searchParams } = new URL(url, 'http://localhost')
      const sends = json !== undefined || line.includes('--data-binary')
      const method = /-X (\w+)/.exec(line)?.[1] ?? (sends ? 'POST' : 'GET')
      const path = pathname.replace('/api/v1/', '')
      const call = operations.find((one, index) => one.method === method && patterns[index]!.path.test(path))
      if (!call) return [`${line}: no such call`]
      const query = call.query?.safeParse(Object.fromEntries(searchParams))
      const body = json === undefined ? undefined : call.body?.safeParse(JSON.parse(json))
      return [query, body].flatMap((parsed) => (parsed && !parsed.success ? [`${line}: ${parsed.error.message}`] : []))
    })

/** Every key of a schema as a dotted path: `watch.slowStart`, `targets.url`. Lists and mappings of names add no step. */
function optionPaths(schema: JsonSchema, path: string[] = []): string[] {
  const inner = schema.items ?? (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined)
  const own = mappingsOf(schema).flatMap(({ properties = {} }) =>
    Object.entries(properties).flatMap(([key, below]) => [[...path, key].join('.'), ...optionPaths(below, [...path, key])]),
  )
  return [...new Set([...own, ...(inner ? optionPaths(inner, path) : [])])]
}

const root_ = configuration()
const options = new Set(optionPaths(root_))
const sections = Object.keys(root_.properties ?? {})
/** A finding's labels stand in `match` as keys of one's own. */
const keys = new Set([...[...options].map((path) => path.split('.').at(-1)!), 'severity'])

/** Options named in backticks that no schema has: `watch.slowStrat`, `auth: {…}`, `ca_file`. */
export function unknownOptions({ text }: Page): string[] {
  const named = [...withoutCode(text).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!)
  return named.filter((code) => {
    const dotted = /^([a-z][a-zA-Z]*)((?:(?:\[\])?\.[a-zA-Z_]+)+)$/.exec(code)
    if (dotted && sections.includes(dotted[1]!)) return !options.has(code.replaceAll('[]', ''))
    const [, fileKey] = /^([a-z][a-zA-Z_]*)_file$/.exec(code) ?? []
    if (fileKey) return !keys.has(fileKey)
    const [, key] = /^([a-z][a-zA-Z_]*): \S/.exec(code) ?? []
    return key !== undefined && !keys.has(key.replace(/_file$/, ''))
  })
}

/** Options of the schema that a page does not name in backticks. */
export function unnamedOptions({ text }: Page): string[] {
  const named = new Set([...text.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!.replaceAll('[]', '').replaceAll('.*', '')))
  return [...options].filter((path) => {
    const rule = /^rules\.([a-z]+\/[a-z-]+)(?:\.(.+))?$/.exec(path)
    return !named.has(rule ? (rule[2] ?? rule[1]!) : path)
  })
}

const METRICS = readFileSync(join(root, 'lib/server/health/exposition.ts'), 'utf8')

/** Metrics of Evenkeel itself that `/metrics` does not have. */
export const unknownMetrics = ({ text }: Page): string[] =>
  [...text.matchAll(/`(evenkeel_[a-z_]+)/g)].map(([, name]) => name!).filter((name) => !METRICS.includes(`'${name}'`))

/** Words of a private vocabulary, which a stranger would have to learn; each with what the field says. */
const PRIVATE = [
  /\b(the )?house\b/i,
  /\bdoors?\b/i,
  /\bhands\b/i,
  /\bknobs?\b/i,
  /\bshelf|shelves\b/i,
  /\brooms?\b/i,
  /\bevenkeel room/i,
  /\bparcels?\b/i,
]
const ALLOWED = [
  /house-keeping/i,
  /\broom (?:again|for|kept|of its own|left)\b/i,
  /(?:there is|needs no|no|some|free|makes|make|free) room/i,
  /house rules/i,
  /\brooms? of Matrix\b/,
  /\bmatrix\.room\b|\broom: "!/,
]

/** Lines that hold a private word. */
export const privateWords = ({ text }: Page): string[] =>
  text.split('\n').filter((line) => {
    const plain = ALLOWED.reduce((rest, allowed) => rest.replaceAll(new RegExp(allowed, 'gi'), ''), line)
    return PRIVATE.some((word) => word.test(plain))
  })
