import { chmodSync, lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfigFile, readFile } from '../../config/file.ts'
import { parseConfig } from '../../config/parse.ts'
import type { AlertsConfigView } from '../../model/answers/alertsEdit.ts'
import { serve } from '../http/serve.ts'
import { openRuntime } from '../open.ts'
import { type Runtime, setRuntime } from '../runtime.ts'
import { schemas } from '../schemas.ts'

let data: string
let file: string
let runtime: Runtime
let hook: Server
let arrived: { path: string; body: string }[]
const address = () => `http://127.0.0.1:${(hook.address() as AddressInfo).port}`

beforeEach(async () => {
  process.env.EVENKEEL_LOG = 'silent'
  arrived = []
  hook = createServer((request, response) => {
    let body = ''
    request
      .on('data', (chunk) => (body += chunk))
      .on('end', () => {
        arrived.push({ path: request.url!, body })
        response.end('{}')
      })
  })
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  data = mkdtempSync(join(tmpdir(), 'evenkeel-edit-'))
  file = join(data, 'real.yaml')
  writeFileSync(
    file,
    `mode: tune   # we do
auth: { mode: none }
data: ./store
receivers:
  # the crew
  - { name: ops, webhook: { url: "${address()}/SECRET-OLD" } }   # by hook
routes:
  - { match: {}, to: [ops], wait: 1s }   # all
`,
  )
  chmodSync(file, 0o640)
  symlinkSync(file, join(data, 'evenkeel.yaml'))
  const read = readConfigFile(join(data, 'evenkeel.yaml'))
  runtime = await openRuntime(parseConfig(read.text, {}, schemas(), { file: read.file, readFile }), { NODE_ENV: 'test' }, () => {})
  setRuntime(runtime)
})
afterEach(async () => {
  await runtime.close()
  setRuntime(undefined)
  hook.close()
  delete process.env.EVENKEEL_CONFIG_MADE
  rmSync(data, { recursive: true })
})

async function call<T>(method: string, path: string, body?: unknown): Promise<{ status: number; answer: T; text: string }> {
  runtime.auth.meet({ socket: { remoteAddress: '127.0.0.1' }, headers: {}, headersDistinct: {} } as never)
  const init = { method, headers: { host: '127.0.0.1:3000' }, ...(body !== undefined && { body: JSON.stringify(body) }) }
  const response = await serve(new Request(`http://127.0.0.1:3000/api/v1/${path}`, init))
  const text = await response.text()
  return { status: response.status, answer: JSON.parse(text) as T, text }
}
async function shown() {
  const { answer, text, status } = await call<AlertsConfigView>('GET', 'alerts/config')
  expect(status, text).toBe(200)
  expect(text).not.toContain('SECRET')
  const items = (list: Record<string, unknown>[]) => list.map((value, was) => ({ was: was as number | null, value }))
  return { view: answer, edit: { hash: answer.hash, receivers: items(answer.receivers), routes: items(answer.routes) } }
}

test('an edit is tried, shown, written with its comments, and gone by at once', async () => {
  const { view, edit } = await shown()
  expect(view).toMatchObject({ file: 'evenkeel.yaml', receivers: [{ name: 'ops', webhook: { url: '[redacted]' } }] })
  expect(view.fixed).toBeUndefined()
  expect(view.channels.webhook).toMatchObject({ properties: { url: { writeOnly: true } } })
  edit.receivers.push({ was: null, value: { name: 'dba', webhook: { url: `${address()}/SECRET-NEW` } } })
  edit.routes.unshift({ was: null, value: { matchers: ['target=~"db.*"'], to: ['dba'], wait: '1s' } })

  const preview = await call<{ diff: string; warnings: string[] }>('POST', 'alerts/config/preview', edit)
  expect(preview.answer.diff).toContain('+  - { name: dba, webhook: { url: "[new secret]" } }')
  expect(preview.answer.diff).toContain('+  - { matchers: [ target=~"db.*" ], to: [ dba ], wait: 1s }')
  expect(preview.answer.warnings).toEqual([])
  expect(preview.text).not.toContain('SECRET')

  const tested = await call<{ deliveries: { state: string }[] }>('POST', 'alerts/config/test', { ...edit, receiver: 'dba' })
  expect(tested.answer.deliveries).toMatchObject([{ state: 'delivered' }])
  // A secret that is kept is what the file says.
  await call('POST', 'alerts/config/test', { ...edit, receiver: 'ops' })
  expect(arrived.map(({ path }) => path)).toEqual(['/SECRET-NEW', '/SECRET-OLD'])
  const asked = await call('POST', 'alerts/config/route', { ...edit, severity: 'critical', subject: { target: 'db1' } })
  expect(asked.answer).toMatchObject({ items: [{ receiver: 'dba', channels: ['webhook'], route: 0, told: true }] })
  expect((await call('POST', 'alerts/config/shadow', edit)).answer).toMatchObject({ receivers: [{ receiver: 'ops' }, { receiver: 'dba' }] })

  const applied = await call<{ hash: string }>('POST', 'alerts/config', edit)
  expect(applied.answer).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/), restart: [] })
  expect(applied.text).not.toContain('SECRET')
  expect(readFileSync(file, 'utf8')).toBe(`mode: tune   # we do
auth: { mode: none }
data: ./store
receivers:
  # the crew
  - { name: ops, webhook: { url: "${address()}/SECRET-OLD" } }   # by hook
  - { name: dba, webhook: { url: ${address()}/SECRET-NEW } }
routes:
  - { matchers: [ target=~"db.*" ], to: [ dba ], wait: 1s }
  - { match: {}, to: [ops], wait: 1s }   # all
`)
  expect([statSync(file).mode & 0o777, lstatSync(join(data, 'evenkeel.yaml')).isSymbolicLink()]).toEqual([0o640, true])
  expect((await call('GET', 'receivers')).answer).toMatchObject({ items: [{ name: 'ops' }, { name: 'dba' }] })
  expect((await call('GET', 'alerts/route?target=db1&severity=critical')).answer).toMatchObject({ items: [{ receiver: 'dba' }] })
  expect(JSON.stringify((await call('GET', 'config')).answer)).toContain('dba')
  expect((await runtime.store.audit.list({ limit: 1, what: 'alerts-edited' })).items[0]).toMatchObject({
    outcome: 'done',
    detail: { hash: applied.answer.hash },
  })
  expect(JSON.stringify(await runtime.store.audit.since(0, 1_000))).not.toContain('SECRET')
})

test('what cannot be written is refused with the reason, and nothing is', async () => {
  const { edit } = await shown()
  const before = readFileSync(file, 'utf8')
  const wrong = { ...edit, routes: [{ was: 0, value: { ...edit.routes[0]!.value, to: ['nobody'] } }] }
  expect(await call('POST', 'alerts/config', wrong)).toMatchObject({ status: 422, answer: { code: 'invalid', detail: expect.stringContaining('routes[0].to[0]: found "nobody"; allowed: the name of a receiver: ops') } }) // biome-ignore format: one line
  const never = { ...edit, routes: [{ was: 0, value: { ...edit.routes[0]!.value, matchers: ['rule=~"cahe/.*"'] } }] }
  expect((await call<{ warnings: string[] }>('POST', 'alerts/config/preview', never)).answer.warnings[0]).toMatch(
    /^routes\[0\]\.matchers: this route takes nothing/,
  )
  process.env.EVENKEEL_CONFIG_MADE = '1'
  expect((await shown()).view.fixed).toContain('start on a file of your own')
  expect(await call('POST', 'alerts/config', edit)).toMatchObject({ status: 409, answer: { code: 'not_allowed' } })
  delete process.env.EVENKEEL_CONFIG_MADE
  expect(readFileSync(file, 'utf8')).toBe(before)
  writeFileSync(file, `${before}# somebody was here\n`)
  for (const path of ['preview', 'shadow'])
    expect(await call('POST', `alerts/config/${path}`, edit)).toMatchObject({ status: 409, answer: { code: 'drift', detail: expect.stringContaining('load it anew') } }) // biome-ignore format: one line
  expect((await call('POST', 'alerts/config', edit)).status).toBe(409)
  expect(readFileSync(file, 'utf8')).toContain('# somebody was here')
})

test('what somebody else changed in the file meanwhile waits for the next start, and is named', async () => {
  writeFileSync(file, readFileSync(file, 'utf8').replace('mode: tune', 'mode: observe'))
  const { edit } = await shown()
  edit.routes[0]!.value.wait = '2s'
  expect((await call('POST', 'alerts/config', edit)).answer).toMatchObject({ restart: ['mode'] })
  expect([runtime.config.mode, runtime.config.routes[0]!.waitMs]).toEqual(['tune', 2_000])
})
