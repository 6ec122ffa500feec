import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../lib/config/parse.ts'
import { durationText } from '../lib/model/duration.ts'
import { ERROR_STATUS } from '../lib/model/error.ts'
import { notifiers } from '../lib/notifiers/registry.ts'
import { schemas } from '../lib/server/schemas.ts'
import { RETENTION } from '../lib/store/archive.ts'
import { root } from '../scripts/boot/stamp.mjs'
import { configuration } from '../scripts/docs/jsonSchema.ts'
import { pages as productPages, withFacts } from '../scripts/docs/product.ts'
import { configurationReference } from '../scripts/docs/reference.ts'
import {
  anchorsOf,
  brokenLinks,
  type Page,
  pages,
  privateWords,
  refusedCalls,
  refusedExamples,
  unknownCalls,
  unknownCommands,
  unknownFlags,
  unknownMetrics,
  unknownOptions,
  unknownRules,
  unnamedOptions,
} from './pages.ts'

const all = pages()
const page = (path: string) => all.find((one) => one.path === path)!
const byPath = all.map(({ path }) => path)

/** Pages whose words in backticks are Evenkeel's options; others speak of the options of other programs too. */
const ABOUT_OPTIONS = byPath.filter((path) =>
  /^docs\/(configuration\.|authentication|getting-started|control-documents|operations|api)/.test(path),
)

describe('the pages for people', () => {
  it.each(byPath)('%s names only what there is', (path) => {
    const it = page(path)
    expect(brokenLinks(it), 'links').toEqual([])
    expect(refusedExamples(it), 'examples of evenkeel.yaml').toEqual([])
    expect(unknownCommands(it), 'npm commands').toEqual([])
    expect(unknownFlags(it), 'flags').toEqual([])
    expect(unknownRules(it), 'rules').toEqual([])
    expect(unknownMetrics(it), 'metrics').toEqual([])
    expect(unknownCalls(it), 'calls of the API').toEqual([])
    expect(refusedCalls(it), 'examples with curl').toEqual([])
    expect(privateWords(it), 'private words').toEqual([])
  })

  it.each(ABOUT_OPTIONS)('%s names only options that the schema has', (path) => {
    expect(unknownOptions(page(path))).toEqual([])
  })
})

describe('the generated pages', () => {
  it('are what `node scripts/docs/write.ts` would write now', () => {
    expect(page('docs/configuration-reference.md').text).toBe(configurationReference())
    for (const { kind, file } of productPages) expect(page(file).text, file).toBe(withFacts(page(file).text, kind))
  })

  it('name every option of the schema', () => {
    expect(unnamedOptions(page('docs/configuration-reference.md'))).toEqual([])
  })

  it('say the defaults that hold', () => {
    const { properties } = configuration()
    const shown = (section: string, key: string) => properties![section]!.properties![key]!['x-default']
    expect(shown('retention', 'raw')).toBe(durationText(RETENTION.rawMs))
    expect(shown('retention', 'fine')).toBe(durationText(RETENTION.fineMs))
    expect(shown('retention', 'coarse')).toBe(durationText(RETENTION.coarseMs))
  })
})

describe('the example of a whole configuration', () => {
  it('is read as the page says', () => {
    const [, whole] = /```yaml\n(listen:[\s\S]*?)```/.exec(page('docs/configuration.md').text) ?? []
    const config = parseConfig(whole!, { HOOK_SECRET: 'x' }, schemas(), {
      file: '/etc/evenkeel.yaml',
      readFile: (path) => (/\.(pem|key)$/.test(path) ? '-----BEGIN CERTIFICATE-----' : 'https://hooks.invalid/secret'),
    })
    expect(config.targets.map(({ kind }) => kind)).toContain('nginx')
    expect(config.retention).toEqual({ rawMs: 3 * 86_400_000, fineMs: 14 * 86_400_000, coarseMs: 400 * 86_400_000 })
  })

  it('shows logins that are accepted without a warning', () => {
    const logins = [...readFileSync(join(root, 'docs/authentication.md'), 'utf8').matchAll(/```yaml\n(url:[\s\S]*?)```/g)]
    expect(logins.length).toBe(4)
    for (const [, text] of logins) {
      const config = parseConfig(text!, {}, schemas(), { file: '/etc/evenkeel.yaml', readFile: () => 'secret' })
      expect(text).toContain(`mode: ${config.auth.mode}`)
      expect(config.warnings).toEqual([])
    }
  })
})

it('the index links every page below docs/', () => {
  const links = [...page('docs/README.md').text.matchAll(/\]\(([^)#]+)\)/g)].map(([, link]) => `docs/${link}`)
  expect(byPath.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md' && !links.includes(path))).toEqual([])
})

it('the page of channels has an example of each, and counts them', () => {
  const { text } = page('docs/channels.md')
  expect(notifiers.map(({ kind }) => kind).filter((kind) => !new RegExp(`^[^#\\n]*\\b${kind}:`, 'm').test(text))).toEqual([])
  expect(notifiers).toHaveLength(15)
  expect(text).toContain('fifteen kinds of channels')
})

it('the API page has every problem code with its status', () => {
  const rows = [...page('docs/api.md').text.matchAll(/^\| (\d{3}) \| (`[^|]+`) \|/gm)]
  const listed = rows.flatMap(([, status, codes]) => [...codes!.matchAll(/`(\w+)`/g)].map(([, code]) => [code, Number(status)]))
  expect(Object.fromEntries(listed)).toEqual(ERROR_STATUS)
})

describe('a check fails on', () => {
  const sample = (text: string): Page => ({ path: 'docs/sample.md', text })
  it.each([
    [brokenLinks, '[a](nowhere.md)', '[a](configuration.md)'],
    [brokenLinks, '# Here\n[a](#there)', '# Here, `now`\n[a](#here-now)'],
    [brokenLinks, '[a](configuration.md#no-such-heading)', '[a](security.md#what-is-protected)'],
    [refusedExamples, '```yaml\nlisten: nowhere\n```', '```yaml\nlisten: 127.0.0.1:3000\n```'],
    [refusedExamples, '```yaml\nmod: tune\n```', '```yaml envoy\nmod: tune\n```'],
    [unknownCommands, '`npm run nothing`', '`npm run doctor`'],
    [unknownFlags, '`npm run audit -- --fil x`', '`npm run audit -- --file x`'],
    [unknownFlags, '`npm start -- --port 1`', '`npm start -- --config FILE`'],
    [unknownRules, '`cache/hit-ratio-high`', '`cache/hit-ratio-low`'],
    [unknownMetrics, '`evenkeel_findings`', '`evenkeel_finding{rule="x"}`'],
    [unknownCalls, '`GET findigns`', '`GET findings`'],
    [unknownCalls, '`DELETE findings`', '`POST persons {"name": "ann"}`'],
    [unknownCalls, 'curl http://127.0.0.1:3000/api/v1/nothing', 'curl "http://127.0.0.1:3000/api/v1/findings?state=firing"'],
    [refusedCalls, '```bash\ncurl "$E/api/v1/findings?state=burning"\n```', '```bash\ncurl "$E/api/v1/findings?state=firing"\n```'],
    [
      refusedCalls,
      '```bash\ncurl --json \'{"because": "x"}\' "$E/api/v1/changes"\n```',
      '```bash\ncurl -X POST "$E/api/v1/changes/ID/keep"\n```',
    ],
    [unknownOptions, '`watch.slowStrat`', '`watch.slowStart`'],
    [unknownOptions, '`monitr: never`', '`monitor: never`'],
    [unknownOptions, '`caa_file`', '`ca_file`'],
    [unnamedOptions, 'nothing at all', page('docs/configuration-reference.md').text],
    [privateWords, 'the house has a door', 'there is room for it in the warehouse'],
  ] as const)('%# %o: %s, and passes %s', (check, bad, good) => {
    expect(check(sample(bad)).length).toBeGreaterThan(0)
    expect(check(sample(good))).toEqual([])
  })

  it('counts headings of the same name', () => {
    expect([...anchorsOf('# A b\n## A b\n```\n# no\n```\n### `x`, [y](z.md)')]).toEqual(['a-b', 'a-b-1', 'x-y'])
  })
})
