import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { durationText } from '../../lib/model/duration.ts'
import type { AnyProduct, SettingKind } from '../../lib/model/product.ts'
import { actuators } from '../../lib/products/actuators.ts'
import { products } from '../../lib/products/sources.ts'
import { root } from '../boot/stamp.mjs'
import { versionSentences } from './versions.ts'

const FROM = '<!-- facts: written by `node scripts/docs/write.ts` from the registry -->'
const TO = '<!-- /facts -->'

/** Products that have a page of their own: control documents are configured elsewhere, and so described. */
export const pages = products.filter(({ kind }) => kind !== 'control').map(({ kind }) => ({ kind, file: `docs/products/${kind}.md` }))

/** The page with its generated part as the registry has it now: probes, settings, rights, recorded versions. */
export function withFacts(text: string, kind: string): string {
  const [before, rest] = text.split(FROM)
  const after = rest?.split(TO)[1]
  if (before === undefined || after === undefined) throw new Error(`docs/products/${kind}.md has lost its marks ${FROM} and ${TO}`)
  return `${before}${FROM}\n${facts(products.find((product) => product.kind === kind)!)}\n${TO}${after}`
}

function facts(product: AnyProduct): string {
  const settings = actuators.find(({ kind }) => kind === product.kind)?.settings ?? []
  return [
    '### Probes',
    '',
    '| probe | at most every | cost to the server |',
    '|---|---|---|',
    ...product.probes.map(
      ({ feature, everyMs, cost, vital }) => `| ${feature}${vital ? ' *' : ''} | ${durationText(everyMs)} | ${cell(cost)} |`,
    ),
    '',
    '\\* When this probe fails, the target is down.',
    '',
    '### Settings',
    '',
    ...(settings.length === 0
      ? ['Nothing is written to this product.']
      : ['| setting | value | how long it lasts | roll-back |', '|---|---|---|---|', ...settings.map(settingRow)]),
    '',
    '### Least rights',
    '',
    '```text',
    product.rights ?? 'none',
    '```',
    '',
    '### Rules',
    '',
    `[Which rules work on ${product.title}](../rules.md#which-rule-works-on-which-product).`,
    '',
    '### Versions it was run against',
    '',
    [...versionSentences(product.kind), recorded(versionsOf(product.kind))].join(' '),
    '',
  ].join('\n')
}

const recorded = (versions: string[]) =>
  versions.length === 0
    ? 'No answer of a real server is kept as a fixture.'
    : `Answers of these versions are kept as fixtures and read in tests: ${versions.join(', ')}.`

const cell = (text: string) => text.replaceAll('|', '\\|')

const settingRow = ({ pattern, value, persistence, reversal, lost, long }: SettingKind): string =>
  `| \`${settingName(pattern)}\`${long ? ' (a job)' : ''} | ${cell(valueWords(value))} | ${cell(persistence)} | ${reversal}${lost ? `; lost: ${cell(lost)}` : ''} |`

/** `^[^/]+\/[^/]+\/weight$` as people write it: `POOL/SERVER/weight`. */
function settingName({ source }: RegExp): string {
  const text = source.replace(/^\^|\$$/g, '').replaceAll('\\/', '/')
  if (text.startsWith('backend/')) return 'backend/NAME/state'
  if (text.startsWith('proxy_cache_valid/')) return 'proxy_cache_valid/STATUS'
  const [, last] = /\/(weight|state|maxconn)$/.exec(text) ?? []
  if (last) return `POOL/SERVER/${last}`
  if (text.startsWith('rule/(')) return 'rule/ID/edge_ttl'
  if (text.startsWith('config/[')) return 'config/PARAMETER'
  return text.startsWith('expiry/') ? 'expiry/SPAN/GLOB' : text
}

/** What the schema of a value allows, in the words of its own error. */
function valueWords(value: SettingKind['value']): string {
  const parsed = value.safeParse('\u0000')
  return (parsed.error?.issues[0]?.message ?? '').replace(/^allowed: /, '')
}

/** The versions that stand in the names of a product's fixtures. */
function versionsOf(kind: string): string[] {
  const folder = join(root, 'lib/products', kind, 'fixtures')
  const names = existsSync(folder) ? readdirSync(folder) : []
  return [...new Set(names.flatMap((name) => /(\d+\.\d+(?:\.\d+)?)/.exec(name)?.[1] ?? []))].sort()
}
