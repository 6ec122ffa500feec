import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { EvenkeelError } from '../../../lib/model/error.ts'
import type { AnyProduct, TargetConfig } from '../../../lib/model/product.ts'
import { reading } from '../../../scripts/reading.ts'
import { caseShape, type WorldCase } from '../worldCase.ts'
import { Answers } from './answers.ts'
import { endpointsOf, KEPT, secretsOf, type TargetFields } from './endpoints.ts'
import { expectationOf, type Look } from './expectation.ts'
import { namedFiles } from './namedFiles.ts'
import { Replacing } from './replacing.ts'

/** How long a case runs, simulated. */
const SECONDS = 60
const PROBE_MS = 5_000
/** These look at keys, one by one: a case holds no keys. */
const PROBES_OF_KEYS = ['ttl', 'keys', 'largest', 'monitor', 'watch', 'lfu']

/** A case of a live server, what was replaced in it, and what was left out. */
export type Captured = { written: Omit<WorldCase, 'name'>; replaced: string[]; left: string[] }

/**
 * Reads a live server twice through recording proxies, so many seconds apart, and makes a case of what came over the wire: counters that grew
 * go on at their rate. `fields` is the target's configuration. Throws `unreachable` where the server cannot be read.
 */
export async function captureCase(product: AnyProduct, fields: TargetFields, seconds: number): Promise<Captured> {
  const { kind } = product
  const answers = new Answers(kind)
  const endpoints = endpointsOf(kind, fields)
  const now = () => Date.now() / 1_000
  await using relays = new AsyncDisposableStack()
  const relayed: TargetFields = { ...fields }
  for (const [field, endpoint] of endpoints) {
    const relay = relays.use(await endpoint.open((asked, answer) => answers.hear(asked, answer, now())))
    relayed[field] = endpoint.relayed(relay.host)
  }
  // The log is not recorded, and no file is written.
  for (const field of ['accessLog', 'ca', 'cert', 'key']) delete relayed[field]
  const link = product.open(product.config.parse(relayed) as TargetConfig)
  try {
    const first = await look(product, link, now)
    await sleep(seconds * 1_000)
    const second = await look(product, link, now)
    return caseOf(product, fields, answers, expectationOf(first, second))
  } finally {
    await product.close(link)
  }
}

/** Each probe once. One that is not to be had here costs nothing; one that fails and is vital ends it. */
async function look(product: AnyProduct, link: unknown, now: () => number): Promise<Map<string, Look>> {
  const looks = new Map<string, Look>()
  for (const probe of product.probes.filter(({ id }) => !PROBES_OF_KEYS.includes(id))) {
    const result = await reading(product, probe, link, PROBE_MS)
    if (result.state === 'ok') looks.set(probe.id, { parsed: result.parsed, at: now() })
    else if (probe.vital) throw new EvenkeelError('unreachable', `${probe.feature}: ${result.because}`)
  }
  return looks
}

function caseOf(product: AnyProduct, fields: TargetFields, answers: Answers, expected: WorldCase['expect']): Captured {
  const { kind, title } = product
  const endpoints = endpointsOf(kind, fields)
  const { files, fields: places } = namedFiles(kind, fields)
  const addresses = Object.fromEntries([...endpoints].map(([field, { played }]) => [field, played]))
  const kept = Object.fromEntries(KEPT.filter((field) => fields[field] !== undefined).map((field) => [field, fields[field]]))
  const raw = { config: { ...addresses, ...places, ...kept }, files, answers: answers.templates(), expect: expected }
  const replacing = new Replacing()
  const texts: string[] = []
  mapTexts(raw, (text) => {
    texts.push(text)
    return text
  })
  const hosts = [hostname(), ...[...endpoints.values()].flatMap(({ host }) => host ?? [])]
  replacing.learn(texts, { secrets: secretsOf(kind, fields), hosts: hosts.filter((host) => host !== 'localhost') })
  const replaced = mapTexts(raw, (text) => replacing.apply(text)) as typeof raw
  const written = caseShape.parse({
    source: `${title} ${expected.version ?? ''}, captured`.replace(' ,', ','),
    about: 'Captured from a live server: say here what is read wrongly',
    kind,
    seconds: SECONDS,
    ...replaced,
  })
  return { written, replaced: replacing.summary(), left: answers.left() }
}

/** The value with every text in it exchanged, names of fields too. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]))
}
