import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { advisors } from '../lib/advisors/registry.ts'
import { detectors } from '../lib/detectors/registry.ts'
import { metricOf } from '../lib/metrics/registry.ts'
import { notifiers } from '../lib/notifiers/registry.ts'
import { actuators } from '../lib/products/actuators.ts'
import { products } from '../lib/products/sources.ts'

const root = normalize(fileURLToPath(new URL('..', import.meta.url)))

/**
 * Who may import whom. A module may name only modules that stand above it, so that no cycle can be written.
 * The registries of lib/products are modules of their own: whoever reaches `actuators` can write to a server.
 */
const MAY_IMPORT: [module: string, modules: string[]][] = [
  ['client', []],
  ['lib/model', []],
  ['lib/math', ['lib/model']],
  ['lib/rings', ['lib/model', 'lib/math']],
  ['lib/format', ['lib/model']],
  ['lib/curves', ['lib/model', 'lib/math', 'lib/format']],
  ['lib/metrics', ['lib/model', 'lib/math']],
  ['lib/lab', ['lib/model', 'lib/format', 'lib/rings']],
  ['lib/predictions', ['lib/model', 'lib/math', 'lib/rings', 'lib/metrics']],
  ['lib/review', ['lib/model', 'lib/math', 'lib/rings', 'lib/format', 'lib/metrics', 'lib/predictions']],
  ['lib/config', ['lib/model', 'lib/format']],
  ['lib/store', ['lib/model', 'lib/math']],
  ['lib/products/replaceFile.ts', ['lib/model']],
  ['lib/products', ['lib/model', 'lib/math', 'lib/rings', 'lib/format', 'lib/products/replaceFile.ts']],
  ['lib/products/sources.ts', ['lib/model', 'lib/products']],
  ['lib/products/actuators.ts', ['lib/model', 'lib/products']],
  ['lib/products/codeWriters.ts', ['lib/model', 'lib/products']],
  ['lib/detectors', ['lib/model', 'lib/math', 'lib/rings', 'lib/curves', 'lib/metrics', 'lib/format']],
  ['lib/advisors', ['lib/model', 'lib/math', 'lib/rings', 'lib/curves', 'lib/metrics', 'lib/format']],
  ['lib/notifiers', ['lib/model', 'lib/format']],
  ['lib/exporters', ['lib/model', 'lib/format']],
  ['lib/engine', ['lib/model', 'lib/math', 'lib/rings', 'lib/format', 'lib/metrics']],
  ['lib/cluster', ['lib/model', 'lib/store', 'lib/engine']],
  ['lib/repository', ['lib/model', 'lib/format']],
  [
    'lib/changes',
    [
      'lib/model',
      'lib/math',
      'lib/format',
      'lib/metrics',
      'lib/predictions',
      'lib/products/actuators.ts',
      'lib/products/codeWriters.ts',
      'lib/repository',
    ],
  ],
  ['lib/warming', ['lib/model', 'lib/math', 'lib/format', 'lib/metrics', 'lib/predictions', 'lib/notifiers', 'lib/repository']],
  ['lib/autopilot', ['lib/model', 'lib/format', 'lib/predictions', 'lib/changes']],
  ['lib/auth', ['lib/model', 'lib/format', 'lib/config']],
  [
    'lib/server',
    [
      'lib/model',
      'lib/math',
      'lib/rings',
      'lib/curves',
      'lib/format',
      'lib/metrics',
      'lib/predictions',
      'lib/review',
      'lib/config',
      'lib/store',
      'lib/products/sources.ts',
      'lib/products/codeWriters.ts',
      // For the configuration file of Evenkeel itself.
      'lib/products/replaceFile.ts',
      'lib/detectors',
      'lib/advisors',
      'lib/notifiers',
      'lib/exporters',
      'lib/repository',
      'lib/engine',
      'lib/cluster',
      'lib/changes',
      'lib/autopilot',
      'lib/warming',
      'lib/auth',
    ],
  ],
  ['components/ui', ['lib/format']],
  ['components', ['lib/model', 'lib/format', 'lib/rings', 'lib/curves', 'lib/metrics', 'lib/lab', 'components/ui']],
  ['app', ['lib/server', 'lib/auth', 'lib/model', 'lib/format', 'components', 'components/ui']],
]

/** Modules that run in the browser too, and the pure rules: they import nothing of Node. */
const NO_NODE = [
  'lib/model',
  'lib/math',
  'lib/rings',
  'lib/curves',
  'lib/format',
  'lib/metrics',
  'lib/lab',
  'lib/predictions',
  'lib/review',
  'lib/detectors',
  'lib/advisors',
  'components',
  'components/ui',
]
/** Free to import any module: they are not part of the server. */
const OUTSIDE = ['demo', 'bench', 'e2e', 'test', 'scripts', 'instrumentation.ts', 'proxy.ts']

const isTest = (path: string) => /\.(test|e2e)\.tsx?$/.test(path)

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'fixtures' ? [] : filesBelow(path)
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [path] : []
  })
}

/** The longest module whose path the file's begins with. */
function moduleOf(path: string): string | null {
  const modules = MAY_IMPORT.map(([module]) => module).filter((module) => path === module || path.startsWith(`${module}/`))
  return modules.sort((a, b) => b.length - a.length)[0] ?? null
}

/** Specifiers of every static, dynamic, type-only and re-exporting import, and of `new URL('./worker.ts', import.meta.url)`. */
function importsOf(text: string): string[] {
  const found = [
    ...text.matchAll(/(?:^|[\n;])\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/(?:^|[\n;])\s*import\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g),
    ...text.matchAll(/\brequire\(\s*['"]([^'"]+)['"]\s*\)/g),
    ...text.matchAll(/new URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g),
  ]
  return found.map((match) => match[1] as string)
}

function resolve(from: string, specifier: string): string | null {
  if (specifier.startsWith('@/')) return normalize(specifier.slice(2))
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier))
  return null
}

const modules = ['client', 'lib', 'components', 'app'].filter((folder) => exists(folder))
const sources = modules.flatMap(filesBelow).filter((path) => !isTest(path))

function exists(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false }) !== undefined
}

function strays(path: string, text: string): string[] {
  const module = moduleOf(path)
  if (!module) return [`${path}: stands in no module of the import table`]
  const allowed = MAY_IMPORT.find(([name]) => name === module)![1]
  return importsOf(text).flatMap((specifier) => {
    const target = resolve(path, specifier)
    if (target === null) {
      if (specifier.startsWith('node:') && NO_NODE.includes(module))
        return [`${path}: ${module} runs in the browser and may not import ${specifier}`]
      if (/recharts|uplot/.test(specifier) && !path.startsWith('components/charts/'))
        return [`${path}: only components/charts imports ${specifier}`]
      return []
    }
    if (OUTSIDE.some((outside) => target === outside || target.startsWith(`${outside}/`))) return [`${path}: may not import ${target}`]
    const targetModule = moduleOf(target)
    if (targetModule === null)
      return target.endsWith('package.json') || target.endsWith('.css') ? [] : [`${path}: imports ${target}, which stands in no module`]
    if (targetModule === module) return siblingStray(path, target)
    return allowed.includes(targetModule) ? [] : [`${path}: ${module} may not import ${targetModule} (${target})`]
  })
}

/** Below lib/products: no product, but what several share, and must not know which. */
const SHARED = ['accessLog', 'code', 'exporters']

/** A product imports its own folder and what is shared; `control` alone may import a sibling's client. */
function siblingStray(path: string, target: string): string[] {
  if (moduleOf(path) !== 'lib/products') return []
  const [own, other] = [path, target].map((file) => relative('lib/products', file).split('/')[0])
  if (own === other || SHARED.includes(other!) || !target.includes('/', 'lib/products/'.length)) return []
  if (own === 'control' && target === 'lib/products/redis/client.ts') return []
  return [`${path}: products may not import one another (${target})`]
}

/** The kind of a product as a string literal, outside imports and comments. `control` is none: its documents are Evenkeel's own. */
const namesOf = (text: string): string[] => {
  const kinds = products.map(({ kind }) => kind).filter((kind) => kind !== 'control')
  const code = text.replace(/^(import|export) .* from .*$|^\s*(\/\*\*|\*|\/\/).*$/gm, '')
  return code.match(new RegExp(`(['"\`])(${kinds.join('|')})\\1`, 'g')) ?? []
}

/** Words of the API that are no kind of target: who computes a ring (`client: 'envoy'` of rendezvous hashing), and whose rule evicts (`policy: 'memcached'`). */
const NAMES_PRODUCTS_AS_WORDS = [
  // Grafana's name of a kind of data source.
  'lib/exporters/grafanaDashboard.ts',
  'lib/model/ring.ts',
  'lib/rings/choices.ts',
  'lib/rings/optionSchemas.ts',
  'lib/rings/algorithms/rendezvous.ts',
  'lib/lab/fields.ts',
  'lib/curves/question.ts',
  // The provider's command line, as a form of code.
  'lib/model/code.ts',
  'lib/model/answers/code.ts',
  'components/code/SnippetTabs.tsx',
]

describe('what a target or a pool can do', () => {
  it('is asked of it, never told by the name of a product', () => {
    const generic = sources.filter((path) => !path.startsWith('lib/products/') && !NAMES_PRODUCTS_AS_WORDS.includes(path))
    expect(generic.length).toBeGreaterThan(300)
    const found = generic.flatMap((path) => namesOf(readFileSync(join(root, path), 'utf8')).map((name) => `${path}: ${name}`))
    expect(found).toEqual([])
  })

  it('would fail on a name', () => {
    expect(namesOf("if (target.kind === 'redis') return null")).toEqual(["'redis'"])
    expect(namesOf("export const kind = 'haproxy'")).toEqual(["'haproxy'"])
    expect(namesOf("import { redis } from 'redis'\n/** As `redis` has it. */\n// 'redis'")).toEqual([])
  })
})

describe('the import table', () => {
  it('names only modules that stand above', () => {
    const seen = new Set<string>()
    for (const [module, allowed] of MAY_IMPORT) {
      for (const name of allowed) if (name !== module) expect(seen, `${module} -> ${name}`).toContain(name)
      seen.add(module)
    }
  })

  it('holds for every import of every file', () => {
    expect(sources.length).toBeGreaterThan(20)
    expect(sources.flatMap((path) => strays(path, readFileSync(join(root, path), 'utf8')))).toEqual([])
  })

  it('sends no schema of an answer to a browser: outside of lib/server they are imported as types', () => {
    const schemas = /(?:^|\n)import\s+(?!type\b)[^'"`;]*?from\s*['"][^'"]*model\/answers\//
    expect(schemas.test("import { poolAnswer } from '@/lib/model/answers/pool.ts'")).toBe(true)
    const others = sources.filter((path) => !path.startsWith('lib/server/'))
    expect(others.filter((path) => schemas.test(readFileSync(join(root, path), 'utf8')))).toEqual([])
  })

  it('loads no page with a schema library: what needs one is imported later, or runs in a worker', () => {
    const first = (path: string) =>
      readFileSync(join(root, path), 'utf8')
        .replace(/^(import|export) type [^'"]*from\s*['"][^'"]+['"]/gm, '')
        .replace(/\bimport\([^)]*\)|new URL\([^)]*\)/g, '')
    const seen = new Map<string, string[]>()
    const walk = (path: string, above: string[]) => {
      if (seen.has(path) || !exists(path)) return
      const trail = [...above, path]
      const found = importsOf(first(path))
      seen.set(path, found.includes('zod') ? trail : [])
      for (const specifier of found) {
        const target = resolve(path, specifier)
        if (target?.endsWith('.ts') || target?.endsWith('.tsx')) walk(target, trail)
      }
    }
    for (const path of sources.filter((path) => path.startsWith('components/') && !path.endsWith('Worker.ts'))) walk(path, [])
    expect(seen.has('lib/rings/placement.ts')).toBe(true)
    expect([...seen.values()].filter((trail) => trail.length > 0).map((trail) => trail.join(' > '))).toEqual([])
  })

  it('fails on a stray import', () => {
    expect(strays('lib/detectors/cache/x.ts', "import { createStore } from '../../store/store.ts'")).toHaveLength(1)
    expect(strays('lib/detectors/cache/x.ts', "import { readFileSync } from 'node:fs'")).toHaveLength(1)
    expect(strays('lib/engine/x.ts', "export { actuators } from '../products/actuators.ts'")).toHaveLength(1)
    expect(strays('lib/products/haproxy/x.ts', "import { connect } from '../redis/client.ts'")).toHaveLength(1)
    expect(strays('lib/server/x.ts', "const a = await import('../products/actuators.ts')")).toHaveLength(1)
    expect(strays('components/pools/x.tsx', "import { LineChart } from 'recharts'")).toHaveLength(1)
    expect(strays('lib/products/control/x.ts', "import { connect } from '../redis/client.ts'")).toEqual([])
    expect(strays('lib/changes/x.ts', "import { actuators } from '../products/actuators.ts'")).toEqual([])
  })

  it('bundles the server once: pages, routes and proxy.ts reach its code by lib/server/once.ts, which imports none of it', () => {
    const eager = (path: string) =>
      readFileSync(join(root, path), 'utf8')
        .replace(/^(import|export) type [^'"]*from\s*['"][^'"]+['"]/gm, '')
        .replace(/\bimport\([^)]*\)/g, '')
    const walk = (path: string, seen: Set<string>): Set<string> => {
      if (seen.has(path) || !exists(path)) return seen
      seen.add(path)
      for (const specifier of importsOf(eager(path))) {
        const target = resolve(path, specifier)
        if (target?.endsWith('.ts') || target?.endsWith('.tsx')) walk(target, seen)
      }
      return seen
    }
    const entries = ['proxy.ts', ...sources.filter((path) => path.startsWith('app/'))]
    const reached = entries.reduce((seen, path) => walk(path, seen), new Set<string>())
    const THIN = ['lib/server/http/problem.ts', 'lib/server/once.ts', 'lib/server/runtime.ts']
    expect([...reached].filter((path) => path.startsWith('lib/server/')).sort()).toEqual(THIN)
    expect([...reached].filter((path) => /^lib\/(store|engine|products|detectors|advisors|config)\//.test(path))).toEqual([])
  })

  it('lets nothing but lib/changes reach an actuator, through however many files', () => {
    const reach = (path: string, seen: Set<string>): Set<string> => {
      if (seen.has(path) || !exists(path)) return seen
      seen.add(path)
      for (const specifier of importsOf(readFileSync(join(root, path), 'utf8'))) {
        const target = resolve(path, specifier)
        if (target) reach(target, seen)
      }
      return seen
    }
    for (const path of sources.filter((file) => /^lib\/(engine|detectors|advisors|notifiers|store|metrics)\//.test(file))) {
      const actuators = [...reach(path, new Set())].filter((file) => /actuators?\.ts$/.test(file))
      expect(actuators, path).toEqual([])
    }
  })

  it('has no import cycle between files', () => {
    const files = [...sources, ...['demo', 'bench', 'e2e', 'scripts'].flatMap(filesBelow).filter((path) => !isTest(path))]
    const done = new Set<string>()
    const circle = (path: string, above: string[]): string[] | null => {
      if (above.includes(path)) return [...above.slice(above.indexOf(path)), path]
      if (done.has(path) || !exists(path)) return null
      // Types alone tie nothing at run time.
      const text = readFileSync(join(root, path), 'utf8').replace(/^(import|export) type [^'"]*from\s*['"][^'"]+['"]/gm, '')
      for (const specifier of importsOf(text)) {
        const target = resolve(path, specifier)
        const found = target && circle(target, [...above, path])
        if (found) return found
      }
      done.add(path)
      return null
    }
    for (const path of files) expect(circle(path, []), path).toBeNull()
  })

  it('keeps default exports out of lib', () => {
    for (const path of sources.filter((file) => file.startsWith('lib/')))
      expect(readFileSync(join(root, path), 'utf8'), path).not.toMatch(/^export default/m)
  })
})

const FILE_LINES_MAX = 250

describe('a file is read from top to bottom', () => {
  it(`has at most ${FILE_LINES_MAX} lines`, () => {
    const linesOf = (path: string) => readFileSync(join(root, path), 'utf8').split('\n').length - 1
    expect(sources.filter((path) => /^(lib|components)\//.test(path) && linesOf(path) > FILE_LINES_MAX)).toEqual([])
  })
})

describe('the unit of a prediction or a guard', () => {
  /** They are measured later: their unit is that of the metric. Evidence may hold a number that was derived of a metric, in another unit. */
  const unitsIn = (text: string) =>
    [...text.matchAll(/metric: '(\w+)',[^{}]*?unit: '(\w+)'/g)].map(([, metric, unit]) => ({ metric: metric!, unit }))

  it('is that of its metric in the registry', () => {
    const advice = sources.filter((path) => path.startsWith('lib/advisors/'))
    const named = advice.flatMap((path) => unitsIn(readFileSync(join(root, path), 'utf8')).map((one) => ({ path, ...one })))
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter(({ metric, unit }) => metricOf(metric).unit !== unit)).toEqual([])
  })
})

describe('the registries', () => {
  const names = (folder: string) => filesBelow(folder).filter((path) => !isTest(path))

  it('hold every detector, under its path', () => {
    const files = names('lib/detectors')
      .filter((path) => path.split('/').length === 4)
      .filter((path) => /^lib\/detectors\/(cache|balancer|ring|fleet)\//.test(path))
      .filter((path) => /export const \w+: Detector</.test(readFileSync(join(root, path), 'utf8')))
      .map((path) => path.replace('lib/detectors/', '').replace('.ts', ''))
    expect(detectors.map((detector) => detector.id).sort()).toEqual(files.sort())
  })

  it('hold every advisor, under its file name', () => {
    const files = names('lib/advisors')
      .filter((path) => /export const \w+: Advisor =/.test(readFileSync(join(root, path), 'utf8')))
      .map((path) => path.replace('lib/advisors/', '').replace('.ts', ''))
    expect(advisors.map((advisor) => advisor.id).sort()).toEqual(files.sort())
  })

  it('lets those remedies act without a person that say why, and no others', () => {
    expect(advisors.filter(({ unattended }) => unattended !== undefined).map(({ id }) => id)).toEqual([
      'pool-weights',
      'weight-return',
      'cache-memory',
      'ttl-length',
    ])
    for (const { id, unattended } of advisors) if (unattended !== undefined) expect(unattended.length, id).toBeGreaterThan(40)
  })

  it('hold every product and actuator, under its folder', () => {
    const folders = readdirSync(join(root, 'lib/products'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .filter((name) => !SHARED.includes(name))
    expect(products.map((product) => product.kind).sort()).toEqual(folders.sort())
    const written = folders.filter((folder) => exists(`lib/products/${folder}/actuator.ts`))
    expect([...new Set(actuators.map((actuator) => actuator.kind))].sort()).toEqual(written.sort())
  })

  it('hold every notifier, under its file name', () => {
    const files = names('lib/notifiers')
      .filter((path) => /export const \w+: Notifier</.test(readFileSync(join(root, path), 'utf8')))
      .map((path) => path.replace('lib/notifiers/', '').replace('.ts', ''))
    expect(notifiers.map((notifier) => notifier.kind).sort()).toEqual(files.sort())
  })

  it('gives every probe a cost, every detector a reason, every answered rule a detector', () => {
    for (const product of products) {
      expect(product.probes.filter((probe) => probe.vital).length, product.kind).toBeLessThanOrEqual(1)
      for (const probe of product.probes) expect(probe.cost.length, `${product.kind}/${probe.id}`).toBeGreaterThan(5)
    }
    const rules = new Set(detectors.map((detector) => detector.id))
    for (const detector of detectors) {
      expect(detector.why.length, detector.id).toBeGreaterThan(40)
      expect(detector.settings.parse({}), detector.id).toMatchObject({ for: expect.any(Number), resolveAfter: expect.any(Number) })
    }
    for (const advisor of advisors) for (const rule of advisor.answers) expect(rules, `${advisor.id} answers ${rule}`).toContain(rule)
  })
})
