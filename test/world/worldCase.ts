import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** Text in which `{{100000+95/s}}` stands for a counter: 100,000 at the start, 95 more each second; `{{NOW}}` is the date in seconds. */
const text = z.string()

const server = z.looseObject({})
const pool = z.looseObject({ servers: z.record(z.string(), server).optional() })

/** What the case must come to. Only what is named is compared, but of `pools`, `servers`, `members` and `findings` the list is the whole. */
const expectation = z.strictObject({
  /** Why that is right, where the input alone does not say so. */
  because: z.string().optional(),
  state: z.enum(['up', 'down', 'unknown']).optional(),
  version: z.string().optional(),
  role: z.string().optional(),
  /** By pool, then by server: the fields of the topology. */
  pools: z.record(z.string(), pool).optional(),
  /** Targets that were discovered: patterns of their names. */
  members: z.array(z.string()).optional(),
  /** `metric{label=value}` → its newest value, of a `…_total` its rate a second; `[least, most]`; null: there is no such series. */
  series: z.record(z.string(), z.union([z.number(), z.tuple([z.number(), z.number()]), z.null()])).optional(),
  /** By feature: whether it is there, or a pattern of the sentence that says why not. */
  capabilities: z.record(z.string(), z.union([z.boolean(), z.string()])).optional(),
  /** Patterns; each is in some sentence that the pages show: errors, capabilities, probes, what a pool says of itself, findings. */
  says: z.array(z.string()).optional(),
  /** Patterns that none of those sentences may hold. */
  neverSays: z.array(z.string()).optional(),
  /** Every rule that fires at any time. */
  findings: z.array(z.string()).optional(),
})

/** One input from the world: what a server and its files say, and the reading that is right. */
export const caseShape = z.strictObject({
  /** Where it was seen: a public thread, or the server and version that it was captured from. */
  source: z.string().min(3),
  about: z.string().min(10),
  kind: z.string(),
  /** Simulated seconds that it is watched for. */
  seconds: z.number().int().positive().max(900).default(120),
  /** The target's configuration but `kind` and `name`. `{http}`, `{tcp}`, `{socket}` and `{file NAME}` are filled in. */
  config: z.record(z.string(), z.unknown()),
  /** By file name. */
  files: z.record(z.string(), text).default({}),
  /** By path and query (HTTP), by command (a text protocol, Redis). `*` answers everything else. */
  answers: z.record(z.string(), text).default({}),
  /** Lines that an access log gets each second; the name of the file is that of `{file NAME}`. */
  log: z.strictObject({ file: z.string(), lines: z.array(text).min(1) }).optional(),
  /** An exporter's page, as Prometheus scraped it each 5 s under these labels. */
  scraped: z.array(z.strictObject({ labels: z.record(z.string(), z.string()), metrics: text })).optional(),
  expect: expectation,
})
export type WorldCase = z.infer<typeof caseShape> & { name: string }

/** Every case below this folder, by `PRODUCT/NAME`. Throws what is wrong with a file, by its name. */
export function worldCases(): WorldCase[] {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .sort()
    .map((path) => {
      const parsed = caseShape.safeParse(parse(readFileSync(join(import.meta.dirname, path), 'utf8')))
      if (!parsed.success) throw new Error(`test/world/${path}: ${z.prettifyError(parsed.error)}`)
      return { ...parsed.data, name: path.replace(/\.yaml$/, '') }
    })
}

/** When the simulated run begins: 5 January 2026, noon UTC, epoch ms. */
export const START = Date.UTC(2026, 0, 5, 12)

/** The text after so many seconds. */
export const at = (seconds: number, template: string): string =>
  template
    .replaceAll('{{NOW}}', String(Math.round(START / 1000 + seconds)))
    .replace(/\{\{(-?[\d.]+)([+-][\d.]+)\/s\}\}/g, (_, base: string, rate: string) =>
      String(Math.round(Number(base) + Number(rate) * seconds)),
    )
