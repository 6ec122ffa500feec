// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables like this.
import { expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { randomOf } from '../../test/random.ts'
import { schemas } from '../server/schemas.ts'
import { ConfigError } from './error.ts'
import { parseConfig } from './parse.ts'

const RUNS = process.env.EVENKEEL_LONG ? 5_000 : 100
vi.setConfig({ testTimeout: 300_000 })
const all = schemas()
const env = {
  NAME: 'a',
  EMPTY: '',
  LINES: 'a\nb: *c\n',
  QUOTES: `"'\`#: {[`,
  JSON: '{"a":[1]}',
  LONG: 'x'.repeat(100_000),
  BYTES: '\ufffd\0',
}
const readFile = (path: string) => {
  if (path.endsWith('gone')) throw Object.assign(new Error('gone'), { code: 'ENOENT' })
  return 'sesame-file'
}
/** What parseConfig says of the text: null when it takes it. Throws whatever is no ConfigError. */
function refusal(text: string): string | null {
  try {
    parseConfig(text, env, all, { file: '/etc/evenkeel.yaml', readFile })
    return null
  } catch (error) {
    if (error instanceof ConfigError && error.exitCode === 2 && error.problems.length > 0) return error.message
    throw new Error(`${JSON.stringify(text.slice(0, 300))}: ${(error as Error).stack}`)
  }
}

const whole = `
listen: 127.0.0.1:3000
mode: tune
auth: { mode: oidc, issuer: "https://login.example", client_id: evenkeel, client_secret: sesame-oidc, roles: { viewer: ["*"] } }
poll: { every: 1s, timeout: 900ms }
targets:
  - { kind: redis, name: a, url: "redis://:sesame-url@h:1?x=sesame-query", password: sesame-password, role: store }
  - { kind: redis, name: b, url: "rediss://h", password_file: secret, cert: "-----BEGIN A", key: "-----BEGIN sesame-key" }
  - { kind: redis, name: c, sentinel: { master: m, nodes: ["h:1"], password: sesame-sentinel } }
  - { kind: haproxy, name: d, socket: "tcp://h:1", stats: "http://u:sesame-stats@h/?x=sesame-stats" }
  - { kind: prometheus, name: e, url: "http://h", bearer: sesame-bearer }
rings: [{ name: r, nodes: [{ target: a }], control: { target: a, key: k } }]
ttls: [{ name: t, match: "*", ttl: 10m, control: { target: a, key: k } }]
edges: [{ from: "ring:r", to: clients }]
receivers:
  - { name: hook, webhook: { url: "https://h/sesame-path", secret: sesame-hook, headers: { X-Api-Key: sesame-header } } }
  - { name: chat, slack: { url: "https://h/sesame-slack" } }
routes: [{ match: { severity: critical }, to: [hook], wait: 1s }]
rules: { cache/hit-ratio-drop: { drop: 0.1, for: 10s } }
`

test('whatever the text becomes, it is taken or refused with words', () => {
  const random = randomOf(7)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const TOKENS = [
    '*a',
    '&a ',
    '!',
    '!!set ',
    '[',
    ']',
    '{',
    '}',
    ': ',
    ', ',
    '\n',
    '- ',
    '? ',
    '|',
    '>',
    '"',
    "'",
    '#',
    '<<',
    '%YAML 1.1',
    '---',
    '\t',
    '\0',
    '\ufeff',
    '${NAME}',
  ]
  TOKENS.push(
    ...Object.keys(env).map((name) => `"\${${name}}"`),
    '__proto__: ',
    'constructor',
    '_file: ',
    '.inf',
    '-0',
    '1e999',
    '~',
    '0x',
    '\ud800',
  )
  expect(refusal(whole)).toBeNull()
  let refused = 0
  for (let run = 0; run < RUNS; run++) {
    let text = whole
    for (let edits = Math.ceil(random() * 4); edits > 0; edits--) {
      const at = Math.floor(random() * text.length)
      text = text.slice(0, at) + (random() < 0.7 ? pick(TOKENS) : '') + text.slice(at + Math.floor(random() ** 3 * 40))
    }
    if (refusal(text) !== null) refused++
  }
  expect(refused).toBeGreaterThan(RUNS / 2)
})

test('whatever one value becomes, the words hold none of the secrets', () => {
  const random = randomOf(11)
  const VALUES: unknown[] = [
    null,
    true,
    0,
    -1,
    Number.POSITIVE_INFINITY,
    '',
    'x',
    '${NAME}',
    '${LINES}',
    '${JSON}',
    '${LONG}',
    '${QUOTES}',
    '${NOBODY}',
    [],
    {},
    [[]],
    { a: 1 },
    'y'.repeat(10_000),
  ]
  for (let run = 0; run < RUNS; run++) {
    const tree = parse(whole) as Record<string, unknown>
    const places: [object, string][] = []
    const collect = (at: unknown) => {
      if (!at || typeof at !== 'object') return
      for (const [key, value] of Object.entries(at)) {
        places.push([at, key])
        collect(value)
      }
    }
    collect(tree)
    const [holder, key] = places[Math.floor(random() * places.length)]! as [Record<string, unknown>, string]
    const before = holder[key]
    const kind = random()
    if (kind < 0.6) holder[key] = VALUES[Math.floor(random() * VALUES.length)]
    else if (kind < 0.7) holder[key] = [before]
    else if (kind < 0.8) holder[key] = { deep: before }
    else if (kind < 0.9 && !Array.isArray(holder)) holder[`${key}x`] = before
    else if (before && typeof before === 'object') Object.assign(holder, before)
    const words = refusal(stringify(tree))
    expect(words ?? '', `${key}: ${JSON.stringify(holder[key])}`).not.toContain('sesame')
  }
})
