import { z } from 'zod'
import { DURATION_WORDS, durationMs } from '../model/durationInput.ts'
import { path } from '../model/marks.ts'

const MINUTE_MS = 60_000
const [ARRIVES_LEAST_MS, ARRIVES_MOST_MS] = [MINUTE_MS, 30 * 24 * 60 * MINUTE_MS]
const [COMMAND_LEAST_MS, COMMAND_MOST_MS] = [1_000, 5 * MINUTE_MS]

const duration = (minMs: number, maxMs: number, outside: string) =>
  z.union([z.string(), z.number()], { error: DURATION_WORDS }).transform(durationMs({ minMs, maxMs, outside }))

/** Within the checkout, and no option of git's. */
const file = z
  .string()
  .regex(/^[^\p{Cc}/-][^\p{Cc}]*$/u, { error: 'a file of the checkout, relative to its folder' })
  .refine((text) => text.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git'), {
    error: 'a file within the checkout: without "..", "." and ".git"',
  })

/** What `git check-ref-format` takes, without the characters that a shell or a reader stumbles over. */
const branch = (words: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_][\w./-]{0,199}$/, { error: words })
    .refine((text) => !/\.\.|\/\/|\.lock(\/|$)|\/\.|\.$/.test(text), { error: words })

const key = z
  .union([z.string().min(1), z.array(z.union([z.string().min(1), z.int().min(0)])).min(1)])
  .transform((value) => (typeof value === 'string' ? value.split('.') : value))

const entry = z.union([
  file.transform((one): { file: string; keys?: Record<string, (string | number)[]> } => ({ file: one })),
  z.strictObject({
    file: file.describe('A YAML or JSON file, relative to `path`'),
    keys: z
      .record(z.string().min(1), key)
      .describe(
        'Name of a setting to the key that holds it: `redis.maxmemory`, or a list where a part of it has a dot or is a place in a list',
      ),
  }),
])

/** The keys `owner` and `repository` of every target. */
export const ownerKeys = {
  owner: z.enum(['server', 'file']).optional().meta({
    'x-default': 'server',
    description:
      'Who owns its settings. `server`: a change is written to the server. `file`: a change becomes a branch and a commit in `repository`, and its watch begins when the value has arrived at the server',
  }),
  repository: z
    .strictObject({
      path: path('the folder of a git checkout').describe(
        'The checkout, or a folder in it. Evenkeel makes branches and commits there; it never touches the working tree, the index or the branch that is checked out',
      ),
      files: z
        .array(entry)
        .min(1)
        .max(200)
        .describe(
          "The files in which the settings stand, relative to `path`: the server's own configuration as a text (`haproxy.cfg`), a YAML or JSON file as `{ file, keys }`",
        ),
      base: branch('the name of a branch')
        .optional()
        .describe('The branch that is deployed, from which new branches start. Default: the one that is checked out'),
      prefix: branch('the beginning of the name of a branch').default('evenkeel/').describe('How the names of new branches begin'),
      author: z
        .string()
        .regex(/^[^\p{Cc}<>]*[^\p{Cc}<>\s][^\p{Cc}<>]*<[^\p{Cc}<>\s]+>$/u, { error: 'NAME <ADDRESS>' })
        .default('Evenkeel <evenkeel@localhost>')
        .transform((text) => ({ name: text.slice(0, text.lastIndexOf('<')).trim(), email: text.slice(text.lastIndexOf('<') + 1, -1) }))
        .describe('Author and committer of the commits, `NAME <ADDRESS>`'),
      arrives: duration(ARRIVES_LEAST_MS, ARRIVES_MOST_MS, 'a duration from 1m to 30d')
        .prefault('24h')
        .meta({
          'x-range-ms': [ARRIVES_LEAST_MS, ARRIVES_MOST_MS],
          description: 'How long after the commit its value is waited for at the server',
        }),
      pullRequest: z
        .strictObject({
          command: z
            .array(z.string().min(1))
            .min(1)
            .describe(
              'The command, as a list of words (no shell). In each word `{branch}`, `{base}`, `{commit}`, `{title}` and `{body}` are replaced; it runs in `path`',
            ),
          timeout: duration(COMMAND_LEAST_MS, COMMAND_MOST_MS, 'a duration from 1s to 5m')
            .prefault('60s')
            .meta({ 'x-range-ms': [COMMAND_LEAST_MS, COMMAND_MOST_MS], description: 'How long it may take; then it is killed' }),
          environment: z
            .array(z.string().regex(/^[A-Za-z_]\w*$/, { error: 'the name of a variable' }))
            .max(50)
            .default([])
            .describe(
              'Names of variables of Evenkeel that it gets besides `PATH` and `HOME`, such as `GH_TOKEN`. Their values are left out of the output that is shown',
            ),
        })
        .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
        .optional()
        .describe('A command that pushes the branch and opens a pull request, run after each commit'),
    })
    .transform(({ arrives, ...rest }) => ({ ...rest, arrivesMs: arrives }))
    .optional()
    .describe('A git checkout in which the settings of this target are kept: proposals are shown as patches of its files'),
}
