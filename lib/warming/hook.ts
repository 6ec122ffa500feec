import type { KeyItem, WarmSettings } from '../model/warming.ts'
import { again, refused } from '../notifiers/outcome.ts'
import { send } from '../notifiers/send.ts'
import { signed } from '../notifiers/signature.ts'
import { runCommand } from '../repository/command.ts'
import { type Said, saidOf } from './said.ts'

/** One call of a hook: a batch of keys, the hottest first. `id`: the same at each try, also after a crash. */
export type Batch = {
  id: string
  run: string
  target: string
  rule: string | null
  number: number
  from: number
  of: number
  keys: readonly KeyItem[]
}

/** `absent`: no try can help. */
export type HookOutcome = { taken: boolean; retry: boolean; answer: string; waitMs?: number; absent?: true; said?: Said }

export type Hook = (batch: Batch, options: { at: number; signal: AbortSignal }) => Promise<HookOutcome>

/** The exit status by which a program asks to be called again: EX_TEMPFAIL of sysexits.h. */
const TRY_AGAIN = 75
const OUTPUT_MAX = 16_384

/** The hook that the configuration names. Keys stand in the body or on the standard input alone, never in an address, an argument or a shell. */
export function hookOf(settings: WarmSettings): Hook {
  const { http, command } = settings
  if (http) return (batch, options) => post(http, batch, { ...options, signal: within(settings, options.signal) })
  return (batch, { signal }) => run(command!, settings, batch, signal)
}

const within = ({ timeoutMs }: WarmSettings, signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])

const bodyOf = ({ id: _, ...body }: Batch) => JSON.stringify({ version: 1, ...body })

async function post(
  { url, headers, secret }: NonNullable<WarmSettings['http']>,
  batch: Batch,
  options: { at: number; signal: AbortSignal },
): Promise<HookOutcome> {
  const body = bodyOf(batch)
  let said: Said | undefined
  const told = (answer: unknown) => {
    said = saidOf(answer)
  }
  const { delivered, ...rest } = await send(
    { url, headers: { ...headers, 'idempotency-key': batch.id, ...signed(secret, body) }, body, told },
    options,
  )
  return { taken: delivered, ...rest, ...(delivered && said && { said }) }
}

async function run(command: string[], { environment, timeoutMs }: WarmSettings, batch: Batch, signal: AbortSignal): Promise<HookOutcome> {
  const given = Object.fromEntries(environment.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
  const { code, stdout, why } = await runCommand(command, {
    cwd: '/',
    env: {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: process.env.HOME ?? '/nonexistent',
      ...given,
      EVENKEEL_IDEMPOTENCY_KEY: batch.id,
    },
    timeoutMs,
    input: `${bodyOf(batch)}\n`,
    outputMax: OUTPUT_MAX,
    signal,
  })
  const outcome = ({ retry, answer }: { retry: boolean; answer: string }) => ({ taken: false, retry, answer })
  if (why === 'absent') return { ...outcome(refused('the program is not there, or Evenkeel may not run it')), absent: true }
  if (why === 'timeout') return outcome(again(`no end in time: killed after ${timeoutMs / 1_000} s`))
  if (why === 'aborted') return outcome(again('stopped'))
  if (why === 'large') return outcome(refused(`more than ${OUTPUT_MAX / 1_024} KiB of output: killed`))
  if (code === 0) return { taken: true, retry: false, answer: 'exit status 0', said: saidOf(jsonIn(stdout)) }
  if (code === null) return outcome(again('ended by a signal'))
  return outcome(code === TRY_AGAIN ? again(`exit status ${code}`) : refused(`exit status ${code}`))
}

function jsonIn(output: Buffer): unknown {
  try {
    return JSON.parse(output.toString('utf8'))
  } catch {
    return null
  }
}
